import { articulationRate } from './articulationRate.ts'
import { clipping } from './clipping.ts'
import { duration } from './duration.ts'
import { leadingSilence } from './leadingSilence.ts'
import { longestPause } from './longestPause.ts'
import { loudness } from './loudness.ts'
import type { Measure } from './measure.ts'
import { noiseFloor } from './noiseFloor.ts'
import { pauseRate } from './pauseRate.ts'
import { peakLevel } from './peakLevel.ts'
import { pitchMedian } from './pitchMedian.ts'
import { pitchRange } from './pitchRange.ts'
import { repetition } from './repetition.ts'
import { signalToNoise } from './signalToNoise.ts'
import { speakingRate } from './speakingRate.ts'
import { speechRatio } from './speechRatio.ts'
import { stutter } from './stutter.ts'
import { syllableRate } from './syllableRate.ts'
import { truePeak } from './truePeak.ts'
import { wordErrorRate } from './wordErrorRate.ts'

/** Every measure, in the order of the page. A new one is a new file and a line here. */
export const measures: readonly Measure[] = [
  duration,
  speechRatio,
  leadingSilence,
  longestPause,
  pauseRate,
  speakingRate,
  syllableRate,
  articulationRate,
  pitchMedian,
  pitchRange,
  loudness,
  peakLevel,
  truePeak,
  clipping,
  noiseFloor,
  signalToNoise,
  repetition,
  stutter,
  wordErrorRate,
]
