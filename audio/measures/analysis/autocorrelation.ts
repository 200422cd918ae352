import FFT from 'fft.js'

export interface Autocorrelation {
  /** By lag in samples, 0 to the longest asked for; 1 at lag 0. */
  readonly values: Float64Array
  /** Between the lags, by sin(x)/x interpolation over 30 lags to either side. */
  at(lag: number): number
}

const DEPTH = 30 // lags to either side

/**
 * Returns a function that gives the autocorrelation of the frame of `length` samples that begins at `from`, less
 * `offset`, under a Hann window, divided by the window's own: an estimate for the sound without the window (Boersma
 * 1993, eq. 9). Samples beyond the clip are zeros. The buffers are one caller's: a result lives until the next call.
 */
export function autocorrelator(
  length: number,
  longestLag: number,
): (samples: Float32Array, from: number, offset: number) => Autocorrelation {
  const nLags = Math.max(longestLag + 2, Math.floor(length / 2)) // interpolation reads beyond the longest
  const size = 2 ** Math.ceil(Math.log2(length + nLags)) // zeros, so that the end does not meet the start
  const transform = new FFT(size)
  const frame = new Float64Array(size)
  const spectrum = new Float64Array(2 * size)
  const window = Float64Array.from({ length }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / length))

  const correlate = (): void => {
    transform.realTransform(spectrum, frame)
    // The power spectrum is even and real, so a second forward transform is the inverse one.
    for (let k = 0; k <= size / 2; k++) {
      const power = spectrum[2 * k]! ** 2 + spectrum[2 * k + 1]! ** 2
      frame[k] = power
      if (k > 0) frame[size - k] = power
    }
    transform.realTransform(spectrum, frame)
  }
  frame.set(window)
  correlate()
  const ofWindow = Float64Array.from({ length: nLags }, (_, lag) => spectrum[2 * lag]! / spectrum[0]!)

  const wide = new Float64Array(nLags)
  const at = (lag: number): number => interpolate(wide, lag)
  const values = wide.subarray(0, longestLag + 1)
  return (samples, from, offset) => {
    frame.fill(0)
    for (let i = Math.max(0, -from); i < length && from + i < samples.length; i++) {
      frame[i] = (samples[from + i]! - offset) * window[i]!
    }
    correlate()
    const power = spectrum[0]!
    for (let lag = 0; lag < nLags; lag++) wide[lag] = power > 0 ? spectrum[2 * lag]! / (power * ofWindow[lag]!) : 0
    return { values, at }
  }
}

/** Band-limited interpolation under a raised cosine; the autocorrelation is even, so lags below 0 are mirrored. */
function interpolate(values: Float64Array, at: number): number {
  const nearest = Math.round(at)
  if (Math.abs(at - nearest) < 1e-9) return values[nearest]!
  const depth = Math.min(DEPTH, values.length - 1 - Math.ceil(at))
  const below = Math.floor(at)
  const sine = Math.sin(Math.PI * (at - below))
  let sum = 0
  for (let k = below - depth + 1; k <= below + depth; k++) {
    const x = at - k
    const sinc = ((below - k) % 2 === 0 ? sine : -sine) / (Math.PI * x)
    sum += values[Math.abs(k)]! * sinc * (0.5 + 0.5 * Math.cos((Math.PI * x) / (depth + 0.5)))
  }
  return sum
}
