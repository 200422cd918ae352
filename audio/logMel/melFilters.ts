/**
 * Triangular mel filters on the Slaney scale with Slaney's area normalisation (librosa.filters.mel, Whisper).
 *
 * @returns [nMels, nBins], row-major; nBins = nFft / 2 + 1 frequencies from 0 to sampleRate / 2
 */
export function melFilters(nMels: number, nFft: number, sampleRate: number): Float64Array {
  const nBins = nFft / 2 + 1
  const top = hertzToMel(sampleRate / 2)
  const edges = Array.from({ length: nMels + 2 }, (_, i) => melToHertz((top * i) / (nMels + 1)))
  const filters = new Float64Array(nMels * nBins)
  for (let mel = 0; mel < nMels; mel++) {
    const [low, centre, high] = edges.slice(mel, mel + 3) as [number, number, number]
    for (let bin = 0; bin < nBins; bin++) {
      const hertz = (bin * sampleRate) / nFft
      const height = Math.min((hertz - low) / (centre - low), (high - hertz) / (high - centre))
      filters[mel * nBins + bin] = (Math.max(0, height) * 2) / (high - low)
    }
  }
  return filters
}

// Slaney's scale (Auditory Toolbox, 1998): linear below 1 kHz, logarithmic above.
const STEP = 200 / 3 // Hz a mel, below 1 kHz
const BREAK = 1000 // Hz
const BREAK_MEL = BREAK / STEP
const LOG_STEP = Math.log(6.4) / 27 // natural log of Hz a mel, above

const hertzToMel = (hertz: number): number =>
  hertz < BREAK ? hertz / STEP : BREAK_MEL + Math.log(hertz / BREAK) / LOG_STEP

const melToHertz = (mel: number): number =>
  mel < BREAK_MEL ? mel * STEP : BREAK * Math.exp(LOG_STEP * (mel - BREAK_MEL))
