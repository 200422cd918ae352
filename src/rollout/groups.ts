import { moments } from '../update/advantages.ts'
import { inParts } from './inParts.ts'
import type { Rollout } from './rollout.ts'

/** What happens to a group of answers that teaches nothing. */
export const WHEN_USELESS = ['keep', 'drop', 'resample'] as const

export interface GroupOptions {
  /**
   * `keep`: it counts in every mean; `drop`: it is left out of the loss; `resample`: further prompts are asked until
   * enough groups teach something (DAPO's dynamic sampling, arXiv 2503.14476, §3.2).
   */
  readonly whenUseless: (typeof WHEN_USELESS)[number]
  /** Rollouts a step at most; `resample` alone reads it. */
  readonly maxRounds: number
  /** Mean reward below or above which a group is too hard or too easy to be learnt from; null sets no bound. */
  readonly minReward: number | null
  readonly maxReward: number | null
}

/** True when a group's rewards differ and their mean is within the bounds. */
export function isUseful(rewards: readonly number[], { minReward, maxReward }: GroupOptions): boolean {
  const { mean, deviation } = moments(rewards)
  return deviation > 0 && mean >= (minReward ?? -Infinity) && mean <= (maxReward ?? Infinity)
}

/** The answers of a step that are learnt from, and the rest of what was asked. */
export interface Chosen {
  /** `nGroups` whole groups: the useful ones first, in their order, then others. */
  readonly learnt: readonly Rollout[]
  /** How many of them are useful; the answers of the others weigh nothing unless they are kept. */
  readonly nUseful: number
}

/**
 * Chooses `nGroups` groups of everything that a step rolled out. Groups that are dropped stay in the batch with weight
 * 0: graphs are specialised to a batch's size, and a size of its own for every number of useful groups would compile
 * one graph after another.
 */
export function chooseGroups(
  rollouts: readonly Rollout[],
  group: number,
  nGroups: number,
  options: GroupOptions,
): Chosen {
  const groups = inParts(rollouts, rollouts.length / group)
  if (options.whenUseless === 'keep') return { learnt: rollouts, nUseful: groups.length }
  const useful = groups.filter((own) => isUseful(rewardsOf(own), options))
  const others = groups.filter((own) => !isUseful(rewardsOf(own), options))
  return {
    learnt: [...useful, ...others].slice(0, nGroups).flat(),
    nUseful: Math.min(nGroups, useful.length),
  }
}

const rewardsOf = (rollouts: readonly Rollout[]): number[] => rollouts.map(({ reward }) => reward)
