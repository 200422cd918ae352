/** How many tokens a sound becomes: samples → log-mel frames → positions after the strided convolution → audio tokens. */

/** What the Qwen-Audio family hears of one clip: 30 s at 16 kHz. */
const MAX_SAMPLES = 480_000
const HOP_LENGTH = 160 // samples, 10 ms at 16 kHz

/** Positions that Qwen-Audio and Qwen2-Audio average into one token (40 ms). */
const QWEN_POOL = 2

function checkCount(where: string, name: string, value: number, smallest: number): void {
  if (!Number.isSafeInteger(value) || value < smallest)
    throw new RangeError(`${where}: ${name} is ${value}. It must be a whole number from ${smallest}.`)
}

/**
 * Log-mel frames that Qwen-Audio reads: whole hops only, of at most 30 s (its `audio.py`; papers differ from
 * {@link qwen2AudioMelFrames} by the last, unfinished hop).
 */
export function qwenAudioMelFrames(nSamples: number): number {
  checkCount('qwenAudioMelFrames', 'nSamples', nSamples, 0)
  return Math.floor(Math.min(nSamples, MAX_SAMPLES) / HOP_LENGTH)
}

/**
 * Log-mel frames that Qwen2-Audio reads: an unfinished hop counts, of at most 30 s (`WhisperFeatureExtractor` takes
 * every 160th entry of the sample mask).
 */
export function qwen2AudioMelFrames(nSamples: number): number {
  checkCount('qwen2AudioMelFrames', 'nSamples', nSamples, 0)
  return Math.ceil(Math.min(nSamples, MAX_SAMPLES) / HOP_LENGTH)
}

/** Positions after Whisper's two convolutions (kernel 3, padding 1, the second with stride 2): ⌊(nFrames − 1)/2⌋ + 1. */
export function convolutionPositions(nFrames: number): number {
  checkCount('convolutionPositions', 'nFrames', nFrames, 0)
  return nFrames === 0 ? 0 : Math.floor((nFrames - 1) / 2) + 1
}

/**
 * Tokens of a clip of `nFrames` log-mel frames after average pooling with width and stride `pool`:
 * ⌊(positions − pool)/pool⌋ + 1. A clip too short for one window gives 0, so check before prompting with it.
 */
export function pooledAudioTokens(nFrames: number, pool: number): number {
  checkCount('pooledAudioTokens', 'pool', pool, 1)
  return Math.floor((convolutionPositions(nFrames) - pool) / pool) + 1
}

/**
 * Log-mel frames to give an encoder that works on whole windows only: `nFrames` rounded up to a multiple of 2·`pool`
 * (one window after the stride); the padding is masked and yields no token.
 */
export function paddedFrames(nFrames: number, pool: number): number {
  checkCount('paddedFrames', 'nFrames', nFrames, 0)
  checkCount('paddedFrames', 'pool', pool, 1)
  return Math.ceil(nFrames / (2 * pool)) * 2 * pool
}

/**
 * `<|AUDIO|>` tokens of a clip of `nFrames` log-mel frames (1 to 3,000), as Qwen2-Audio's processor counts them:
 * 1 s (100 frames) gives 25, 30 s gives 750. Below 3 frames there are none.
 */
export function qwen2AudioTokens(nFrames: number): number {
  return pooledAudioTokens(nFrames, QWEN_POOL)
}

/** Audio frames that Qwen-Audio's encoder gives for `nFrames` log-mel frames; its two border vectors not counted. */
export function qwenAudioTokens(nFrames: number): number {
  return pooledAudioTokens(nFrames, QWEN_POOL)
}

/** Places a clip takes in Qwen-Audio's prompt: its frames between the vectors of `<audio>` and `</audio>`. */
export function qwenAudioSpan(nFrames: number): number {
  return qwenAudioTokens(nFrames) + 2
}
