import type { RunFolder } from '../../../src/index.ts'
import type { SeededRandom } from '../../../src/random.ts'
import type { Claim } from '../common/claims.ts'

/** One experiment: what a paper expects, what is run with one seed, and what the seeds together say of it. */
export interface Experiment {
  readonly id: string
  readonly title: string
  readonly paper: string
  /** What is compared, for the page. */
  readonly about: string
  /** `import.meta.url` of its file: a result is of this code and no other. */
  readonly file: string
  run(suite: Suite): Promise<Outcome>
  claims(outcomes: readonly Outcome[]): Claim[]
}

/** What an experiment found with one seed. */
export interface Outcome {
  /** One number a name, such as a loss or a share. */
  /** Null where there was nothing to take it of. */
  readonly figures: Readonly<Record<string, number | null>>
  /** By arm: the score of every held-out sample, the same samples in the same order for all arms and seeds. */
  readonly scores: Readonly<Record<string, readonly number[]>>
}

/** A recipe as it would stand in a file. */
export type RecipeText = Readonly<Record<string, unknown>> & { readonly name: string }

/** What an experiment works with: everything it makes is kept, and found again by what it was made of. */
export interface Suite {
  readonly seed: number
  /** Draws of a name; depends on the seed and the name alone. */
  random(name: string): SeededRandom
  /** Writes rows as JSON lines; returns the file, which is named after its content. */
  data(name: string, rows: readonly object[]): string
  /** Trains a recipe with the suite's seed, unless it has been; a training that was stopped goes on. */
  train(recipe: RecipeText): Promise<RunFolder>
  /** Makes a file or folder, unless it is there. `of` is all that it follows from; `make` leaves it whole or not at all. */
  made(name: string, of: object, make: (to: string) => Promise<unknown>): Promise<string>
  /** Greedy scores of a model on samples, in their order. */
  scores(model: string, data: string): Promise<number[]>
  say(what: string): void
}
