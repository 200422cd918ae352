import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import path from 'node:path'
import { startEngine } from '../models/index.ts'
import { promptMessages, rubricStore } from './data/index.ts'
import { jsonLines } from './data/lines.ts'
import { parseSample } from './data/parseSample.ts'
import { UsageError } from './errors.ts'
import { featureStore } from './features/featureStore.ts'
import { openModel } from './model/modelFolder.ts'
import { type Progress, silentProgress } from './progress/index.ts'
import { seededRandom } from './random.ts'
import { judgeByVerifiers } from './rollout/judgeAnswer.ts'
import { type PreparedSample, prepare } from './rollout/prepare.ts'
import { sampleCompletions } from './rollout/sample.ts'

export interface DifficultyOptions {
  readonly model: string
  /** JSON lines of samples. */
  readonly data: string
  /** Where the same rows are written with their tags; in the folder of `data`, since clips are named from there. */
  readonly out: string
  /** Rubric of samples that carry none. */
  readonly rubric?: string
  /** Answers a sample (8, as in Qwen2.5-Math). */
  readonly answers?: number
  /** Score from which an answer passes (1). */
  readonly passing?: number
  readonly temperature?: number
  readonly maxCompletionTokens?: number
  readonly limit?: number
  readonly seed?: number | string
  readonly device?: string
  readonly progress?: Progress
  readonly signal?: AbortSignal
}

export interface DifficultySummary {
  readonly samples: number
  /** Samples by how many of their answers passed, from 0 to all. */
  readonly passed: readonly number[]
  /** Share of samples whose answers differ in score: only these teach a group-relative method. */
  readonly differing: number
}

/** Samples asked at once. */
const AT_ONCE = 8

/**
 * Asks a model every sample several times, scores the answers by their rubrics' verifiers, and writes the rows again with the
 * tags `passed` (answers whose score reaches `passing`), `answers`, `mean_reward` and `reward_variance` (n − 1 below): what
 * `filter` and `order` of an rl stage read.
 *
 * @throws UsageError for a wrong model, data or rubric
 */
export async function measureDifficulty(options: DifficultyOptions): Promise<DifficultySummary> {
  const { data, out, answers = 8, passing = 1, temperature = 1, seed = 0, progress = silentProgress, signal } = options
  const folder = path.dirname(path.resolve(data))
  if (path.dirname(path.resolve(out)) !== folder) {
    throw new UsageError(`${out}: not in the folder of ${data}, from which its clips are named. Write it there.`)
  }
  if (path.resolve(out) === path.resolve(data)) throw new UsageError(`${out}: is the data itself. Name another file.`)
  const rows: Record<string, unknown>[] = []
  for await (const row of jsonLines(data)) {
    if (rows.length >= (options.limit ?? Number.POSITIVE_INFINITY)) break
    if ('problem' in row) throw new UsageError(`${data}:${row.line} ${row.problem}`)
    rows.push(row.value as Record<string, unknown>)
  }
  const rubrics = rubricStore()
  const engine = startEngine({ executionProviders: [options.device ?? 'cpu'] })
  const written = createWriteStream(out)
  try {
    const { policy, renderer, maxSeconds } = await openModel(options.model, engine, { frozen: true })
    const store = featureStore({ nMels: policy.nMels, maxSeconds, overLength: 'cut' })
    const random = seededRandom(seed)
    const passed = Array<number>(answers + 1).fill(0)
    let differing = 0
    progress.stage('difficulty', rows.length)
    for (let at = 0; at < rows.length; at += AT_ONCE) {
      signal?.throwIfAborted()
      const part = rows.slice(at, at + AT_ONCE)
      const samples = await Promise.all(
        part.map(async (row, i): Promise<PreparedSample> => {
          const sample = parseSample(row, { folder, id: `${path.basename(data)}:${at + i + 1}`, onIgnored: () => {} })
          const rubric = sample.rubric ?? options.rubric
          if (rubric === undefined) throw new UsageError(`${data} "${sample.id}": has no rubric. Add one, or name one.`)
          return prepare({ id: sample.id, messages: promptMessages(sample), rubric: await rubrics.get(rubric) }, store)
        }),
      )
      const asks = samples.map(({ messages, features }, i) => {
        const own = random.child(at + i)
        return { messages, features, seeds: Array.from({ length: answers }, () => own.integer(2 ** 32)) }
      })
      const completions = await sampleCompletions(policy, renderer, asks, {
        maxNewTokens: options.maxCompletionTokens ?? 256,
        sampling: { temperature },
      })
      for (const [i, row] of part.entries()) {
        const scores = completions
          .filter(({ ask }) => ask === i)
          .map(({ text }) => judgeByVerifiers(samples[i]!.rubric, text).score)
        const tags = difficultyTags(scores, passing)
        passed[tags.passed]!++
        if (tags.reward_variance > 0) differing++
        const line = `${JSON.stringify({ ...row, tags: { ...(row.tags as object | undefined), ...tags } })}\n`
        if (!written.write(line)) await once(written, 'drain')
      }
      progress.update(Math.min(rows.length, at + AT_ONCE))
    }
    return { samples: rows.length, passed, differing: rows.length === 0 ? 0 : differing / rows.length }
  } finally {
    await new Promise<void>((resolve) => written.end(resolve))
    await engine.close()
  }
}

/** Tags of a sample by the scores of its answers. */
export function difficultyTags(scores: readonly number[], passing: number) {
  const n = scores.length
  const mean = scores.reduce((sum, score) => sum + score, 0) / n
  const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0)
  const round = (x: number) => Number(x.toPrecision(6))
  return {
    passed: scores.filter((score) => score >= passing).length,
    answers: n,
    mean_reward: round(mean),
    reward_variance: n > 1 && scores.some((score) => score !== scores[0]) ? round(squares / (n - 1)) : 0,
  }
}
