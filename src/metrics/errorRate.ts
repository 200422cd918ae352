import { align } from './align.ts'
import { type Judged, type Metric, partsBy, perCent } from './metric.ts'
import { normaliseBasic, normaliseEnglish } from './whisperNormaliser/index.ts'

export interface ErrorCounts {
  readonly substitutions: number
  readonly deletions: number
  readonly insertions: number
  /** Items of the reference. */
  readonly nReference: number
}

/** Edits that turn a reference into an answer, counted. */
export function countErrors(reference: readonly string[], answer: readonly string[]): ErrorCounts {
  const counts = { substitution: 0, deletion: 0, insertion: 0, equal: 0 }
  for (const { kind } of align(reference, answer)) counts[kind]++
  return {
    substitutions: counts.substitution,
    deletions: counts.deletion,
    insertions: counts.insertion,
    nReference: reference.length,
  }
}

/** Languages written without spaces: their error rates are those of characters, as Whisper's are. */
const UNSPACED = ['zh', 'zh_tr', 'ja', 'yue', 'th', 'lo', 'my', 'km']

/** Items that a transcript is compared by: Whisper's normal form, cut into words or letters. */
export function spokenItems(text: string, language = 'en'): string[] {
  const normal = language === 'en' ? normaliseEnglish(text) : normaliseBasic(text, UNSPACED.includes(language))
  return normal.split(/\s+/).filter(Boolean)
}

/**
 * Wrong, missing and added words of all answers over the words of all references, in Whisper's normal form; letters in
 * place of words for languages written without spaces. Of several references the one with fewest errors counts.
 */
export const wordErrorRate: Metric = {
  name: 'wer',
  unit: '%',
  better: 'lower',
  about: 'word error rate in Whisper’s normal form; characters for Chinese and Japanese',
  measure: (judged) => perCent(partsBy(judged, ({ language }) => language, rateOf(spokenItems))),
}

/** The same with the characters of the normal form, spaces left out. */
export const characterErrorRate: Metric = {
  name: 'cer',
  unit: '%',
  better: 'lower',
  about: 'character error rate in Whisper’s normal form',
  measure: (judged) => perCent(partsBy(judged, ({ language }) => language, rateOf(letters))),
}

const letters = (text: string, language?: string): string[] => [...spokenItems(text, language).join('')]

const rateOf = (items: (text: string, language?: string) => string[]) => (judged: readonly Judged[]) => {
  let [nErrors, nReference] = [0, 0]
  for (const { answer, references, language } of judged) {
    const counted = references.map((reference) => countErrors(items(reference, language), items(answer, language)))
    const [best] = counted.sort((a, b) => rate(a) - rate(b))
    nErrors += errorsOf(best!)
    nReference += best!.nReference
  }
  return nReference === 0 ? null : nErrors / nReference
}

const errorsOf = ({ substitutions, deletions, insertions }: ErrorCounts): number =>
  substitutions + deletions + insertions
const rate = (counts: ErrorCounts): number => errorsOf(counts) / Math.max(1, counts.nReference)
