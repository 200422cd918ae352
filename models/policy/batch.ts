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
