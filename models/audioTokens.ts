/** What decides how many tokens a clip takes; `pool` is the average pooling after the encoder's blocks. */
export interface AudioTokenLayout {
  /** Encoder positions averaged into one token, and the stride. 2 in Qwen-Audio and Qwen2-Audio: 40 ms a token. */
  pool: number
  /** Most mel frames the encoder hears. Default 3,000: Whisper's 30 s. */
  maxFrames?: number
}

/** Mel frames are cut at 30 s, as Whisper's encoder has no positions beyond it. */
const WHISPER_FRAMES = 3000

/**
 * Encoder positions of a clip of `nFrames` mel frames (10 ms each): the second convolution has kernel 3, stride 2 and
 * padding 1, so ⌊(nFrames − 1) / 2⌋ + 1, and 0 for no frames. Frames beyond `maxFrames` are not heard.
 *
 * @throws RangeError when `nFrames` is not a whole number ≥ 0
 */
export function encoderPositions(nFrames: number, maxFrames = WHISPER_FRAMES): number {
  if (!Number.isInteger(nFrames) || nFrames < 0)
    throw new RangeError(`encoderPositions: nFrames is ${nFrames}. It must be a whole number ≥ 0.`)
  return Math.floor((Math.min(nFrames, maxFrames) + 1) / 2)
}

/**
 * Placeholders `<|AUDIO|>` of a clip of `nFrames` mel frames: ⌊(positions − pool) / pool⌋ + 1, that is only whole
 * pools (Qwen2-Audio's processor; Qwen-Audio, arXiv 2311.07919, has the same count between its two ends).
 *
 * A clip shorter than one pool (with `pool` 2: under 3 mel frames, 30 ms) has 0 tokens: the released models hear
 * nothing of it, and neither do we. `renderChat` then leaves its line with nothing between `<|audio_bos|>` and
 * `<|audio_eos|>`, a valid prompt; nothing is padded into sound that was not there.
 *
 * @throws RangeError when `nFrames` is not a whole number ≥ 0 or `pool` not one ≥ 1
 * @example audioTokenCount(100, { pool: 2 }) // 1 s: 25
 */
export function audioTokenCount(nFrames: number, { pool, maxFrames }: AudioTokenLayout): number {
  if (!Number.isInteger(pool) || pool < 1)
    throw new RangeError(`audioTokenCount: pool is ${pool}. It must be a whole number ≥ 1.`)
  return Math.floor(encoderPositions(nFrames, maxFrames) / pool)
}

/**
 * Length of the first Qwen-Audio's `<audio>` … `</audio>` span: the tokens and the two learned vectors that stand at its
 * ends (`tokenization_qwen.py`).
 */
export const qwenAudioSpan = (nFrames: number): number => audioTokenCount(nFrames, { pool: 2 }) + 2
