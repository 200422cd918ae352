import { duration, percent } from '../format.ts'
import type { Spent } from '../time.ts'
import { type Html, html } from './html.ts'
import { missing, section } from './parts.ts'

/** One stacked bar for each breakdown, its parts with their numbers below. */
export function timeSection(spent: Spent[]): Html {
  if (spent.length === 0) return section('time', 'Where the time went', '', missing('The run recorded no times.'))
  return section('time', 'Where the time went', '', ...spent.map(bar))
}

function bar({ title, seconds, parts }: Spent): Html {
  const share = (part: number) => part / seconds
  const words = parts.map((part) => `${part.name} ${percent(share(part.seconds), 0)}%`).join(', ')
  const tone = (name: string, i: number) => (name === 'other' ? 'other' : `s${i % 8}`)
  return html`
<h3>${title} <span class="note">${duration(seconds)}</span></h3>
<div class="stack" role="img" aria-label="${title}: ${words}">${parts.map(
    (part, i) =>
      html`<span class="${tone(part.name, i)}" style="flex-grow:${Math.max(0.002, share(part.seconds)).toFixed(4)}"></span>`,
  )}</div>
<ul class="stack-keys">${parts.map(
    (part, i) =>
      html`<li><span class="swatch ${tone(part.name, i)}" aria-hidden="true"></span>${part.name} <b>${duration(part.seconds)}</b> <span class="note">${percent(share(part.seconds), 0)}%</span></li>`,
  )}</ul>`
}
