/** Numbers of a row that share a scale: 32 costs a bit a weight, and models lose least by it. */
export const BLOCK = 32

export interface QuantisedBlocks {
  /** The codes, of 4 bits two a byte, the first in the low half. */
  readonly codes: Uint8Array
  /** One a block. */
  readonly scales: Float32Array
}

/**
 * Rounds values, block by block, to the nearest of 2^bits evenly spaced numbers around 0: v ≈ scale·(code − 2^(bits−1)).
 * The scale is such that the value farthest from 0 is met exactly, on the side that has one number more (as llama.cpp's
 * Q4_0).
 *
 * @param values  whole blocks of {@link BLOCK}
 * @throws RangeError when a value is no finite number
 */
export function quantiseBlocks(values: Float32Array, bits: 4 | 8): QuantisedBlocks {
  const zero = 2 ** (bits - 1)
  const scales = new Float32Array(values.length / BLOCK)
  const codes = new Uint8Array((values.length * bits) / 8)
  for (let block = 0; block < scales.length; block++) {
    const from = block * BLOCK
    let farthest = 0
    let size = 0
    for (let i = from; i < from + BLOCK; i++) {
      const value = values[i]!
      const magnitude = Math.abs(value)
      if (!(magnitude < Number.POSITIVE_INFINITY)) throw new RangeError(`value ${i} is ${value}.`)
      if (magnitude > size) {
        size = magnitude
        farthest = value
      }
    }
    const scale = Math.fround(farthest / -zero)
    scales[block] = scale
    const inverse = scale === 0 ? 0 : 1 / scale
    for (let i = from; i < from + BLOCK; i++) {
      const code = Math.min(2 * zero - 1, Math.round(values[i]! * inverse) + zero)
      if (bits === 8) codes[i] = code
      else codes[i >> 1]! |= code << (4 * (i & 1))
    }
  }
  return { codes, scales }
}

/** The numbers that the codes stand for. */
export function dequantiseBlocks({ codes, scales }: QuantisedBlocks, bits: 4 | 8): Float32Array {
  const zero = 2 ** (bits - 1)
  const values = new Float32Array(scales.length * BLOCK)
  for (let i = 0; i < values.length; i++) {
    const code = bits === 8 ? codes[i]! : (codes[i >> 1]! >> (4 * (i & 1))) & 15
    values[i] = scales[(i / BLOCK) | 0]! * (code - zero)
  }
  return values
}

/** ‖v − w‖ / ‖v‖ over all numbers; 0 for a tensor of zeros. */
export function relativeError(values: Float32Array, others: Float32Array): number {
  let [error, size] = [0, 0]
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    const gap = value - others[i]!
    error += gap * gap
    size += value * value
  }
  return size === 0 ? 0 : Math.sqrt(error / size)
}
