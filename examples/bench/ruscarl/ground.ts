/** A task on which the arms are compared. */
export interface Ground {
  readonly id: 'sparse' | 'scenes'
  readonly title: string
  readonly about: string
  /** Makes its data where they are not there yet: `train.jsonl`, `eval.jsonl`, and what supervised fine-tuning reads. */
  makeData(folder: string): Promise<void>
  /** Recipes of the checkpoint that all arms of a seed start from, and of their reinforcement learning. */
  recipes(folder: string): { readonly sft: string; readonly rl: string }
  /** How criteria are shown, in the recipe's words. */
  readonly wording: string
  /** Progress at which the sigmoid falls. */
  readonly midpoint: number
  readonly seeds: readonly number[]
  /** Kinds of arms that are run on it. */
  readonly compares: readonly ('schedule' | 'ratio' | 'noise')[]
  /** Groups of criteria that the plain policy does not meet before training. */
  readonly sparse?: readonly string[]
}
