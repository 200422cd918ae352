import type { Rubric } from '../../rubrics/index.ts'
import type { ScoredCriterion } from '../score/index.ts'

export interface Spans {
  /** [start, end) in UTF-16 units of the answer's text. */
  readonly words: readonly { readonly start: number; readonly end: number }[]
  /** Seconds of the recording. */
  readonly times: readonly { readonly start: number; readonly end: number }[]
}

/** What a page knows of a spoken answer beyond its words. */
export interface Heard {
  readonly durationSeconds?: number | undefined
  /** Phrases with the times at which they are said, in seconds. */
  readonly segments?: readonly { readonly start: number; readonly end: number; readonly text: string }[]
  /** Before the first speech; null where nobody speaks. */
  readonly leadingSilence?: number | null
}

/**
 * Where in an answer a verdict finds its reason: what a judge quoted, the phrases that a verifier looks for, the stretch of
 * time that a measure is about. Words are found in the recording where their phrase is said.
 */
export function spansOf(scored: ScoredCriterion, rubric: Rubric, text: string, heard: Heard = {}): Spans {
  const verify = rubric.criteria.find(({ id }) => id === scored.id)?.verify
  const given = scored.evidence ?? []
  const words = [
    ...given.flatMap((one) => (one.kind === 'words' ? [{ start: one.start, end: one.end }] : [])),
    ...phrasesOf(verify).flatMap((phrase) => wholeWords(text, phrase)),
  ]
  const times = [
    ...given.flatMap((one) => (one.kind === 'time' ? [{ start: one.startSeconds, end: one.endSeconds }] : [])),
    ...words.flatMap((span) => saidAt(text, span, heard.segments ?? [])),
  ]
  const { leadingSilence, durationSeconds } = heard
  if (verify?.kind === 'measure' && verify.name === 'leading-silence' && leadingSilence) {
    times.push({ start: 0, end: leadingSilence })
  }
  if (verify?.kind === 'measure' && verify.name === 'duration' && durationSeconds && verify.at_most !== undefined) {
    if (durationSeconds > verify.at_most) times.push({ start: verify.at_most, end: durationSeconds })
  }
  return { words: unique(words), times: unique(times) }
}

function phrasesOf(verify: Rubric['criteria'][number]['verify']): readonly string[] {
  switch (verify?.kind) {
    case 'contains':
      return [...(verify.any_of ?? []), ...(verify.all_of ?? [])]
    case 'excludes':
      return verify.none_of
    default:
      return []
  }
}

const isLetter = (character: string | undefined) => character !== undefined && /[\p{L}\p{N}]/u.test(character)

/** Every place of a phrase, in any case and with any spacing, alone or with a plural's ending. */
function wholeWords(text: string, phrase: string): { start: number; end: number }[] {
  const words = phrase.split(/\s+/).filter(Boolean)
  if (words.length === 0) return []
  const pattern = words.map((word) => word.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')).join('\\s+')
  return [...text.matchAll(new RegExp(pattern, 'giu'))].flatMap(({ index, 0: shown }) => {
    let end = index + shown.length
    while (isLetter(text[end]) && end - index - shown.length < 2) end++
    return isLetter(text[index - 1]) || isLetter(text[end]) ? [] : [{ start: index, end }]
  })
}

/** The phrases of a transcript that hold [start, end) of it; the transcript is those phrases, parted by spaces. */
function saidAt(
  text: string,
  { start, end }: { start: number; end: number },
  segments: NonNullable<Heard['segments']>,
): { start: number; end: number }[] {
  let from = 0
  return segments.flatMap((segment) => {
    const at = text.indexOf(segment.text, from)
    if (at < 0) return []
    from = at + segment.text.length
    return at < end && start < from ? [{ start: segment.start, end: segment.end }] : []
  })
}

const unique = <T extends { start: number; end: number }>(spans: readonly T[]): T[] => [
  ...new Map(spans.map((span) => [`${span.start} ${span.end}`, span])).values(),
]
