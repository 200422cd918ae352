import { count } from '../format.ts'
import type { Run } from '../readRun.ts'
import { type Html, html } from './html.ts'
import { missing, section } from './parts.ts'

const MAX_ALARMS = 200

/** What the run itself found wrong while it trained. */
export function alarmsSection(run: Run): Html {
  if (run.alarms.length === 0) {
    return section(
      'alarms',
      'Alarms',
      '',
      missing(
        run.alarmsRecorded
          ? 'No alarm was raised.'
          : 'alarms.jsonl is missing: whether an alarm was raised is not known.',
      ),
    )
  }
  const shown = run.alarms.slice(0, MAX_ALARMS)
  return section(
    'alarms',
    'Alarms',
    `${count(run.alarms.length, 'alarm')}${shown.length < run.alarms.length ? `, the first ${shown.length} of them here` : ''}.`,
    html`<ul class="alarms">${shown.map(
      ({ step, alarm, message }) =>
        html`<li><b>${alarm}</b> ${step != null && html`<span class="note">step ${step}</span>`}<br><span dir="auto">${message}</span></li>`,
    )}</ul>`,
  )
}
