import type { Random } from '../random.ts'

/** Values of a method's parameters for one tensor. */
export type Values = Readonly<Record<string, number | boolean | string>>

export interface TensorSettings {
  /** Parameters of the merge as a whole, such as `lambda`. */
  readonly shared: Values
  /** Parameters of each merged model, in their order, such as `weight`. */
  readonly models: readonly Values[]
}

/** The same stretch of one tensor in every model, as 32-bit numbers; the arrays are used again for the next stretch. */
export interface Chunk {
  readonly base: Float32Array
  readonly models: readonly Float32Array[]
  /** Index of its first number in the tensor. */
  readonly from: number
}

/** One tensor of all models, read stretch by stretch as often as a method needs. */
export interface TensorPasses {
  readonly name: string
  readonly shape: readonly number[]
  readonly size: number
  readonly nModels: number
  /** Walks the tensor once, in order. */
  eachChunk(visit: (chunk: Chunk) => void): void
  /** A stream of draws for a model, from its beginning at each call. */
  random(model: number): Random
}

/** Writes the merged numbers of a chunk into `out`; called for each chunk once, in order. */
export type Combine = (chunk: Chunk, out: Float32Array) => void

export interface Parameter {
  readonly about: string
  /** Left out: must be given. */
  readonly default?: number | boolean | string
  readonly least?: number
  readonly most?: number
  readonly choices?: readonly (number | boolean | string)[]
}

export interface MergeMethod {
  /** As mergekit spells it. */
  readonly name: string
  readonly about: string
  readonly source: string
  /** Whether it merges differences to a base: then `chunk.base` is filled and `models` holds the others. */
  readonly needsBase: boolean
  /** How many models beside the base it merges, at least and at most. */
  readonly nModels: readonly [least: number, most: number]
  readonly shared: Readonly<Record<string, Parameter>>
  readonly perModel: Readonly<Record<string, Parameter>>
  /** Looks at a tensor as often as it must, and returns how its chunks are combined. */
  prepare(tensor: TensorPasses, settings: TensorSettings): Combine
}

/** The record of a method, for the list in `merging/index.ts`: flags, recipe checks and docs come from it. */
export const mergeMethod = (method: MergeMethod): MergeMethod => method

export const numberOf = (values: Values, name: string): number => values[name] as number

export const weightParameter: Parameter = { about: 'share of the model; of its difference where there is a base' }

export const normalizeParameter = (byDefault: boolean): Parameter => ({
  about: 'divide by the sum of the weights',
  default: byDefault,
  choices: [true, false],
})

export const lambdaParameter: Parameter = { about: 'factor of the merged difference', default: 1 }

export const densityParameter: Parameter = {
  about: 'share of the numbers of a difference that is kept',
  default: 1,
  least: 1e-9,
  most: 1,
}
