import { criterionRates } from '../evaluate.ts'
import { moments } from '../update/advantages.ts'
import { inParts } from './inParts.ts'
import type { Rollout } from './rollout.ts'
import { taskMeans } from './taskMeans.ts'

/** What the answers of one step say; `group` is the number of answers a prompt. Names: docs/metrics.md. */
export function rolloutMetrics(rollouts: readonly Rollout[], group: number): Record<string, number> {
  const rewards = rollouts.map(({ reward }) => reward)
  const groups = inParts(rollouts, rollouts.length / group).map((part) => moments(part.map(({ reward }) => reward)))
  const lengths = rollouts.map(({ completion }) => completion.completionIds.length)
  const mean = (values: readonly number[]) => moments(values).mean
  const isPlain = ({ shown }: Rollout) => shown.criterionIds.length === 0
  const plain = rollouts.filter(isPlain).map(({ reward }) => reward)
  const aided = rollouts.filter((rollout) => !isPlain(rollout)).map(({ reward }) => reward)
  const cut = rollouts.filter(({ completion }) => completion.finishReason === 'length').length
  const ratesOf = (part: readonly Rollout[]) =>
    criterionRates(part.map(({ sample, verdicts }) => ({ rubric: sample.rubric, verdicts })))
  const shaped = rollouts.flatMap(({ modelReward }) => modelReward ?? [])
  const heldOut = rollouts.flatMap((rollout) => rollout.heldOutScore ?? [])
  return {
    reward: mean(rewards),
    reward_std: mean(groups.map(({ deviation }) => deviation)),
    frac_reward_zero_std: groups.filter(({ deviation }) => deviation === 0).length / groups.length,
    ...(plain.length > 0 ? { 'reward/plain': mean(plain) } : {}),
    ...(aided.length > 0 ? { 'reward/scaffolded': mean(aided) } : {}),
    'completions/mean_length': mean(lengths),
    'completions/max_length': Math.max(...lengths),
    'completions/clipped_ratio': cut / rollouts.length,
    'completions/empty_ratio': rollouts.filter(({ completion }) => completion.text === '').length / rollouts.length,
    num_tokens: lengths.reduce((total, n) => total + n, 0),
    'scaffold/ratio': mean(rollouts.map(({ shown }) => shown.ratio)),
    ...(shaped.length > 0 && {
      'reward/model': mean(shaped.map(({ reward }) => reward)),
      'reward/verified': mean(shaped.map(({ verified }) => verified)),
    }),
    ...(heldOut.length > 0 ? { 'reward/held_out': mean(heldOut) } : {}),
    ...taskMeans(
      'reward',
      rollouts.map(({ sample: { task }, reward }) => ({ task, value: reward })),
    ),
    ...Object.fromEntries(ratesOf(rollouts).map(({ group: name, pass_rate }) => [`rubric/${name}/pass`, pass_rate])),
    ...Object.fromEntries(
      ratesOf(rollouts.filter(isPlain)).map(({ group: name, pass_rate }) => [`rubric/${name}/plain_pass`, pass_rate]),
    ),
  }
}
