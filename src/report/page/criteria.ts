import type { Findings } from '../findings.ts'
import { count, percent, signedPercent } from '../format.ts'
import type { Evaluation } from '../readRun.ts'
import { type Html, html } from './html.ts'
import { missing, section } from './parts.ts'

/** Before and after for each group of criteria, as paired bars with their numbers. */
export function criteriaSection({ before, after }: Findings): Html {
  const shown = [before, after].filter((evaluation) => evaluation !== undefined)
  const groups = groupsOf(shown)
  if (groups.length === 0) {
    return section('criteria', 'By criterion', '', missing('No evaluation recorded how often its criteria were met.'))
  }
  return section(
    'criteria',
    'By criterion',
    'How often answers met the criteria of a group, on the plain prompt with the real sound. Criteria with negative points describe faults: there less is better. A change has a colour when it is larger than chance would make it (95%, two shares compared).',
    html`<div class="paired" role="list">${groups.map(({ group, sign }) => groupView(group, sign, before, after))}</div>`,
    shown.length < 2 && missing('Only one evaluation was kept, so there is nothing to compare with.'),
  )
}

function groupsOf(evaluations: Evaluation[]): { group: string; sign: number }[] {
  const signs = new Map<string, number>()
  for (const { group, sign } of evaluations.flatMap(({ criteria }) => criteria)) signs.set(group, sign)
  return Array.from(signs, ([group, sign]) => ({ group, sign })).sort(
    (a, b) => b.sign - a.sign || a.group.localeCompare(b.group),
  )
}

function groupView(group: string, sign: number, before?: Evaluation, after?: Evaluation): Html {
  const [first, last] = [before, after].map((evaluation) => evaluation?.criteria.find((c) => c.group === group))
  const change = first && last ? last.pass_rate - first.pass_rate : undefined
  const tone =
    !first || !last || withinChance(first, last) ? '' : (last.pass_rate - first.pass_rate) * sign > 0 ? 'good' : 'bad'
  return html`<div class="pair" role="listitem">
  <h3 dir="auto">${group} ${sign < 0 && html`<span class="tag">fault: less is better</span>`}</h3>
  ${first && bar(before!.name, first, 'before')}
  ${last && bar(after!.name, last, 'after')}
  ${change !== undefined && html`<p class="change ${tone}">${signedPercent(change)} points</p>`}
</div>`
}

interface Rate {
  pass_rate: number
  n: number
}

/** Whether the normal 95% interval of the difference of two shares holds zero. Verdicts count as independent. */
function withinChance(first: Rate, last: Rate): boolean {
  const variance = [first, last].reduce(
    (sum, { pass_rate, n }) => sum + (pass_rate * (1 - pass_rate)) / Math.max(1, n),
    0,
  )
  return Math.abs(last.pass_rate - first.pass_rate) <= 1.96 * Math.sqrt(variance)
}

function bar(name: string, { pass_rate, n }: Rate, tone: string): Html {
  const width = (Math.min(1, Math.max(0, pass_rate)) * 100).toFixed(1)
  return html`<div class="bar"><span class="name">${name}</span><span class="track" aria-hidden="true"><span class="fill ${tone}" style="width:${width}%"></span></span><span class="n">${percent(pass_rate)}% <span class="note">of ${count(n, 'verdict')}</span></span></div>`
}
