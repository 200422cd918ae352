import type { Run } from '../readRun.ts'
import { type Html, html } from './html.ts'
import { plainValue, section } from './parts.ts'

const SHOWN_ABOVE = ['name', 'time_by_stage', 'alarms', 'command']
/** Hashes, which `lineage.json` and the card hold for whoever compares them. */
const NOT_SHOWN = ['towers']
const SHOWN_AS_EVALUATIONS = ['before', 'after', 'lift']

/** What the run recorded about its surroundings, and how to run it again. */
export function environmentSection(run: Run): Html {
  const known = new Set([...SHOWN_ABOVE, ...NOT_SHOWN, ...(run.evaluations.length > 0 ? SHOWN_AS_EVALUATIONS : [])])
  const facts = flatten(Object.fromEntries(Object.entries(run.summary ?? {}).filter(([key]) => !known.has(key))))
  const command = run.summary?.command ?? 'rubato train recipe.yaml'
  return section(
    'environment',
    'Environment and how to run it again',
    '',
    facts.length > 0
      ? html`<dl class="facts-list">${facts.map(([key, value]) => html`<div><dt>${key}</dt><dd dir="auto">${value}</dd></div>`)}</dl>`
      : html`<p class="missing">summary.json is missing: the run recorded nothing about its surroundings.</p>`,
    html`<p>${run.summary?.command ? 'The run was started with' : 'The run did not record its command. In its folder, its recipe runs again with'}</p>
<pre class="code" tabindex="0" aria-label="Command"><code>${command}</code></pre>`,
  )
}

function flatten(value: Record<string, unknown>, prefix = ''): [string, string][] {
  return Object.entries(value).flatMap(([key, item]): [string, string][] => {
    if (item === null || item === undefined) return []
    if (typeof item === 'object' && !Array.isArray(item))
      return flatten(Object.fromEntries(Object.entries(item)), `${prefix}${key}.`)
    return [[`${prefix}${key}`, plainValue(item, key)]]
  })
}
