import { criterionRule } from './rule.ts'

const NEGATION =
  /^(?:(?:it|the (?:answer|response|reply|speaker))\s+)?(?:does(?:n['’]t| not)|is(?:n['’]t| not)|never|avoids?|refrains?)\b/iu

export const negatedPenalty = criterionRule({
  name: 'negated-penalty',
  severity: 'warning',
  about:
    'A penalty is charged when its text is true. One that says what is not done is charged when nothing is wrong, or takes two thoughts to judge.',
  bad: { criterion: 'Avoids naming a sound that is not there.', points: -3 },
  good: { criterion: 'Names a sound that is not there.', points: -3 },
  check: ({ criterion, points }) => {
    const negation = NEGATION.exec(criterion.trim())?.[0]
    return points > 0 || negation === undefined
      ? null
      : `"${negation} …" costs ${-points} points when it is true. Say what must not happen, without the negation.`
  },
})
