import path from 'node:path'
import { pickSpread } from './choose.ts'
import { figure } from './curves.ts'
import { readJsonLines } from './readJsonLines.ts'
import type { Run } from './readRun.ts'
import { type RolloutRecord, rolloutRecord } from './records.ts'

/** The G answers to one prompt in one step. */
export interface RolloutGroup {
  /** Step within the run. */
  step: number
  /** How the curves count it: step within its stage, and the stage's name where several stages rolled out. */
  label: string
  sampleId: string
  rollouts: RolloutRecord[]
}

/** Mean reward in one step of the answers that saw no criterion and of those that saw some; null where there were none. */
export interface RewardByScaffold {
  /** Step within the run. */
  step: number
  plain: number | null
  scaffolded: number | null
}

export interface Rollouts {
  groups: RolloutGroup[]
  rewards: RewardByScaffold[]
  nSteps: number
  nGroups: number
  nRollouts: number
}

/**
 * Reads all rollouts as a stream, for the reward curves, and keeps the groups of `nSteps` steps spread evenly over the
 * run (first and last included), `groupsPerStep` of them a step, drawn with `random`.
 */
export async function readRollouts(
  run: Run,
  options: { nSteps: number; groupsPerStep: number },
  random: () => number,
): Promise<Rollouts> {
  const chosen = new Set(pickSpread(run.rolloutFiles, options.nSteps))
  const found: Rollouts = { groups: [], rewards: [], nSteps: run.rolloutFiles.length, nGroups: 0, nRollouts: 0 }
  const label = stepLabels(run)
  for (const entry of run.rolloutFiles) {
    const groups: RolloutGroup[] = []
    const open = new Map<string, RolloutGroup>()
    const name = `rollouts/${path.basename(entry.file)}`
    for await (const rollout of readJsonLines(entry.file, name, rolloutRecord, run.problems)) {
      const group = groupOf(rollout, open)
      if (group.rollouts.length === 0) groups.push(group)
      group.step = entry.step
      group.label = label(entry.step)
      group.rollouts.push(chosen.has(entry) ? rollout : { ...rollout, prompt: '', completion: '', verdicts: [] })
    }
    const rollouts = groups.flatMap((group) => group.rollouts)
    found.nGroups += groups.length
    found.nRollouts += rollouts.length
    found.rewards.push({
      step: entry.step,
      plain: meanReward(rollouts.filter((r) => !sawScaffold(r))),
      scaffolded: meanReward(rollouts.filter(sawScaffold)),
    })
    if (chosen.has(entry)) found.groups.push(...draw(groups, options.groupsPerStep, random).map(inGroupOrder))
  }
  return found
}

function stepLabels({ metrics, rolloutFiles }: Run): (step: number) => string {
  const known = new Map(metrics.map((record) => [figure(record, 'global_step') ?? record.step, record]))
  const stages = new Set(rolloutFiles.map(({ step }) => known.get(step)?.stage))
  return (step) => {
    const record = known.get(step)
    if (!record) return String(step)
    return stages.size > 1 ? `${record.stage} ${record.step}` : String(record.step)
  }
}

export function sawScaffold(rollout: RolloutRecord): boolean {
  return (rollout.scaffold?.shown.length ?? 0) > 0
}

// `group_index` counts within the group. A prompt that is drawn twice in a step starts its second group when an index
// comes again.
function groupOf(rollout: RolloutRecord, open: Map<string, RolloutGroup>): RolloutGroup {
  const current = open.get(rollout.sample_id)
  if (current && !current.rollouts.some((r) => r.group_index === rollout.group_index)) return current
  const group: RolloutGroup = { step: 0, label: '', sampleId: rollout.sample_id, rollouts: [] }
  open.set(rollout.sample_id, group)
  return group
}

function inGroupOrder(group: RolloutGroup): RolloutGroup {
  return { ...group, rollouts: group.rollouts.toSorted((a, b) => a.group_index - b.group_index) }
}

function draw(groups: RolloutGroup[], n: number, random: () => number): RolloutGroup[] {
  const left = [...groups]
  const drawn: RolloutGroup[] = []
  while (drawn.length < n && left.length > 0) drawn.push(...left.splice(Math.floor(random() * left.length), 1))
  return drawn
}

function meanReward(rollouts: RolloutRecord[]): number | null {
  const rewards = rollouts.flatMap((r) => (r.reward === null ? [] : [r.reward]))
  return rewards.length === 0 ? null : rewards.reduce((a, b) => a + b, 0) / rewards.length
}
