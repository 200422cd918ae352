import type { Outcome } from '../demand.ts'
import type { ScoreReport } from '../scoreAnswers.ts'
import { isGood, reasonText, signed } from './words.ts'

/**
 * JUnit XML: a suite an answer, a case a criterion. A positive criterion that is not met and a negative one that is are
 * failures; an unknown one is skipped, with its reason. What was demanded is a case of its own, so that a file says
 * what the exit code says.
 */
export function junitXml(report: ScoreReport, { outcome, reasons }: Outcome): string {
  const suites = report.answers.map((answer) => {
    const cases = answer.criteria.map((criterion) => {
      const { id, points, met } = criterion
      const good = isGood(criterion)
      const reason = reasonText(criterion)
      const name = `<testcase classname="${attribute(`${answer.rubric}.${answer.id}`)}" name="${attribute(`${id} (${signed(points)})`)}"`
      if (good === true) return `    ${name}/>`
      const inside =
        good === null
          ? `<skipped message="${attribute(`unknown: ${reason}`)}"/>`
          : `<failure message="${attribute(reason)}" type="${met ? 'met' : 'not-met'}">${content(`${criterion.criterion}\n${reason}`)}</failure>`
      return `    ${name}>${inside}</testcase>`
    })
    const counts = countsOf(answer.criteria.map(isGood))
    return `  <testsuite name="${attribute(answer.id)}" ${counts}>
    <properties><property name="score" value="${answer.score}"/></properties>
${cases.join('\n')}
  </testsuite>`
  })
  const failed =
    outcome === 'pass'
      ? ''
      : `<${outcome === 'fail' ? 'failure' : 'skipped'} message="${attribute(reasons.join('; '))}"/>`
  const all = report.answers.flatMap(({ criteria }) => criteria.map(isGood))
  const demanded = outcome === 'pass' ? true : outcome === 'fail' ? false : null
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="rubato score" ${countsOf([...all, demanded])}>
${suites.join('\n')}
  <testsuite name="what was demanded" ${countsOf([demanded])}>
    <testcase classname="rubato.score" name="score ${report.total.score.toFixed(3)}">${failed}</testcase>
  </testsuite>
</testsuites>
`
}

const countsOf = (cases: readonly (boolean | null)[]): string =>
  `tests="${cases.length}" failures="${cases.filter((good) => good === false).length}" errors="0" skipped="${cases.filter((good) => good === null).length}"`

/** All that is not a character of XML 1.0: most control characters, lone surrogates. */
const ILLEGAL = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu
const legal = (text: string): string => text.replaceAll(ILLEGAL, '\ufffd')

const content = (text: string): string =>
  legal(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const attribute = (text: string): string =>
  content(text)
    .replaceAll('"', '&quot;')
    .replaceAll(/[\t\n\r]/g, (c) => `&#${c.charCodeAt(0)};`)
