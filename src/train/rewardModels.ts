import path from 'node:path'
import { UsageError } from '../errors.ts'
import type { Stage } from '../recipe/index.ts'

/** Where a run keeps the reward model of its stage `index`: `reward-model`, numbered where the recipe has several. */
export function rewardModelFolder(runPath: string, index: number, stages: readonly Pick<Stage, 'kind'>[]): string {
  const all = stages.flatMap(({ kind }, i) => (kind === 'reward' ? [i] : []))
  return path.join(runPath, all.length > 1 ? `reward-model-${all.indexOf(index) + 1}` : 'reward-model')
}

/** What the stage measured of it: accuracy, margin and calibration, on what it learnt and on what it did not. */
export const rewardReportFile = (runPath: string, index: number): string =>
  path.join(runPath, `reward-${index + 1}.json`)

/**
 * The reward model that stage `index` of a recipe is judged by when it names none: that of the last reward stage before.
 *
 * @throws UsageError when there is none
 */
export function rewardModelBefore(runPath: string, index: number, stages: readonly Pick<Stage, 'kind'>[]): string {
  const before = stages.slice(0, index).findLastIndex(({ kind }) => kind === 'reward')
  if (before < 0) {
    throw new UsageError(
      `stages[${index}]: its judge names no reward model, and no reward stage stands before it. Write model: FOLDER.`,
    )
  }
  return rewardModelFolder(runPath, before, stages)
}
