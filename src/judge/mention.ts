import type { Criterion } from '../../rubrics/index.ts'

/** What only somebody who talks to the judge, or about the rubric, says. */
const TALK = [
  /\brubrics?\b/iu,
  /\bcriteria_met\b/iu,
  /\b(?:evaluation|grading|scoring|assessment|judging) (?:criteri(?:a|on)|guidelines?|scheme|instructions?)\b/iu,
  /\b(?:as|per|according to|following|follows|in line with|meets?|met|meeting|satisf(?:y|ies|ied|ying)|fulfil+(?:s|ed|ing)?|address(?:es|ed|ing)?) (?:all |each |every |both )?(?:of )?(?:the |these |those |your |my |its |given |stated |above )*criteri(?:a|on)\b/iu,
  /\bcriteri(?:a|on) (?:say|says|state|states|ask|asks|require|requires|met|satisfied|fulfilled)\b/iu,
  /\b(?:dear|hey|hello|hi|note (?:to|for)|to|attention|message (?:to|for))[\s,:]+(?:the |my |our )?(?:judge|grader|evaluator|rater|scorer|grading model)\b/iu,
  /\b(?:give|award|assign|grant)(?:s|ed)? (?:this|the|my|me|it)\b[^.\n]{0,40}\b(?:full|maximum|all|top|highest) (?:the )?(?:points|marks|score|credit|grade)\b/iu,
]

/** Words a criterion must have before its text in an answer counts as copied rather than said. */
const COPIED_WORDS = 5

export interface RubricMention {
  /** [start, end) in UTF-16 units of the answer. */
  readonly start: number
  readonly end: number
  readonly text: string
}

/**
 * Where an answer talks about its rubric or its judge, or copies a whole criterion; null when it does neither. For the
 * option that scores such answers as failed, since a policy that sees its rubric learns to recite it. The patterns
 * are English, and talk of other criteria ("diagnostic criteria for migraine") is not meant by them.
 */
export function rubricMention(text: string, criteria: readonly Criterion[]): RubricMention | null {
  for (const pattern of TALK) {
    const found = pattern.exec(text)
    if (found) return { start: found.index, end: found.index + found[0].length, text: found[0] }
  }
  for (const { criterion } of criteria) {
    const words = criterion.match(/[\p{L}\p{N}]+/gu) ?? []
    if (words.length < COPIED_WORDS) continue
    const found = new RegExp(words.join('[^\\p{L}\\p{N}]+'), 'iu').exec(text)
    if (found) return { start: found.index, end: found.index + found[0].length, text: found[0] }
  }
  return null
}
