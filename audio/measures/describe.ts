import { measures } from './list.ts'
import type { Measure } from './measure.ts'

/** The measures' reference in Markdown, from their records: what each is, its unit, how it is taken, when it is unknown. */
export const describeMeasures = (): string => measures.map(describe).join('\n')

function describe({ name, unit, about, method, unknownWhen, needs }: Measure): string {
  const lacking = needs.length === 0 ? '' : ` without a ${needs.join(' or a ')};`
  const when = unknownWhen.startsWith('never') ? unknownWhen : `when ${unknownWhen}`
  return [
    `### ${name}`,
    '',
    about,
    '',
    `- Unit: ${unit === '' ? 'none' : unit}`,
    `- Method: ${method}`,
    `- Unknown${lacking} ${when}.`,
    '',
  ].join('\n')
}
