/** Returns the root mean square level in dB relative to full scale (a full-scale square wave is 0); -Infinity in silence. */
export function rms(samples: Float32Array): number {
  let sum = 0
  for (const x of samples) sum += x * x
  return 10 * Math.log10(samples.length === 0 ? 0 : sum / samples.length)
}

/** Returns the largest absolute sample; 0 for an empty clip. */
export function peak(samples: Float32Array): number {
  let max = 0
  for (const x of samples) max = Math.max(max, Math.abs(x))
  return max
}

/**
 * Returns the largest absolute sample in each of `nBins` equal stretches, to draw a clip.
 * A clip with fewer samples than bins repeats samples; an empty one gives zeros.
 */
export function waveformPeaks(samples: Float32Array, nBins: number): Float32Array {
  const peaks = new Float32Array(nBins)
  for (let bin = 0; bin < nBins; bin++) {
    const from = Math.floor((bin * samples.length) / nBins)
    const to = Math.max(from + 1, Math.floor(((bin + 1) * samples.length) / nBins))
    peaks[bin] = peak(samples.subarray(from, to))
  }
  return peaks
}

const FRAME = 1024 // samples, a power of two

/**
 * Returns the spectral centroid in Hz: the mean frequency weighted by magnitude, over the power-weighted frames of the clip.
 *
 *   Σ f·|X(f)| / Σ |X(f)|, |X| summed over Hann-windowed frames of 1024 samples, half overlapping
 *
 * Loud frames count more, silence not at all; an all-silent clip gives 0.
 */
export function spectralCentroid(samples: Float32Array, sampleRate: number): number {
  const re = new Float64Array(FRAME)
  const im = new Float64Array(FRAME)
  let weighted = 0
  let total = 0
  for (let start = 0; start < samples.length; start += FRAME / 2) {
    for (let i = 0; i < FRAME; i++) {
      re[i] = (samples[start + i] ?? 0) * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / FRAME))
    }
    im.fill(0)
    fourier(re, im)
    for (let bin = 0; bin <= FRAME / 2; bin++) {
      const magnitude = Math.hypot(re[bin]!, im[bin]!)
      weighted += ((bin * sampleRate) / FRAME) * magnitude
      total += magnitude
    }
  }
  return total > 0 ? weighted / total : 0
}

/** In-place radix-2 transform (Cooley and Tukey). */
function fourier(re: Float64Array, im: Float64Array): void {
  const n = re.length
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1
    for (; j & bit; bit >>= 1) j ^= bit
    j ^= bit
    if (i >= j) continue
    ;[re[i], re[j]] = [re[j]!, re[i]!]
    ;[im[i], im[j]] = [im[j]!, im[i]!]
  }
  for (let size = 2; size <= n; size *= 2) {
    for (let k = 0; k < size / 2; k++) {
      const [cos, sin] = [Math.cos((2 * Math.PI * k) / size), -Math.sin((2 * Math.PI * k) / size)]
      for (let a = k; a < n; a += size) {
        const b = a + size / 2
        const [x, y] = [re[b]! * cos - im[b]! * sin, re[b]! * sin + im[b]! * cos]
        re[b] = re[a]! - x
        im[b] = im[a]! - y
        re[a]! += x
        im[a]! += y
      }
    }
  }
}
