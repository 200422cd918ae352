import { renderFacts, renderTable } from '../../progress/table.ts'
import type { Calibration } from './calibrate.ts'
import type { Against } from './judgeExamples.ts'

const TRUSTED = 0.6 // κ from which agreement is called substantial (J. Landis and G. Koch, 1977)

/** A calibration as people read it: a column of facts, then a table by criterion, the worst first; `who` labelled. */
export function calibrationTable(found: Calibration, who: Against = 'people'): string {
  const { n, unknown, kappaInterval: interval, threshold, criteria } = found
  const within = interval === null ? '' : ` (95 %: ${figure(interval[0])} to ${figure(interval[1])})`
  const facts = {
    verdicts: `${n}${unknown === 0 ? '' : `, and ${unknown} unknown`}`,
    agreement: percent(found.agreement),
    'Cohen’s κ': `${figure(found.kappa)}${within}`,
    [`called met, ${who} say unmet`]: percent(found.falseMet),
    [`called unmet, ${who} say met`]: percent(found.falseUnmet),
    'repeated calls that differ': percent(found.flipRate),
    'given more for long answers': signedPercent(found.lengthBias),
    'given more for late criteria': signedPercent(found.positionBias),
    ...(threshold === null ? {} : { threshold: thresholdText(threshold) }),
  }
  const rows = criteria.map((one) => [
    one.kappa !== null && one.kappa < TRUSTED ? `${one.criterion} !` : one.criterion,
    String(one.n + one.unknown),
    percent(one.agreement),
    figure(one.kappa),
    percent(one.falseMet),
    percent(one.falseUnmet),
    percent(one.flipRate),
    String(one.unknown),
  ])
  const head = ['criterion', 'verdicts', 'agreement', 'κ', 'false met', 'false unmet', 'flips', 'unknown']
  const marked = rows.some(([name]) => name!.endsWith(' !'))
  return [
    renderFacts(facts),
    '',
    renderTable([head, ...rows]),
    ...(marked ? ['', `! κ below ${TRUSTED}: reword the criterion, or decide it by a verifier.`] : []),
  ].join('\n')
}

function thresholdText({
  of,
  threshold,
  kappa,
  kappaHeldOut,
  kappaAtHalf,
}: NonNullable<Calibration['threshold']>): string {
  const line =
    of === 'votes' ? `met from ${percent(threshold)} of the calls up` : `met from a score of ${figure(threshold)} up`
  return `${line}: κ ${figure(kappa)}, ${figure(kappaHeldOut)} on answers left out, ${figure(kappaAtHalf)} at 0.5`
}

const figure = (value: number | null): string => (value === null ? '–' : value.toFixed(2))
const percent = (share: number | null): string => (share === null ? '–' : `${(100 * share).toFixed(1)} %`)
const signedPercent = (share: number | null): string =>
  share === null ? '–' : `${share > 0 ? '+' : ''}${percent(share)}`
