/** Coefficients of y = b₀x + b₁x₋₁ + b₂x₋₂ − a₁y₋₁ − a₂y₋₂. */
interface Biquad {
  readonly b: readonly [number, number, number]
  readonly a: readonly [number, number]
}

/**
 * Returns the K-weighted channel (ITU-R BS.1770-4, annex 1): a shelf of +4 dB for the head, then a high-pass for low
 * frequencies.
 *
 * The recommendation tabulates both filters at 48 kHz only; here they are the bilinear transforms of the analogue filters
 * behind that table, so every rate is weighted alike (at 48 kHz they give the table to ten digits).
 */
export function kWeighted(samples: Float32Array, sampleRate: number): Float64Array {
  const out = Float64Array.from(samples)
  filterInPlace(out, shelf(sampleRate))
  filterInPlace(out, highPass(sampleRate))
  return out
}

export function shelf(sampleRate: number): Biquad {
  const [hertz, decibels, q] = [1681.974450955533, 3.999843853973347, 0.7071752369554196]
  const k = Math.tan((Math.PI * hertz) / sampleRate)
  const high = 10 ** (decibels / 20)
  const middle = high ** 0.4996667741545416
  const a0 = 1 + k / q + k * k
  return {
    b: [(high + (middle * k) / q + k * k) / a0, (2 * (k * k - high)) / a0, (high - (middle * k) / q + k * k) / a0],
    a: [(2 * (k * k - 1)) / a0, (1 - k / q + k * k) / a0],
  }
}

export function highPass(sampleRate: number): Biquad {
  const [hertz, q] = [38.13547087602444, 0.5003270373238773]
  const k = Math.tan((Math.PI * hertz) / sampleRate)
  const a0 = 1 + k / q + k * k
  return { b: [1, -2, 1], a: [(2 * (k * k - 1)) / a0, (1 - k / q + k * k) / a0] }
}

function filterInPlace(samples: Float64Array, { b: [b0, b1, b2], a: [a1, a2] }: Biquad): void {
  let s1 = 0
  let s2 = 0
  for (let i = 0; i < samples.length; i++) {
    const x = samples[i]!
    const y = b0 * x + s1
    s1 = b1 * x - a1 * y + s2
    s2 = b2 * x - a2 * y
    samples[i] = y
  }
}
