import { loadClips } from '../../report/clips.ts'
import { readAssets } from '../../report/page/assets.ts'
import { type ClipViews, clipViews } from '../../report/page/clipView.ts'
import { type Html, html, trusted } from '../../report/page/html.ts'
import { policy } from '../../report/page/page.ts'
import { card, outcome, runText } from '../../report/page/parts.ts'
import { style } from '../../report/page/style.ts'
import type { ScoredAnswer, ScoredCriterion } from '../answer.ts'
import type { Outcome } from '../demand.ts'
import type { ScoreReport } from '../scoreAnswers.ts'
import { evidenceText, signed } from './words.ts'

/** Bytes that recordings may take of the page, and seconds of each. */
const MAX_BYTES = 20 * 2 ** 20
const MAX_SECONDS = 60
/** Answers that are spelt out, the weakest first. */
const SHOWN = 200

/** One HTML page that loads nothing: the outcome, criteria, and answers with players, verdicts and marked evidence. */
export async function scorePage(report: ScoreReport, demanded: Outcome): Promise<string> {
  const shown = [...report.answers].sort((a, b) => a.score - b.score).slice(0, SHOWN)
  const sources = shown.flatMap((answer) => clipsOf(answer))
  const clips = await loadClips(sources, { folders: ['.'], maxBytes: MAX_BYTES, maxSeconds: MAX_SECONDS })
  const views = clipViews(clips)
  const [, clipScript] = (await readAssets()).clientScripts
  const answers = shown.map((answer) => answerView(answer, views))
  const { total, nUnknown, nVerdicts } = report
  const [low, high] = total.interval
  const word = { pass: 'Passed', fail: 'Failed', open: 'Undecided' }[demanded.outcome]
  const tone = { pass: 'good', fail: 'bad', open: 'unclear' }[demanded.outcome]
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy([clipScript!])}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Scored answers: ${total.score.toFixed(3)}</title>
<link rel="icon" href="data:,">
<style>${trusted(style)}${trusted(OWN_STYLE)}</style>
</head>
<body>
<header class="headline">
<p class="kicker">Rubato score</p>
<h1>${word}: ${total.score.toFixed(3)}</h1>
<dl class="cards">
${card('Score', total.score.toFixed(3), `95 % interval ${low.toFixed(3)} to ${high.toFixed(3)}`, tone)}
${card('Answers', String(report.answers.length), `${nVerdicts} verdicts`)}
${card('Unknown', String(nUnknown), 'verdicts, each worth 0', nUnknown > 0 ? 'unclear' : '')}
${report.judge ? card('Judge', `${report.judge.calls} calls`, `${report.judge.name}; ${report.judge.cached} replies from the cache`) : ''}
</dl>
${demanded.reasons.length > 0 && html`<div class="notice"><ul>${demanded.reasons.slice(0, 50).map((reason) => html`<li>${reason}</li>`)}</ul></div>`}
</header>
<main>
<section aria-labelledby="criteria-title"><h2 id="criteria-title">Criteria</h2>
<div class="scroll"><table>
<thead><tr><th scope="col">Criterion</th><th scope="col" class="n">Points</th><th scope="col" class="n">Met</th><th scope="col" class="n">Unknown</th></tr></thead>
<tbody>${report.criteria.map(
    ({ id, criterion, points, n, nMet, nUnknown }) => html`
<tr><th scope="row">${id}<span class="note">${criterion}</span></th><td class="n">${signed(points)}</td><td class="n">${n === nUnknown ? '–' : `${nMet} of ${n - nUnknown}`}</td><td class="n">${nUnknown}</td></tr>`,
  )}</tbody>
</table></div></section>
<section aria-labelledby="answers-title"><h2 id="answers-title">Answers</h2>
<p class="intro">${shown.length < report.answers.length ? `The ${shown.length} weakest of ${report.answers.length}.` : 'The weakest first.'}</p>
${answers}
</section>
</main>
<footer>Written by Rubato. This page is complete in itself: it loads nothing.</footer>
${views.data()}
<script type="module">${trusted(clipScript!)}</script>
</body>
</html>
`.html
}

const OWN_STYLE =
  'mark { background: var(--unknown-bg); color: inherit; border-radius: 3px; } .verdicts td:last-child { width: 50%; }'

const clipsOf = ({ messages, recording }: ScoredAnswer): string[] => [
  ...(recording === undefined ? [] : [recording]),
  ...messages.flatMap(({ content }) =>
    typeof content === 'string' ? [] : content.flatMap((part) => (part.type === 'audio' ? [part.path] : [])),
  ),
]

function answerView(answer: ScoredAnswer, views: ClipViews): Html {
  const { id, score, messages, text, recording, criteria, problems } = answer
  return html`
<article class="example">
<header><h3 dir="auto">${id}</h3><span class="tag">${answer.rubric}, score ${score.toFixed(3)}</span></header>
<div class="heard">${messages.map(
    ({ role, content }) =>
      html`<div><h4>${role}</h4>${
        typeof content === 'string'
          ? runText(content, role)
          : content.map((part) => (part.type === 'text' ? runText(part.text, role) : views.show([part.path])))
      }</div>`,
  )}
<div><h4>answer</h4>${recording !== undefined && views.show([recording])}${
    text === undefined ? html`<p class="missing">no transcript</p>` : marked(text, criteria)
  }</div></div>
${problems.map((problem) => html`<p class="missing">${problem}</p>`)}
<div class="scroll"><table class="verdicts">
<thead><tr><th scope="col">Criterion</th><th scope="col">Verdict</th><th scope="col">Why</th></tr></thead>
<tbody>${criteria.map(
    (criterion) => html`
<tr><th scope="row">${criterion.criterion} <span class="points">${signed(criterion.points)}</span></th>
<td data-label="verdict">${outcome({ criterionId: criterion.id, met: criterion.met, reason: criterion.reason }, criterion)}</td>
<td data-label="why"><span dir="auto">${criterion.reason}</span>${
      criterion.evidence && html`<span class="reason" dir="auto">${evidenceText(criterion.evidence)}</span>`
    }</td></tr>`,
  )}</tbody></table></div>
</article>`
}

/** The answer's text with the words that decided something marked. */
function marked(text: string, criteria: readonly ScoredCriterion[]): Html {
  const spans = criteria
    .flatMap(({ id, evidence = [] }) => evidence.flatMap((one) => (one.kind === 'words' ? [{ id, ...one }] : [])))
    .sort((a, b) => a.start - b.start)
  const parts: Html[] = []
  let at = 0
  for (const { id, start, end } of spans) {
    if (start < at) continue // overlaps the one before
    parts.push(html`${text.slice(at, start)}<mark title="${id}">${text.slice(start, end)}</mark>`)
    at = end
  }
  if (parts.length === 0) return runText(text, 'answer')
  return html`<p class="run-text" dir="auto">${parts}${text.slice(at)}</p>`
}
