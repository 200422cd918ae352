import { createHash } from 'node:crypto'
import type { Example } from '../choose.ts'
import type { Clips } from '../clips.ts'
import type { FindCriterion } from '../criteriaIndex.ts'
import type { StageCurves } from '../curves.ts'
import type { Findings } from '../findings.ts'
import type { Run } from '../readRun.ts'
import type { Rollouts } from '../rollouts.ts'
import type { Spent } from '../time.ts'
import type { OtherAnswers } from '../writeReport.ts'
import { alarmsSection } from './alarms.ts'
import { analysisSection } from './analysis.ts'
import type { Assets } from './assets.ts'
import { clipViews } from './clipView.ts'
import { criteriaSection } from './criteria.ts'
import { curvesSection } from './curves.ts'
import { environmentSection } from './environment.ts'
import { evaluationsSection } from './evaluations.ts'
import { examplesSection } from './examples.ts'
import { headline } from './headline.ts'
import { html, trusted } from './html.ts'
import { recipeSection } from './recipe.ts'
import { rewardModelsSection } from './rewardModels.ts'
import { rolloutsSection } from './rollouts.ts'
import { style } from './style.ts'
import { timeSection } from './time.ts'

export interface PageContent {
  run: Run
  findings: Findings
  curves: StageCurves[]
  examples: Example[]
  nAnswers: number
  beside: readonly OtherAnswers[]
  rollouts: Rollouts
  clips: Clips
  find: FindCriterion
  spent: Spent[]
}

const NAV = [
  ['summary', 'Evaluations'],
  ['analysis', 'Beside the score'],
  ['curves', 'Curves'],
  ['reward-models', 'Reward models'],
  ['criteria', 'By criterion'],
  ['examples', 'Listen'],
  ['rollouts', 'Rollouts'],
  ['alarms', 'Alarms'],
  ['recipe', 'Recipe'],
  ['time', 'Time'],
  ['environment', 'Environment'],
] as const

/** The whole document, in the order in which a reader wants it. */
export function page(content: PageContent, assets: Assets): string {
  const { run, findings } = content
  const clips = clipViews(content.clips)
  const scripts = [assets.uPlotScript, ...assets.clientScripts]
  // Drawn in this order, since the first appearance of a clip carries its sound.
  const examples = examplesSection(content, clips)
  const analysis = analysisSection(run)
  const rewardModels = rewardModelsSection(run)
  const absent = [analysis === false && 'analysis', rewardModels === false && 'reward-models']
  const nav = NAV.filter(([id]) => !absent.includes(id))
  const rollouts = rolloutsSection(content.rollouts, clips, content.find)
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(scripts)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${run.name}: Rubato run report</title>
<link rel="icon" href="data:,">
<style>${trusted(assets.uPlotStyle)}${trusted(style)}</style>
</head>
<body>
<a class="skip" href="#summary">Skip to the results</a>
${headline(run, findings)}
<nav aria-label="Parts of the report"><ul>${nav.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
<main>
${evaluationsSection(run, findings)}
${analysis}
${curvesSection(content.curves)}
${rewardModels}
${criteriaSection(findings)}
${examples}
${rollouts}
${alarmsSection(run)}
${recipeSection(run.recipe)}
${timeSection(content.spent)}
${environmentSection(run)}
</main>
<footer>Written by Rubato from the files of the run folder. This page is complete in itself: it loads nothing.</footer>
${clips.data()}
<script>${trusted(scripts[0]!)}</script>
${scripts.slice(1).map((script) => html`<script type="module">${trusted(script)}</script>`)}
</body>
</html>
`.html
}

/** Only these scripts run, and nothing is loaded: text from the run could do no harm even if an escape were missed. */
export function policy(scripts: readonly string[]): string {
  const hashes = scripts.map((script) => `'sha256-${createHash('sha256').update(script, 'utf8').digest('base64')}'`)
  return `default-src 'none'; script-src ${hashes.join(' ')}; style-src 'unsafe-inline'; img-src data:; media-src data:; base-uri 'none'; form-action 'none'`
}
