/**
 * Triangular mel filters on the Slaney scale with Slaney's area normalisation, as librosa makes them
 * (`librosa.filters.mel(htk=False, norm='slaney')`, from 0 Hz to half the sample rate).
 *
 * @returns [nMels, nFft / 2 + 1], row-major
 */
export function melFilters(nMels: number, nFft: number, sampleRate: number): Float32Array {
  const nBins = nFft / 2 + 1
  const top = hzToMel(sampleRate / 2)
  const edges = Array.from({ length: nMels + 2 }, (_, i) => melToHz((top * i) / (nMels + 1)))
  const filters = new Float32Array(nMels * nBins)
  for (let mel = 0; mel < nMels; mel++) {
    const [low, centre, high] = [edges[mel]!, edges[mel + 1]!, edges[mel + 2]!]
    for (let bin = 0; bin < nBins; bin++) {
      const hz = (bin * sampleRate) / nFft
      const height = Math.min((hz - low) / (centre - low), (high - hz) / (high - centre))
      filters[mel * nBins + bin] = (Math.max(0, height) * 2) / (high - low)
    }
  }
  return filters
}

// Slaney's scale: linear up to 1000 Hz (15 mel), then 27 mel for each factor of 6.4.
const LINEAR_HZ = 200 / 3
const LOG_STEP = Math.log(6.4) / 27

function hzToMel(hz: number): number {
  return hz < 1000 ? hz / LINEAR_HZ : 15 + Math.log(hz / 1000) / LOG_STEP
}

function melToHz(mel: number): number {
  return mel < 15 ? mel * LINEAR_HZ : 1000 * Math.exp(LOG_STEP * (mel - 15))
}
