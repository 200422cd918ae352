import { z } from 'zod'
import { unknownName } from '../issueLine.ts'
import { verdict, verifier } from './verifier.ts'

export const measure = verifier({
  kind: 'measure',
  about:
    'Met when what was measured of a spoken answer lies between at_least and at_most, both included; unknown for a written one, and where the measure could not be taken.',
  options: {
    name: z
      .string()
      .regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, { error: 'expected lower-case words with hyphens, such as "snr".' })
      .describe('a measure of docs/measures.md, such as loudness'),
    at_least: z.number().optional().describe('smallest value allowed, in the unit of the measure'),
    at_most: z.number().optional().describe('largest value allowed'),
  },
  needs: ['measures'],
  example: {
    options: { name: 'loudness', at_least: -24, at_most: -16 },
    met: { text: 'It is half past nine.', measures: { loudness: { value: -19.5, unit: 'LUFS' } } },
    unmet: { text: 'It is half past nine.', measures: { loudness: { value: -41, unit: 'LUFS' } } },
  },
  sane: ({ at_least, at_most }) => {
    if (at_least === undefined && at_most === undefined) {
      return { key: 'at_least', message: 'missing, as is at_most: every answer would pass. Write one of them or both.' }
    }
    return (at_least ?? Number.NEGATIVE_INFINITY) <= (at_most ?? Number.POSITIVE_INFINITY)
      ? null
      : { key: 'at_least', message: `at_least ${at_least} is more than at_most ${at_most}. Exchange them.` }
  },
  check: ({ measures = {} }, { name, at_least, at_most }) => {
    if (!Object.hasOwn(measures, name)) {
      return verdict(null, `measure "${name}": ${unknownName('name', name, Object.keys(measures))}`)
    }
    const { value, unit = '', reason = 'it could not be taken' } = measures[name]!
    if (value === null || !Number.isFinite(value)) return verdict(null, `${name} is unknown: ${reason}`)
    const allowed = [
      ...(at_least === undefined ? [] : [`at least ${at_least}`]),
      ...(at_most === undefined ? [] : [`at most ${at_most}`]),
    ]
    const met = value >= (at_least ?? Number.NEGATIVE_INFINITY) && value <= (at_most ?? Number.POSITIVE_INFINITY)
    return verdict(met, `${name} is ${[figure(value), unit].join(' ').trim()}, allowed ${allowed.join(', ')}`)
  },
})

/** Enough digits to check a decision by, and no more: 0.0213, 19.5, 1234. */
const figure = (value: number): string =>
  String(Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4)))
