import { clip, compact, count, duration, points } from '../format.ts'
import type { CriterionRecord, VerdictRecord } from '../records.ts'
import { type Html, html } from './html.ts'

/** A part of the page with its heading; `id` is its address in the page. */
export function section(id: string, title: string, intro: string, ...content: (Html | false)[]): Html {
  return html`
<section id="${id}" aria-labelledby="${id}-title">
  <h2 id="${id}-title">${title}</h2>
  ${intro !== '' && html`<p class="intro">${intro}</p>`}
  ${content}
</section>`
}

export function missing(text: string): Html {
  return html`<p class="missing">${text}</p>`
}

const MAX_TEXT = 4000 // characters of one prompt, answer or scaffold; the whole text stays in the run folder

/** Text of the run, as it is: line breaks kept, direction from its own script, its end cut off when it is very long. */
export function runText(text: string, label: string): Html {
  const shown = clip(text, MAX_TEXT)
  if (text === '') return html`<p class="run-text empty" aria-label="${label}">(empty)</p>`
  return html`<p class="run-text" dir="auto" aria-label="${label}">${shown.text}${
    shown.nLeftOut > 0 && html`<span class="cut"> … ${count(shown.nLeftOut, 'more character')}</span>`
  }</p>`
}

/** What a verdict did to the score. A met penalty is bad news, so the mark follows the points, not the word "met". */
export function outcome(verdict: VerdictRecord | undefined, criterion: CriterionRecord | undefined): Html {
  if (!verdict) return html`<span class="mark none">not judged</span>`
  const worth = criterion?.points
  const tone =
    verdict.met === null ? 'unknown' : worth === undefined ? 'none' : verdict.met === worth > 0 ? 'good' : 'bad'
  const word = verdict.met === null ? 'unknown' : verdict.met ? 'met' : 'not met'
  const sign = verdict.met === null ? '?' : verdict.met ? '✓' : '✗'
  const earned = verdict.met && worth !== undefined ? points(worth) : '0'
  return html`<span class="mark ${tone}"><span aria-hidden="true">${sign}</span> ${word}${
    worth !== undefined && verdict.met !== null && html` <span class="earned">${earned}</span>`
  }</span>`
}

export function reason(verdict: VerdictRecord | undefined): Html | false {
  if (!verdict || verdict.reason === '') return false
  return html`<span class="reason" dir="auto">${clip(verdict.reason, 500).text}</span>`
}

/** A figure beside its name, for the top of the page. */
export function card(name: string, value: string, note: string, tone = ''): Html {
  return html`<div class="card ${tone}"><dt>${name}</dt><dd><span class="value">${value}</span><span class="note">${note}</span></dd></div>`
}

/** A value from summary.json as one line of text. */
export function plainValue(value: unknown, key = ''): string {
  if (typeof value === 'number') return /seconds|time/.test(key) ? duration(value) : compact(value)
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map((item) => plainValue(item)).join(', ')
  return JSON.stringify(value)
}
