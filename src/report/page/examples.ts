import type { Example } from '../choose.ts'
import { criteriaOf, type FindCriterion } from '../criteriaIndex.ts'
import { count, percent, points } from '../format.ts'
import type { AnswerRecord, CriterionRecord } from '../records.ts'
import type { ClipViews } from './clipView.ts'
import { type Html, html } from './html.ts'
import type { PageContent } from './page.ts'
import { missing, outcome, reason, runText, section } from './parts.ts'

/** Clips to listen to, with the answers before and after and what each criterion made of them. */
export function examplesSection(
  { examples, nAnswers, beside, find }: Pick<PageContent, 'examples' | 'nAnswers' | 'beside' | 'find'>,
  clips: ClipViews,
): Html {
  if (examples.length === 0) {
    return section('examples', 'Listen', '', missing('No answers were kept, so there is nothing to show.'))
  }
  return section(
    'examples',
    'Listen',
    `${examples.length} of ${count(nAnswers, 'sample')} of the evaluation: some that improved most, some that worsened most, the rest drawn at random with the run’s seed. Each says which it is. All answers are in the run folder.`,
    html`${examples.map((example, i) => exampleView(example, i, { clips, find, beside }))}`,
  )
}

function exampleView(
  example: Example,
  i: number,
  { clips, find, beside }: Pick<PageContent, 'find' | 'beside'> & { clips: ClipViews },
): Html {
  const { before, after, sampleId } = example
  const any = (after ?? before)!
  const others = beside.flatMap(({ name, answers }) => {
    const text = answers.get(sampleId)
    return text === undefined ? [] : [{ name, text }]
  })
  return html`
<article class="example" aria-labelledby="example-${i + 1}">
  <header><h3 id="example-${i + 1}" dir="auto">${sampleId}</h3><span class="tag ${example.chosen === 'drawn at random' ? '' : 'lit'}">${example.chosen}</span></header>
  <div class="heard">
    <div>${any.audio.length > 0 ? clips.show(any.audio) : html`<p class="missing">This sample has no sound.</p>`}</div>
    <div><h4>Prompt</h4>${runText(any.prompt, 'Prompt')}
    ${any.reference != null && html`<h4>Reference</h4>${runText(any.reference, 'Reference')}`}</div>
  </div>
  <div class="answers">
    ${before && answer('Before', before)}
    ${after && answer('After', after)}
    ${others.map(({ name, text }) => html`<div class="answer"><h4><span dir="auto">${name}</span></h4>${runText(text, `Answer of ${name}`)}</div>`)}
  </div>
  ${verdictTable(example, find)}
</article>`
}

function answer(when: string, { completion, score }: AnswerRecord): Html {
  return html`<div class="answer ${when.toLowerCase()}"><h4>${when} <span class="score">${score === null ? 'no score' : `${percent(score)}%`}</span></h4>${runText(completion, `Answer ${when.toLowerCase()}`)}</div>`
}

function verdictTable({ sampleId, before, after }: Example, find: FindCriterion): Html {
  const answers = [
    { when: 'Before', answer: before },
    { when: 'After', answer: after },
  ].filter((column) => column.answer !== undefined)
  const rows = criteriaRows(
    answers.map((column) => column.answer!),
    find,
  )
  const rubric = (after ?? before)?.rubric
  const name = typeof rubric === 'string' ? rubric : rubric?.name
  if (rows.length === 0) return missing('No verdict was recorded for these answers.')
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Verdicts on ${sampleId}"><table class="verdicts">
${name !== undefined && html`<caption>Rubric: <span dir="auto">${name}</span></caption>`}<thead><tr><th scope="col">Criterion</th>${answers.map(({ when }) => html`<th scope="col">${when}</th>`)}</tr></thead>
<tbody>${rows.map(
    ({ id, criterion }) =>
      html`<tr><th scope="row"><span dir="auto">${criterion?.criterion ?? id}</span> ${criterion && html`<span class="points">${points(criterion.points)}</span>`}</th>${answers.map(
        ({ when, answer }) => {
          const verdict = answer!.verdicts.find((v) => v.criterionId === id)
          return html`<td data-label="${when}">${outcome(verdict, criterion)}${reason(verdict)}</td>`
        },
      )}</tr>`,
  )}</tbody></table></div>`
}

function criteriaRows(
  answers: AnswerRecord[],
  find: FindCriterion,
): { id: string; criterion: CriterionRecord | undefined }[] {
  const rows = new Map<string, CriterionRecord | undefined>()
  for (const answer of answers) {
    for (const criterion of criteriaOf(answer)) rows.set(criterion.id, criterion)
    for (const { criterionId } of answer.verdicts) {
      if (!rows.has(criterionId)) rows.set(criterionId, find(answer, criterionId))
    }
  }
  return Array.from(rows, ([id, criterion]) => ({ id, criterion }))
}
