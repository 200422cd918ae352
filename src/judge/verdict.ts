import type { Criterion } from '../../rubrics/index.ts'
import type { AnswerToJudge, Evidence, JudgeVerdict } from './judge.ts'
import type { ParsedVerdict } from './parse.ts'

/** A reading as the verdict on a criterion; quotes that do not stand in the answer are no evidence. */
export function toVerdict(
  { id }: Criterion,
  { text = '', recording }: AnswerToJudge,
  { met, explanation, quotes, spans }: ParsedVerdict,
): JudgeVerdict {
  const evidence: Evidence[] = [
    ...quotes.flatMap((quote) => findQuote(text, quote) ?? []),
    ...(recording === undefined
      ? []
      : spans.map(([startSeconds, endSeconds]) => ({ kind: 'time' as const, startSeconds, endSeconds }))),
  ]
  const reason = explanation || 'the judge gave no explanation'
  return { criterionId: id, met, reason, ...(evidence.length > 0 ? { evidence } : {}) }
}

export const unknownVerdict = ({ id }: Criterion, reason: string): JudgeVerdict => ({
  criterionId: id,
  met: null,
  reason,
})

/** Where a quote stands in a text: to the letter, else in any case, with any spacing and kind of quotation mark. */
export function findQuote(text: string, quote: string): Extract<Evidence, { kind: 'words' }> | null {
  const words = quote
    .trim()
    .replace(/^[“"«]|[”"»]$/g, '')
    .split(/\s+/)
    .filter(Boolean)
  if (words.length === 0) return null
  const pattern = words.map((word) => escaped(word).replace(/["'“”‘’]/g, `["'“”‘’]`)).join('\\s+')
  const found = new RegExp(pattern, 'u').exec(text) ?? new RegExp(pattern, 'iu').exec(text)
  if (found === null) return null
  const [shown] = found
  return { kind: 'words', start: found.index, end: found.index + shown.length, text: shown }
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, (c) => (c === '-' ? '-' : `\\${c}`))
