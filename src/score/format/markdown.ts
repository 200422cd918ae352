import type { ScoredAnswer } from '../answer.ts'
import type { Outcome } from '../demand.ts'
import type { ScoreReport } from '../scoreAnswers.ts'
import { isGood, oneLine, outcomeWord, reasonText, signed } from './words.ts'

/** Answers that are spelt out; a comment on a pull request has 65,536 characters. */
const SHOWN = 10
const LONGEST = 60_000

/** Markdown for a comment on a pull request: the outcome first, criteria as a table, the weakest answers folded below. */
export function scoreMarkdown(report: ScoreReport, { outcome, reasons }: Outcome): string {
  const { answers, total, nUnknown, nVerdicts, criteria } = report
  const [low, high] = total.interval
  const many = answers.length > 1
  const word = { pass: '✅ passed', fail: '❌ failed', open: '❔ undecided' }[outcome]
  const figures = many ? ` [${low.toFixed(3)}, ${high.toFixed(3)}], ${answers.length} answers` : ''
  const parts = [
    `### Rubric score ${(many ? total.score : answers[0]!.score).toFixed(3)}${figures}: ${word}`,
    reasons
      .slice(0, 20)
      .map((reason) => `- ${text(reason)}`)
      .join('\n') + (reasons.length > 20 ? `\n- … and ${reasons.length - 20} more` : ''),
    many
      ? table(
          ['criterion', 'points', 'met', 'unknown'],
          criteria.map(({ id, points, n, nMet, nUnknown }) => [
            text(id),
            signed(points),
            n === nUnknown ? '–' : `${nMet} of ${n - nUnknown}`,
            String(nUnknown),
          ]),
        )
      : details(answers[0]!),
    nUnknown > 0 ? `${nUnknown} of ${nVerdicts} verdicts are unknown; each is worth 0.` : '',
    ...(many
      ? [...answers]
          .sort((a, b) => a.score - b.score)
          .slice(0, SHOWN)
          .map(folded)
      : []),
  ]
  let whole = ''
  for (const part of parts.filter(Boolean)) {
    if (whole.length + part.length > LONGEST) return `${whole}…\n`
    whole += `${part}\n\n`
  }
  return `${whole.trimEnd()}\n`
}

const folded = (answer: ScoredAnswer): string =>
  `<details><summary>${text(answer.id)}: ${answer.score.toFixed(3)}</summary>\n\n${details(answer)}\n\n</details>`

const details = (answer: ScoredAnswer): string =>
  [
    ...(answer.text === undefined ? [] : [`> ${text(oneLine(answer.text, 500))}\n`]),
    table(
      ['', 'criterion', 'points', 'why'],
      answer.criteria.map((criterion) => [
        { true: '✅', false: '❌', null: '❔' }[String(isGood(criterion)) as 'true'],
        text(`${criterion.id}: ${outcomeWord(criterion)}`),
        signed(criterion.points),
        text(oneLine(reasonText(criterion), 300)),
      ]),
    ),
  ].join('\n')

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

/** Text that Markdown and HTML leave as it is, mentions of people included; on one line. */
const text = (value: string): string =>
  value
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '@\u200b')
    .replaceAll(/[\\`*_{}[\]()#+!|~]/g, (c) => `\\${c}`)
