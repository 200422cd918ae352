import { halfToNumber } from '../checkpoint/dtypes.ts'

/** One way in which GGUF packs numbers: blocks of `numbers`, `bytes` long each. */
export interface BlockType {
  readonly numbers: number
  readonly bytes: number
  /** Unpacks the block at byte `at` to `target[to]` and the places behind it. */
  readonly unpack: (view: DataView, at: number, target: Float32Array, to: number) => void
}

const half = (view: DataView, at: number): number => halfToNumber(view.getUint16(at, true))

/**
 * The types that are read, by ggml's names; formulas are those of ggml's `dequantize_row_*` (ggml-quants.c). Every value
 * is rounded to 32 bits once, as there.
 */
export const blockTypes = {
  F32: {
    numbers: 1,
    bytes: 4,
    unpack(view, at, target, to) {
      target[to] = view.getFloat32(at, true)
    },
  },
  F16: {
    numbers: 1,
    bytes: 2,
    unpack(view, at, target, to) {
      target[to] = half(view, at)
    },
  },

  /** Scale, 32 signed bytes. */
  Q8_0: {
    numbers: 32,
    bytes: 34,
    unpack(view, at, target, to) {
      const scale = half(view, at)
      for (let i = 0; i < 32; i++) target[to + i] = scale * view.getInt8(at + 2 + i)
    },
  },
  /** Scale, 16 bytes of two numbers: the lower halves are the first 16. Centred on 8. */
  Q4_0: {
    numbers: 32,
    bytes: 18,
    unpack(view, at, target, to) {
      const scale = half(view, at)
      for (let i = 0; i < 16; i++) {
        const pair = view.getUint8(at + 2 + i)
        target[to + i] = scale * ((pair & 15) - 8)
        target[to + 16 + i] = scale * ((pair >> 4) - 8)
      }
    },
  },
  /** Scale, smallest value, 16 bytes of two numbers. */
  Q4_1: {
    numbers: 32,
    bytes: 20,
    unpack(view, at, target, to) {
      const [scale, least] = [half(view, at), half(view, at + 2)]
      for (let i = 0; i < 16; i++) {
        const pair = view.getUint8(at + 4 + i)
        target[to + i] = scale * (pair & 15) + least
        target[to + 16 + i] = scale * (pair >> 4) + least
      }
    },
  },
  /** Two scales of scales, 8 scales and 8 offsets of 6 bits in 12 bytes, then 4 × 32 bytes of two numbers. */
  Q4_K: {
    numbers: 256,
    bytes: 144,
    unpack(view, at, target, to) {
      const [scaleUnit, offsetUnit] = [half(view, at), half(view, at + 2)]
      for (let part = 0; part < 8; part++) {
        const [scale, offset] = sixBits(view, at + 4, part)
        const [d, m] = [scaleUnit * scale, offsetUnit * offset]
        const bytes = at + 16 + 32 * (part >> 1)
        const shift = 4 * (part & 1)
        for (let i = 0; i < 32; i++) {
          target[to + 32 * part + i] = d * ((view.getUint8(bytes + i) >> shift) & 15) - m
        }
      }
    },
  },
  /** 128 bytes of lower halves, 64 of upper pairs of bits, 16 signed scales, a scale of scales. Centred on 32. */
  Q6_K: {
    numbers: 256,
    bytes: 210,
    unpack(view, at, target, to) {
      const unit = half(view, at + 208)
      for (let i = 0; i < 256; i++) {
        const [side, within] = [i >> 7, i & 127] // each half of the block is packed alone
        const low = view.getUint8(at + 64 * side + (within & 63)) >> (within < 64 ? 0 : 4)
        const high = view.getUint8(at + 128 + 32 * side + (within & 31)) >> (2 * (within >> 5))
        const scale = view.getInt8(at + 192 + (i >> 4))
        target[to + i] = unit * scale * (((low & 15) | ((high & 3) << 4)) - 32)
      }
    },
  },
} satisfies Record<string, BlockType>

export type BlockTypeName = keyof typeof blockTypes

/** Scale and offset of one of the 8 parts of a Q4_K block: the last four keep their upper 2 bits in the first eight bytes. */
function sixBits(view: DataView, at: number, part: number): [scale: number, offset: number] {
  const byte = (i: number) => view.getUint8(at + i)
  if (part < 4) return [byte(part) & 63, byte(part + 4) & 63]
  const both = byte(part + 4)
  return [(both & 15) | ((byte(part - 4) >> 6) << 4), (both >> 4) | ((byte(part) >> 6) << 4)]
}
