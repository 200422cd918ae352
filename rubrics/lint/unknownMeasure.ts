import { unknownName } from '../issueLine.ts'
import { criterionRule } from './rule.ts'

export const unknownMeasure = criterionRule({
  name: 'unknown-measure',
  severity: 'error',
  about: 'A criterion on a measure that is not taken is unknown for every answer.',
  bad: { criterion: 'Is loud enough.', points: 1, verify: { kind: 'measure', name: 'loudnes', at_least: -24 } },
  good: { criterion: 'Is loud enough.', points: 1, verify: { kind: 'measure', name: 'loudness', at_least: -24 } },
  check: ({ verify }, { measures }) =>
    verify?.kind !== 'measure' || measures === undefined || measures.includes(verify.name)
      ? null
      : `measure "${verify.name}": ${unknownName('name', verify.name, measures)}`,
})
