import { z } from 'zod'
import { groupBy, meanOf, readRows } from './rows.ts'

/** Tasks of AIR-Bench's chat half and the category each counts for (`cal_score.py`). */
const CATEGORY: Readonly<Record<string, AirBenchCategory>> = {
  speech_QA: 'speech',
  speech_dialogue_QA: 'speech',
  sound_QA: 'sound',
  sound_generation_QA: 'sound',
  music_QA: 'music',
  music_generation_analysis_QA: 'music',
  speech_and_sound_QA: 'speech_and_sound',
  speech_and_music_QA: 'speech_and_music',
}

export type AirBenchCategory = 'speech' | 'sound' | 'music' | 'speech_and_sound' | 'speech_and_music'

/** A judged row: what the judge wrote stands under `gen` (output of `score_chat.py`) or `gpt-score` (`cal_score.py`). */
const rowSchema = z
  .looseObject({
    path: z.string().optional(),
    question: z.string().optional(),
    task_name: z.enum(Object.keys(CATEGORY) as [string, ...string[]]),
    gen: z.string().nullish(),
    'gpt-score': z.string().nullish(),
  })
  .transform(({ gen, 'gpt-score': score, ...row }) => ({ ...row, judged: gen ?? score ?? '' }))

export type AirBenchRow = z.output<typeof rowSchema>

/** @throws UsageError naming the row and field that is no judged row of AIR-Bench */
export const readAirBench = (file: string): AirBenchRow[] => readRows(file, rowSchema)

/** The two scores, 1 to 10, of the first and the second assistant; null when the judge wrote anything else. */
export function parseScores(judged: string): readonly [number, number] | null {
  const match = /^([0-9]+) ([0-9]+)$/.exec(judged.replaceAll('\n', '').trim())
  if (!match) return null
  const [first, second] = [Number(match[1]), Number(match[2])]
  const isScore = (score: number) => score >= 1 && score <= 10
  return isScore(first) && isScore(second) ? [first, second] : null
}

export interface AirBenchPart {
  /** Mean score of the model, 1 to 10, both positions together; null where no judgement could be read. */
  readonly score: number | null
  /** Mean score of the reference answer, likewise. */
  readonly reference: number | null
  /** Share of judgements in which the model scored higher than the reference. */
  readonly winRate: number | null
  /** Judgements that were read, over both positions. */
  readonly n: number
}

export interface AirBenchScore {
  readonly categories: Readonly<Record<AirBenchCategory, AirBenchPart>>
  /** Mean of speech_and_sound and speech_and_music. */
  readonly mixed: number | null
  /** Mean of speech, sound, music and mixed, the leaderboard's average. */
  readonly average: number | null
  /** Judgements that could not be read, and were left out. */
  readonly nUnread: number
}

/**
 * The chat score of AIR-Bench (arXiv 2402.07729; papers.md §9.2). Judges favour a position, so each answer is judged
 * twice: once behind the reference answer, once before it. A category's score is the mean of its two means.
 *
 * The official script stops at a score above 10 and takes 0; here either is a judgement that could not be read.
 *
 * @param behind  rows in which the reference is assistant 1 and the model assistant 2, as `score_chat.py` asks
 * @param before  rows with the two exchanged; null when there are none, and the score is of one position
 */
export function scoreAirBench(behind: readonly AirBenchRow[], before: readonly AirBenchRow[] | null): AirBenchScore {
  const positions = [
    behind.map((row) => judgement(row, 1)),
    ...(before ? [before.map((row) => judgement(row, 0))] : []),
  ]
  const read = positions.map((judgements) => judgements.filter((judgement) => judgement !== null))
  const byCategory = read.map((judgements) => groupBy(judgements, ({ category }) => category))
  const part = (category: AirBenchCategory): AirBenchPart => {
    const own = byCategory.map((groups) => groups.get(category) ?? [])
    const mean = (of: (judgement: Judgement) => number) => averaged(own.map((judgements) => meanOf(judgements.map(of))))
    return {
      score: mean(({ model }) => model),
      reference: mean(({ reference }) => reference),
      winRate: mean(({ model, reference }) => Number(model > reference)),
      n: own.flat().length,
    }
  }
  const categories = {
    speech: part('speech'),
    sound: part('sound'),
    music: part('music'),
    speech_and_sound: part('speech_and_sound'),
    speech_and_music: part('speech_and_music'),
  }
  const { speech, sound, music, speech_and_sound, speech_and_music } = categories
  const mixed = averaged([speech_and_sound.score, speech_and_music.score])
  return {
    categories,
    mixed,
    average: averaged([speech.score, sound.score, music.score, mixed]),
    nUnread: positions.flat().length - read.flat().length,
  }
}

interface Judgement {
  readonly category: AirBenchCategory
  readonly model: number
  readonly reference: number
}

function judgement({ task_name, judged }: AirBenchRow, model: 0 | 1): Judgement | null {
  const scores = parseScores(judged)
  return scores && { category: CATEGORY[task_name]!, model: scores[model], reference: scores[model === 0 ? 1 : 0] }
}

/** Mean of numbers that are all known; unknown when one is. */
export const averaged = (values: readonly (number | null)[]): number | null =>
  values.includes(null) ? null : meanOf(values as number[])
