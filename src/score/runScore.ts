import { writeFileSync } from 'node:fs'
import { UsageError } from '../errors.ts'
import type { Judge } from '../judge/index.ts'
import { type JudgeSource, openJudge } from '../judge/openJudge.ts'
import { type Progress, silentProgress } from '../progress/index.ts'
import type { AnswerToScore, ScoredAnswer } from './answer.ts'
import { type Comparison, compareScored } from './compare.ts'
import { type Demand, type Outcome, outcomeOf } from './demand.ts'
import { junitXml } from './format/junit.ts'
import { scoreMarkdown } from './format/markdown.ts'
import { readAnswer, readAnswers } from './readAnswers.ts'
import type { ScoreOptions } from './scoreAnswer.ts'
import { type ScoreManyOptions, type ScoreReport, scoreAnswers } from './scoreAnswers.ts'

export interface RunScoreOptions {
  /** Files: JSON lines, recordings, texts. */
  readonly files: readonly string[]
  /** An answer given as text. */
  readonly text?: string
  /** What single answers reply to. */
  readonly question?: string
  readonly reference?: string
  readonly rubric?: string
  readonly judge?: JudgeSource
  readonly transcribe?: ScoreOptions['transcribe']
  readonly failRubricMentions?: boolean
  readonly demand: Demand
  readonly seed: string
  readonly limit?: number
  /** Files to write, by form. */
  readonly write: Partial<Record<'junit' | 'markdown' | 'html' | 'jsonl', string>>
  readonly progress?: Progress
  readonly signal?: AbortSignal
}

/**
 * Reads answers, scores them and writes what was asked for; the command line's own work.
 *
 * @throws UsageError for a wrong call, JudgeError where no judgement can be had
 */
export async function runScore(options: RunScoreOptions): Promise<{ report: ScoreReport; outcome: Outcome }> {
  const { demand, write, progress = silentProgress } = options
  const answers = await gather(options, progress)
  for (const file of Object.values(write)) writeFileSync(file, '') // found out now when it cannot be
  const report = await withJudge(options.judge, (judge) => scoreAll('answers', answers, options, judge, progress))
  const outcome = outcomeOf(report.answers, demand)
  if (write.jsonl !== undefined) writeFileSync(write.jsonl, jsonl(report.answers))
  if (write.junit !== undefined) writeFileSync(write.junit, junitXml(report, outcome))
  if (write.markdown !== undefined) writeFileSync(write.markdown, scoreMarkdown(report, outcome))
  if (write.html !== undefined) {
    const { scorePage } = await import('./format/page.ts')
    writeFileSync(write.html, await scorePage(report, outcome))
  }
  return { report, outcome }
}

/** Scores two files of answers to the same prompts, and compares them. */
export async function runCompare(
  options: Omit<RunScoreOptions, 'files' | 'text' | 'demand' | 'write'> & { readonly files: readonly [string, string] },
): Promise<Comparison> {
  const { files, seed, progress = silentProgress } = options
  const read = await Promise.all(files.map((file) => readMany(file, progress)))
  return withJudge(options.judge, async (judge) => {
    const [a, b] = [
      await scoreAll(files[0], read[0]!, options, judge, progress),
      await scoreAll(files[1], read[1]!, options, judge, progress),
    ]
    return compareScored(a.answers, b.answers, { seed })
  })
}

async function gather(options: RunScoreOptions, progress: Progress): Promise<readonly AnswerToScore[]> {
  const { files, text, question, reference, limit } = options
  const single: AnswerToScore[] = text === undefined ? [] : [{ id: 'answer', text }]
  const many: AnswerToScore[] = []
  for (const file of files) {
    if (/\.(jsonl|ndjson)$/i.test(file)) many.push(...(await readMany(file, progress)))
    else single.push(await readAnswer(file))
  }
  const about = {
    ...(question === undefined ? {} : { messages: [{ role: 'user' as const, content: question }] }),
    ...(reference === undefined ? {} : { reference }),
  }
  const answers = [...single.map((answer) => ({ ...answer, ...about })), ...many]
  if (answers.length === 0) throw new UsageError('score: no answer. Name files, or give one with --text.')
  return limit === undefined ? answers : answers.slice(0, limit)
}

async function readMany(file: string, progress: Progress): Promise<readonly AnswerToScore[]> {
  const { answers, ignored } = await readAnswers(file)
  for (const [column, rows] of Object.entries(ignored))
    progress.warn(`${file}: column "${column}" is not read (${rows} rows)`)
  return answers
}

async function withJudge<T>(source: JudgeSource | undefined, work: (judge?: Judge) => Promise<T>): Promise<T> {
  if (source === undefined) return work()
  const judge = await openJudge(source)
  try {
    return await work(judge)
  } finally {
    await judge.close()
  }
}

async function scoreAll(
  name: string,
  answers: readonly AnswerToScore[],
  { rubric, transcribe, failRubricMentions, seed, signal }: Omit<RunScoreOptions, 'files' | 'demand' | 'write'>,
  judge: Judge | undefined,
  progress: Progress,
): Promise<ScoreReport> {
  progress.stage(name, answers.length)
  const options: ScoreManyOptions = {
    seed,
    onScored: (_, nDone) => progress.update(nDone),
    ...(rubric === undefined ? {} : { rubric }),
    ...(transcribe === undefined ? {} : { transcribe }),
    ...(failRubricMentions === undefined ? {} : { failRubricMentions }),
    ...(judge === undefined ? {} : { judge }),
    ...(signal === undefined ? {} : { signal }),
  }
  return scoreAnswers(answers, options)
}

const jsonl = (answers: readonly ScoredAnswer[]): string =>
  answers.map((answer) => `${JSON.stringify(answer)}\n`).join('')
