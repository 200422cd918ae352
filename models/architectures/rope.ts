/**
 * How rotary positions are stretched beyond the length of pre-training; by the names and formulas of transformers'
 * `modeling_rope_utils`, lengths in tokens.
 */
export type RopeScaling =
  /** Every position divided by the factor (arXiv 2306.15595). */
  | { readonly type: 'linear'; readonly factor: number }
  /** Llama 3.1: long periods divided by the factor, short ones kept, those between blended. */
  | {
      readonly type: 'llama3'
      readonly factor: number
      /** Periods longer than originalPositions / lowFrequency are divided, those shorter than / highFrequency are kept. */
      readonly lowFrequency: number
      readonly highFrequency: number
      readonly originalPositions: number
    }
  /** YARN (arXiv 2309.00071), as Qwen2.5 documents it: dimensions are blended by how often they turn, and attention is sharpened. */
  | {
      readonly type: 'yarn'
      readonly factor: number
      readonly originalPositions: number
      /** Dimensions that turn more often than this within the original length are kept (32). */
      readonly betaFast: number
      /** Those that turn less often are divided by the factor (1). */
      readonly betaSlow: number
      /** Multiplies sines and cosines, so scores by its square: 0.1 ln(factor) + 1 unless the config says otherwise. */
      readonly attentionFactor: number
      /** Round the two ends of the blend to whole dimensions (true). */
      readonly truncate: boolean
    }

export interface RotaryOptions {
  readonly theta: number
  /** Half a head's width: how many angles a position has. */
  readonly half: number
  readonly scaling: RopeScaling | undefined
}

/** Angles [nPositions, half] in radians, and what sines and cosines are multiplied by. */
export function rotaryAngles(options: RotaryOptions, nPositions: number): { angles: number[]; scale: number } {
  const { half, scaling } = options
  const frequencies = scaledFrequencies(options)
  return {
    angles: Array.from({ length: nPositions * half }, (_, i) => Math.floor(i / half) * frequencies[i % half]!),
    scale: scaling?.type === 'yarn' ? scaling.attentionFactor : 1,
  }
}

/** Radians a token, by dimension. */
export function scaledFrequencies({ theta, half, scaling }: RotaryOptions): number[] {
  const frequencies = Array.from({ length: half }, (_, i) => theta ** (-i / half))
  if (!scaling) return frequencies
  const { factor } = scaling
  switch (scaling.type) {
    case 'linear':
      return frequencies.map((f) => f / factor)
    case 'llama3': {
      const { lowFrequency, highFrequency, originalPositions } = scaling
      return frequencies.map((f) => {
        const turns = (originalPositions * f) / (2 * Math.PI) // within the original length
        const kept = Math.min(1, Math.max(0, (turns - lowFrequency) / (highFrequency - lowFrequency)))
        return kept * f + ((1 - kept) * f) / factor
      })
    }
    case 'yarn': {
      const width = 2 * frequencies.length
      const { originalPositions, betaFast, betaSlow, truncate } = scaling
      /** Dimension that turns this often within the original length. */
      const dimension = (turns: number) =>
        (width * Math.log(originalPositions / (turns * 2 * Math.PI))) / (2 * Math.log(theta))
      const [first, last] = [dimension(betaFast), dimension(betaSlow)]
      const low = Math.max(0, truncate ? Math.floor(first) : first)
      let high = Math.min(width - 1, truncate ? Math.ceil(last) : last)
      if (low === high) high += 0.001
      return frequencies.map((f, i) => {
        const divided = Math.min(1, Math.max(0, (i - low) / (high - low)))
        return (divided * f) / factor + (1 - divided) * f
      })
    }
  }
}
