import { type Engine, startEngine } from '../../models/index.ts'
import { promptMessages, type Sample } from '../data/index.ts'
import { rubricStore } from '../data/rubricStore.ts'
import { judgeByVerifiers } from '../evaluate.ts'
import { featureStore } from '../features/featureStore.ts'
import { openRewardModel, type RewardModel } from '../judge/rewardModel.ts'
import { openModel } from '../model/modelFolder.ts'
import type { Progress } from '../progress/index.ts'
import { audioPaths } from '../prompts/message.ts'
import type { SeededRandom } from '../random.ts'
import { sampleCompletions } from '../rollout/sample.ts'
import { jsonLinesFile } from '../runs/jsonLinesFile.ts'
import type { SampledAnswer } from './select.ts'

export interface SampleAnswersOptions {
  readonly model: string
  /** Answers a problem. */
  readonly samples: number
  readonly temperature: number
  readonly topP: number
  readonly maxTokens: number
  /** A model that gives answers rewards. */
  readonly rewardModel?: string
  readonly device?: string
  readonly random: SeededRandom
  readonly progress: Progress
  readonly signal: AbortSignal
}

/** What is kept of one problem: `answers.jsonl` holds one a line, in the order of the problems. */
export interface AnsweredProblem {
  readonly id: string
  readonly answers: readonly SampledAnswer[]
}

/**
 * Samples answers to every problem into a file, a problem a line; those that are there already are not asked again. The
 * draws of a problem depend on the seed and its place alone.
 */
export async function sampleAnswers(
  problems: readonly Sample[],
  file: string,
  options: SampleAnswersOptions,
): Promise<void> {
  const { samples, temperature, topP, maxTokens, random, progress, signal } = options
  const lines = jsonLinesFile(file)
  const done = lines.read().length
  progress.stage('answers', problems.length, done)
  if (done >= problems.length) return
  const engine: Engine = startEngine({ executionProviders: [options.device ?? 'cpu'] })
  let rewards: RewardModel | undefined
  try {
    const opened = await openModel(options.model, engine, { onNotice: (line) => progress.warn(line), frozen: true })
    if (options.rewardModel !== undefined) rewards = await openRewardModel({ model: options.rewardModel })
    const { policy, renderer, maxSeconds } = opened
    const store = featureStore({ nMels: policy.nMels, maxSeconds, overLength: 'cut' })
    const rubrics = rubricStore()
    for (const [at, problem] of problems.entries()) {
      if (at < done) continue
      signal.throwIfAborted()
      const messages = promptMessages(problem)
      const features = await Promise.all(audioPaths(messages).map((path) => store.get(path)))
      const own = random.child(at)
      const seeds = Array.from({ length: samples }, () => own.integer(2 ** 32))
      const completions = await sampleCompletions(policy, renderer, [{ messages, features, seeds }], {
        maxNewTokens: maxTokens,
        sampling: { temperature, topP },
      })
      const rubric = problem.rubric === undefined ? undefined : await rubrics.get(problem.rubric)
      const answers = await Promise.all(
        completions.map(async ({ text, finishReason }): Promise<SampledAnswer> => {
          const judged = rubric && judgeByVerifiers(rubric, text)
          const unknown = judged?.verdicts.some(({ met }) => met === null) ?? true
          const reward = await rewards?.reward([...messages, { role: 'assistant', content: text }])
          return {
            text,
            finished: finishReason === 'stop',
            score: judged && !unknown ? judged.score : null,
            ...(reward === undefined ? {} : { reward }),
          }
        }),
      )
      lines.append({ id: problem.id, answers })
      progress.update(at + 1)
    }
  } finally {
    await rewards?.close()
    await engine.close()
  }
}
