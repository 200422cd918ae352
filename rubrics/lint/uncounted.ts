import { criterionRule } from './rule.ts'

const LENGTH =
  /\b(?:at (?:most|least)|no more than|no fewer than|fewer than|less than|more than|up to|under|over|within|between|exactly|in)\b[^.;]*?\d+(?:\s*(?:and|to|[-–])\s*\d+)?\s+(?:words?|sentences?)\b/i

export const uncounted = criterionRule({
  name: 'uncounted',
  severity: 'warning',
  about: 'Models count badly. What a program can count, a verifier should.',
  bad: { criterion: 'Says it in at most 25 words.', points: 2 },
  good: { criterion: 'Says it in at most 25 words.', points: 2, verify: { kind: 'word-count', max: 25 } },
  check: ({ criterion, verify }) => {
    const found = LENGTH.exec(criterion)?.[0]
    return verify !== undefined || found === undefined
      ? null
      : `"${found}" is a count. Decide it by a verifier, such as verify: { kind: word-count, max: … }.`
  },
})
