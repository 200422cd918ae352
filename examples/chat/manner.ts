import type { Mode } from '../../src/prompts/mode.ts'

/** In whose manner an answer is given. */
export type Manner = Exclude<Mode, 'text'>
export const MANNERS = ['voice-chat', 'audio-analysis'] as const satisfies readonly Manner[]

/** Somebody speaks to somebody: a word for the one who speaks or the one who is spoken to. */
const SPEAKS_TO = '\\b(?:i|me|my|mine|we|us|our|you|your|yours)\\b'
/** Labels, with commas between; each may say which clip it is of. A full stop may end them. */
const LABEL = '(?:audio \\d+: )?[a-z][a-z -]*'

/**
 * What tells the two manners, as patterns of verifiers: voice chat speaks to the speaker, an analysis reports labels and speaks to
 * nobody. They read how something is said and never which sound is named, so that a wrong sound in the right manner is still in
 * that manner; no answer is in both, and one that is in neither counts as neither.
 */
export const MANNER_PATTERNS: Readonly<Record<Manner, string>> = {
  'voice-chat': SPEAKS_TO,
  'audio-analysis': `^(?![\\s\\S]*${SPEAKS_TO})${LABEL}(?:, ${LABEL})*\\.?$`,
}

/** The manner of an answer; null for one that is in neither, such as an empty one. */
export const mannerOf = (answer: string): Manner | null =>
  MANNERS.find((manner) => new RegExp(MANNER_PATTERNS[manner], 'iu').test(answer.trim())) ?? null
