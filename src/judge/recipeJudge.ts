import path from 'node:path'
import { UsageError } from '../errors.ts'
import type { JudgeOptions } from '../recipe/judge.ts'
import { engineJudge } from './engineJudge.ts'
import type { Judge } from './judge.ts'
import { judgeKey } from './key.ts'
import { openAiJudge } from './openAiJudge.ts'
import { rewardModelJudge } from './rewardModelJudge.ts'

/** A judge of a recipe, and what its stage wants done beside judging. */
export interface RecipeJudge {
  readonly judge: Judge
  readonly failRubricMentions: boolean
}

/** The judges of a run. Stages and evaluations that name the same judge share it, with its budget and its cache. */
export interface RecipeJudges {
  /** Null where verifiers decide alone. Opens the judge when it is first asked for. @throws UsageError */
  of(options: JudgeOptions): Promise<RecipeJudge | null>
  close(): Promise<void>
}

/** @param folder  of the run: where replies are kept that a recipe names no file for */
export function recipeJudges(folder: string, onNotice?: (line: string) => void): RecipeJudges {
  const opened = new Map<string, Promise<Judge>>()
  return {
    async of(options) {
      if (options.kind === 'verifiers') return null
      const { fail_rubric_mentions: failRubricMentions, ...own } = options
      const key = JSON.stringify(own)
      const judge = opened.get(key) ?? open(options, folder, onNotice)
      opened.set(key, judge)
      return { judge: await judge, failRubricMentions }
    },
    async close() {
      for (const judge of await Promise.allSettled(opened.values())) {
        if (judge.status === 'fulfilled') await judge.value.close()
      }
    },
  }
}

type ModelJudge = Exclude<JudgeOptions, { kind: 'verifiers' }>

function open(options: ModelJudge, folder: string, onNotice?: (line: string) => void): Promise<Judge> {
  if (options.kind === 'reward_model') {
    const { model, threshold } = options
    return rewardModelJudge({ model, threshold, ...(onNotice && { onNotice }) })
  }
  const { model, template, ask, guard, max_answer_chars: maxAnswerChars, temperature, max_tokens: maxTokens } = options
  const shared = {
    model,
    ...(template === undefined ? {} : { template }),
    ask,
    guard,
    maxAnswerChars,
    cache: options.cache ?? path.join(folder, 'judge.sqlite'),
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
  }
  if (options.kind === 'engine') {
    const { audio, decide, threshold } = options
    return engineJudge({ ...shared, audio, decide, threshold, ...(onNotice === undefined ? {} : { onNotice }) })
  }
  const urls = [options.url].flat()
  const apiKey = judgeKey(urls, options.key)
  if (options.key !== undefined && apiKey === undefined) {
    throw new UsageError(`judge.key: the environment has no ${options.key}.`)
  }
  const { budget, prices } = options
  return openAiJudge({
    ...shared,
    url: urls,
    audio: options.audio,
    concurrency: options.concurrency,
    attempts: options.attempts,
    timeoutSeconds: options.timeout_seconds,
    budget: {
      ...(budget.calls === undefined ? {} : { calls: budget.calls }),
      ...(budget.money === undefined ? {} : { money: budget.money }),
    },
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(prices === undefined ? {} : { prices }),
  })
}
