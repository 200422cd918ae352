/** Features of one clip: [nMels, nFrames], as `rubato/audio` makes them. */
export interface AudioFeatures {
  readonly data: Float32Array
  readonly nMels: number
  readonly nFrames: number
}

/** Token ids, with the clips its `<|AUDIO|>` places stand for, in order. */
export interface TokenSequence {
  readonly ids: readonly number[]
  /** Index into the batch's clips, one for each run of audio places. */
  readonly audios: readonly number[]
}

export interface Batch {
  readonly audios: readonly AudioFeatures[]
  readonly sequences: readonly TokenSequence[]
  /** For training: several sequences a row. Left out, every sequence has a row of its own. */
  readonly packing?: Packing
}

/** Rows that hold several sequences one after another, each with positions from 0 and blind to the others. */
export interface Packing {
  /** Which sequences stand in a row, in order; every sequence stands in one row. */
  readonly rows: readonly (readonly number[])[]
  /** Tokens a row has place for; rows are padded to it. */
  readonly length: number
}

/**
 * Tokens that a loss looks at: `position` ≥ 1 is that of the token itself, predicted by the state before it. The position
 * behind a sequence's end stands for its last state, which a scalar head reads.
 */
export interface Targets {
  readonly tokens: readonly { readonly sequence: number; readonly position: number }[]
  /** Values a token, by the name the objective asks for. */
  readonly values?: Readonly<Record<string, ArrayLike<number>>>
  readonly numbers?: Readonly<Record<string, number>>
}
