import colors from 'picocolors'
import { renderTable } from '../../progress/table.ts'
import type { ScoredAnswer, ScoredCriterion } from '../answer.ts'
import type { Comparison, PairedDifference } from '../compare.ts'
import type { ScoreReport } from '../scoreAnswers.ts'
import { isGood, oneLine, outcomeWord, reasonText, signed } from './words.ts'

const WIDEST = 90 // characters of a reason

/** What a terminal shows: every criterion of a single answer, else a line an answer and a line a criterion. */
export function scoreTable(report: ScoreReport): string {
  const { answers, total, nUnknown, nVerdicts } = report
  const parts = answers.length === 1 ? [oneAnswer(answers[0]!)] : [manyAnswers(report)]
  if (answers.length > 1) {
    const [low, high] = total.interval
    parts.push(`score ${score(total.score)} [${score(low)}, ${score(high)}], ${answers.length} answers`)
  }
  for (const answer of answers) for (const problem of answer.problems) parts.push(colors.yellow(plain(problem)))
  if (nUnknown > 0) parts.push(colors.yellow(`${nUnknown} of ${nVerdicts} verdicts are unknown; each is worth 0.`))
  if (report.judge) parts.push(colors.dim(judgeLine(report.judge)))
  return parts.join('\n')
}

function oneAnswer(answer: ScoredAnswer): string {
  const rows = answer.criteria.map((criterion) => [
    `${mark(criterion)} ${criterion.id}`,
    signed(criterion.points),
    outcomeWord(criterion),
  ])
  const lines = renderTable(rows).split('\n')
  const reasons = answer.criteria.map((criterion) => colors.dim(plain(oneLine(reasonText(criterion), WIDEST))))
  const { earned, possible } = answer
  return [
    ...lines.map((line, i) => `${line}  ${reasons[i]}`),
    `score ${score(answer.score)} (${earned} of ${possible} points, ${answer.rubric})`,
  ].join('\n')
}

function manyAnswers({ answers, criteria }: ScoreReport): string {
  const worst = [...answers].sort((a, b) => a.score - b.score).slice(0, 20)
  const lines = renderTable([
    ['answer', 'score', 'unknown'],
    ...worst.map(({ id, score: value, nUnknown }) => [plain(oneLine(id, 60)), score(value), String(nUnknown)]),
  ])
  const left = answers.length - worst.length
  const rates = renderTable([
    ['criterion', 'points', 'met', 'unknown'],
    ...criteria.map(({ id, points, n, nMet, nUnknown }) => {
      const known = n - nUnknown
      return [id, signed(points), known === 0 ? '–' : `${((100 * nMet) / known).toFixed(1)} %`, String(nUnknown)]
    }),
  ])
  return `${lines}${left > 0 ? `\n… and ${left} answers that score as well or better` : ''}\n\n${rates}\n`
}

export function comparisonTable({
  score: difference,
  a,
  b,
  wins,
  ties,
  losses,
  criteria,
  ...rest
}: Comparison): string {
  const row = (name: string, { mean, interval: [low, high], p, n }: PairedDifference) => [
    name,
    signedShare(mean),
    `[${signedShare(low)}, ${signedShare(high)}]`,
    p < 0.001 ? '<0.001' : p.toFixed(3),
    String(n),
  ]
  const lines = [
    `score ${score(a.mean)} → ${score(b.mean)}: ${wins} better, ${ties} equal, ${losses} worse of ${difference.n}`,
    renderTable([
      ['b − a', 'mean', '95 % interval', 'p', 'pairs'],
      row('score', difference),
      ...criteria.map((criterion) => row(`${criterion.id} (${signed(criterion.points)})`, criterion)),
    ]),
  ]
  const unknown = a.nUnknown + b.nUnknown
  if (unknown > 0) lines.push(colors.yellow(`${unknown} verdicts are unknown; each is worth 0 in the scores.`))
  for (const [name, ids] of [
    ['first', rest.onlyA],
    ['second', rest.onlyB],
  ] as const) {
    if (ids.length > 0)
      lines.push(
        colors.yellow(`${ids.length} answers only in the ${name} file, left out: ${oneLine(ids.join(', '), 80)}`),
      )
  }
  return lines.join('\n')
}

function judgeLine({ name, calls, cached, retries, cost, latencySeconds }: NonNullable<ScoreReport['judge']>): string {
  const again = Object.values(retries).reduce((sum, n) => sum + n, 0)
  return [
    `judge ${name}: ${calls} calls, ${cached} from the cache`,
    ...(again > 0
      ? [
          `${again} repeated (${Object.entries(retries)
            .map(([kind, n]) => `${kind}: ${n}`)
            .join(', ')})`,
        ]
      : []),
    ...(calls > 0
      ? [`${latencySeconds.p50.toFixed(2)} s a call, ${latencySeconds.p95.toFixed(2)} s at the 95th percentile`]
      : []),
    ...(cost === null ? [] : [`cost ${cost.toPrecision(3)}`]),
  ].join('; ')
}

function mark(criterion: ScoredCriterion): string {
  const good = isGood(criterion)
  return good === null ? colors.yellow('?') : good ? colors.green('✓') : colors.red('✗')
}

const score = (value: number): string => value.toFixed(3)
const signedShare = (value: number): string => `${value > 0 ? '+' : ''}${value.toFixed(3)}`

/** Nothing that a terminal would obey, whatever an answer or a judge says. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const plain = (text: string): string => text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, ' ')
