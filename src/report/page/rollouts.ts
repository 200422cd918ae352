import type { FindCriterion } from '../criteriaIndex.ts'
import { count, number, percent, points } from '../format.ts'
import type { RolloutRecord } from '../records.ts'
import { type RolloutGroup, type Rollouts, sawScaffold } from '../rollouts.ts'
import type { ClipViews } from './clipView.ts'
import { type Html, html } from './html.ts'
import { missing, outcome, reason, runText, section } from './parts.ts'

const MAX_ANSWERS = 16 // of one group

/** Groups of answers from steps across the run: what each saw of the rubric, said, and earned. */
export function rolloutsSection(rollouts: Rollouts, clips: ClipViews, find: FindCriterion): Html {
  if (rollouts.groups.length === 0) {
    return section(
      'rollouts',
      'Rollouts',
      '',
      missing('The folder rollouts/ is missing or empty: no rollout can be shown.'),
    )
  }
  const steps = [...new Map(rollouts.groups.map(({ step, label }) => [step, label]))]
  return section(
    'rollouts',
    'Rollouts',
    `${count(rollouts.groups.length, 'group')} from ${count(steps.length, 'step')} spread over the run, drawn with the run’s seed, of ${count(rollouts.nGroups, 'group')} (${count(rollouts.nRollouts, 'answer')}) in ${count(rollouts.nSteps, 'step')}. Each answer of a group saw its own share of the rubric; all are trained on the plain prompt.`,
    html`<fieldset class="steps" hidden><legend>Step</legend>${steps.map(
      ([step, label], i) =>
        html`<label><input type="radio" name="rollout-step" value="${step}"${i === 0 && html` checked`}><span>${label}</span></label>`,
    )}</fieldset>`,
    html`${rollouts.groups.map((group) => groupView(group, clips, find))}`,
  )
}

function groupView(group: RolloutGroup, clips: ClipViews, find: FindCriterion): Html {
  const first = group.rollouts[0]!
  const shown = group.rollouts.slice(0, MAX_ANSWERS)
  const rewards = group.rollouts.map(({ reward }) => reward ?? 0)
  const range = { low: Math.min(0, ...rewards), high: Math.max(1, ...rewards) }
  return html`
<article class="group" data-step="${group.step}">
  <header><h3>Step ${group.label} <span class="note" dir="auto">${group.sampleId}</span></h3></header>
  <div class="heard">
    <div>${first.audio.length > 0 ? clips.show(first.audio) : html`<p class="missing">This sample has no sound.</p>`}</div>
    <div><h4>Plain prompt</h4>${runText(first.prompt, 'Prompt')}</div>
  </div>
  ${shown.map((rollout) => rolloutView(rollout, range, find))}
  ${shown.length < group.rollouts.length && missing(`${group.rollouts.length - shown.length} more answers of this group are in the run folder.`)}
</article>`
}

function rolloutView(rollout: RolloutRecord, range: { low: number; high: number }, find: FindCriterion): Html {
  const nShown = rollout.scaffold?.shown.length ?? 0
  const nCriteria = Math.max(rollout.verdicts.length, nShown)
  const reward = rollout.reward === null ? 'no reward' : number(rollout.reward, 3)
  return html`
<details class="rollout">
  <summary>
    <span class="shown">${sawScaffold(rollout) ? `saw ${nShown} of ${nCriteria} criteria` : 'saw the plain prompt'}</span>
    <span class="reward">${rewardBar(rollout.reward, range)}<span>reward <b>${reward}</b></span></span>
    <span class="advantage ${(rollout.advantage ?? 0) > 0 ? 'good' : (rollout.advantage ?? 0) < 0 ? 'bad' : ''}">advantage <b>${rollout.advantage == null ? '–' : signed(rollout.advantage)}</b></span>
    <span class="said" dir="auto">${rollout.completion === '' ? '(empty)' : rollout.completion.slice(0, 160)}</span>
  </summary>
  <div class="body">
    <h4>Scaffold as it was shown ${rollout.scaffold && html`<span class="note">ratio ${percent(rollout.scaffold.ratio)}%</span>`}</h4>
    ${rollout.scaffold && rollout.scaffold.text !== '' ? html`<div class="scaffold">${runText(rollout.scaffold.text, 'Scaffold')}</div>` : html`<p class="note">None: this answer saw the plain prompt.</p>`}
    <h4>Answer <span class="note">${[rollout.n_tokens != null && count(rollout.n_tokens, 'token'), rollout.finish_reason === 'length' && 'cut off at the limit'].filter(Boolean).join(', ')}</span></h4>
    ${runText(rollout.completion, 'Answer')}
    <h4>Verdicts</h4>
    ${
      rollout.verdicts.length === 0
        ? html`<p class="note">None recorded.</p>`
        : html`<ul class="verdict-list">${rollout.verdicts.map((verdict) => {
            const criterion = find(rollout, verdict.criterionId)
            const seen = rollout.scaffold?.shown.includes(verdict.criterionId) ?? false
            return html`<li>${outcome(verdict, criterion)} <span dir="auto">${criterion?.criterion ?? verdict.criterionId}</span> ${criterion && html`<span class="points">${points(criterion.points)}</span>`} ${seen && html`<span class="tag">was shown</span>`}${reason(verdict)}</li>`
          })}</ul>`
    }
  </div>
</details>`
}

function rewardBar(reward: number | null, { low, high }: { low: number; high: number }): Html {
  const at = (value: number) => ((value - low) / (high - low)) * 100
  const [from, to] = [Math.min(at(0), at(reward ?? 0)), Math.max(at(0), at(reward ?? 0))]
  return html`<span class="track" aria-hidden="true"><span class="fill ${(reward ?? 0) < 0 ? 'bad' : 'after'}" style="left:${from.toFixed(1)}%;width:${(to - from).toFixed(1)}%"></span></span>`
}

function signed(value: number): string {
  return value > 0 ? `+${number(value, 2)}` : number(value, 2)
}
