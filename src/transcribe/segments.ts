/** Tokens between two timestamps; seconds from the start of the clip. */
export interface TimedTokens {
  readonly start: number
  readonly end: number
  readonly ids: readonly number[]
}

export interface WindowLayout {
  /** `<|0.00|>`. */
  readonly firstTimestamp: number
  /** Where the window begins, and how much of it is sound, in seconds. */
  readonly offset: number
  readonly length: number
}

/** Seconds from one timestamp token to the next. */
const STEP = 0.02

/**
 * What a window's tokens say when, and where the next window begins, in seconds from here (Whisper, arXiv 2212.04356, §3.8;
 * transformers' `_retrieve_segment`). A segment that the window's end cut off is left to the next window.
 */
export function segmentsOf(
  ids: readonly number[],
  { firstTimestamp, offset, length }: WindowLayout,
): { segments: TimedTokens[]; advance: number } {
  const isTime = (id: number | undefined) => id !== undefined && id >= firstTimestamp
  const time = (id: number) => (id - firstTimestamp) * STEP
  const words = (some: readonly number[]) => some.filter((id) => !isTime(id))
  /** Places where one segment's end and the next one's start stand side by side. */
  const bounds = ids.flatMap((id, i) => (i > 0 && isTime(id) && isTime(ids[i - 1]) ? [i] : []))
  const closed = isTime(ids.at(-1)) && !isTime(ids.at(-2))
  if (bounds.length === 0) {
    const last = ids.findLast((id) => id > firstTimestamp)
    const end = last === undefined ? length : time(last)
    const start = isTime(ids[0]) ? time(ids[0]!) : 0
    return { segments: [{ start: offset + start, end: offset + end, ids: words(ids) }], advance: length }
  }
  const ends = closed ? [...bounds, ids.length] : bounds
  const segments = ends.map((end, i) => {
    const part = ids.slice(i === 0 ? 0 : ends[i - 1], end)
    return { start: offset + time(part[0]!), end: offset + time(part.at(-1)!), ids: words(part) }
  })
  const reached = time(ids[bounds.at(-1)! - 1]!)
  // Nothing may be heard twice for ever.
  return { segments, advance: closed || reached <= 0 ? length : Math.min(reached, length) }
}
