export { type AugmentOptions, augment, type Range } from './augment.ts'
export type { ReadOptions } from './decode/readSource.ts'
export { decodeAudio, type LoadOptions, loadAudio } from './decode.ts'
export { AudioError } from './error.ts'
export { countFrames, type LogMel, type LogMelOptions, logMel } from './logMel.ts'
export {
  type Measured,
  type MeasureOptions,
  measureAudio,
  measureNames,
} from './measures/index.ts'
export { resample } from './resample.ts'
export { peak, rms, spectralCentroid, waveformPeaks } from './signal.ts'
export { type SpecAugmentOptions, specAugment } from './specAugment.ts'
export { type Split, type SplitOptions, splitLong } from './splitLong.ts'
export type { AudioSource, DecodedAudio, Random, Waveform } from './types.ts'
export { encodeWav } from './wav.ts'
