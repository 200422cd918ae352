import type { Transcriber } from '../transcriber.ts'

/** What a Whisper's tokenizer and `generation_config.json` say of the tokens that are no text. */
export interface TranscriptTokens {
  readonly start: number
  readonly end: number
  readonly noTimestamps: number
  /** `<|0.00|>`; every later one is 20 ms on, up to the end of the vocabulary. */
  readonly firstTimestamp: number
  /** Never written. */
  readonly suppressed: readonly number[]
  /** Not written first. */
  readonly suppressedFirst: readonly number[]
  /** The first timestamp is at most this many steps in; null for no limit. */
  readonly maxFirstTimestamp: number | null
}

export interface WindowTranscript {
  /** Without those that asked for it and without the end. */
  readonly ids: number[]
  /** Mean natural-log probability of the tokens, the end included, of what the rules left. */
  readonly meanLogProb: number
  /** Whether it was cut because the model has no more positions. */
  readonly wasCut: boolean
}

/**
 * Transcribes the window that was heard, greedily: `asking` are the tokens in front (language, task), timestamps are written
 * unless these end with `<|notimestamps|>`.
 */
export async function transcribeWindow(
  transcriber: Transcriber,
  asking: readonly number[],
  tokens: TranscriptTokens,
): Promise<WindowTranscript> {
  const timed = asking.at(-1) !== tokens.noTimestamps
  const ids: number[] = []
  let total = 0
  let logits = await transcriber.start(asking)
  for (;;) {
    const { id, logProb } = likeliest(allowed(logits, ids, tokens, timed))
    total += logProb
    const isFull = asking.length + ids.length + 1 >= transcriber.config.maxPositions
    if (id !== tokens.end) ids.push(id)
    if (id === tokens.end || isFull) {
      const n = ids.length + (id === tokens.end ? 1 : 0)
      return { ids, meanLogProb: total / n, wasCut: id !== tokens.end }
    }
    logits = await transcriber.next(id)
  }
}

/** The likeliest of some tokens to follow `<|startoftranscript|>`: the language that is spoken. */
export async function detect(transcriber: Transcriber, start: number, candidates: readonly number[]): Promise<number> {
  const logits = await transcriber.start([start])
  return candidates.reduce((best, id) => (logits[id]! > logits[best]! ? id : best))
}

/**
 * Logits with what may not follow struck out: Whisper's rules (arXiv 2212.04356, §4.5, as transformers' logits processors
 * have them). Timestamps stand in pairs, never run back, and are written where together they are likelier than any word.
 */
export function allowed(
  logits: Float32Array,
  written: readonly number[],
  tokens: TranscriptTokens,
  timed: boolean,
): Float32Array {
  const { end, firstTimestamp, suppressed, suppressedFirst, noTimestamps, maxFirstTimestamp } = tokens
  const scores = logits.slice()
  const strike = (from: number, to: number) => scores.fill(Number.NEGATIVE_INFINITY, from, to)
  for (const id of suppressed) strike(id, id + 1)
  if (written.length === 0) for (const id of suppressedFirst) strike(id, id + 1)
  if (!timed) return scores
  strike(noTimestamps, noTimestamps + 1)
  const isTimestamp = (id: number | undefined) => id !== undefined && id >= firstTimestamp
  const closes = isTimestamp(written.at(-1))
  const opened = written.length < 2 || isTimestamp(written.at(-2))
  if (closes && opened) strike(firstTimestamp, scores.length)
  if (closes && !opened) strike(0, end)
  const last = written.findLast(isTimestamp)
  if (last !== undefined) strike(firstTimestamp, closes && !opened ? last : last + 1)
  if (written.length === 0) {
    strike(0, firstTimestamp)
    if (maxFirstTimestamp !== null) strike(firstTimestamp + maxFirstTimestamp + 1, scores.length)
  }
  const times = logSumExp(scores, firstTimestamp, scores.length)
  let word = Number.NEGATIVE_INFINITY
  for (let i = 0; i < firstTimestamp; i++) word = Math.max(word, scores[i]!)
  if (times > word) strike(0, firstTimestamp)
  return scores
}

function likeliest(scores: Float32Array): { id: number; logProb: number } {
  let id = 0
  for (let i = 1; i < scores.length; i++) if (scores[i]! > scores[id]!) id = i
  return { id, logProb: scores[id]! - logSumExp(scores, 0, scores.length) }
}

function logSumExp(values: Float32Array, from: number, to: number): number {
  let top = Number.NEGATIVE_INFINITY
  for (let i = from; i < to; i++) top = Math.max(top, values[i]!)
  if (top === Number.NEGATIVE_INFINITY) return top
  let total = 0
  for (let i = from; i < to; i++) total += Math.exp(values[i]! - top)
  return top + Math.log(total)
}
