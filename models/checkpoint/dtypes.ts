/** Reads `count` numbers of one stored type; `bytes` is exactly as long as they are and starts on a multiple of 8. */
type Decode = (bytes: Uint8Array<ArrayBuffer>, target: Float32Array) => void

interface StoredType {
  /** Bytes a number. */
  size: number
  /** `'none'` where the file may hold the type but nothing here computes with it. */
  decode: Decode | 'none'
}

type NumberView = new (buffer: ArrayBuffer, byteOffset: number, length: number) => ArrayLike<number>
type BigView = new (buffer: ArrayBuffer, byteOffset: number, length: number) => ArrayLike<bigint>

const through =
  (View: NumberView): Decode =>
  (bytes, target) =>
    target.set(new View(bytes.buffer, bytes.byteOffset, target.length))

const throughBig =
  (View: BigView): Decode =>
  (bytes, target) => {
    const values = new View(bytes.buffer, bytes.byteOffset, target.length)
    for (let i = 0; i < target.length; i++) target[i] = Number(values[i]!)
  }

/** bfloat16 is the upper half of a float32. */
const bfloat16: Decode = (bytes, target) => {
  const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, target.length)
  const bits = new Uint32Array(target.buffer, target.byteOffset, target.length)
  for (let i = 0; i < bits.length; i++) bits[i] = halves[i]! << 16
}

/** IEEE half: sign 1, exponent 5 (bias 15), fraction 10; exponent 0 has no hidden one, 31 is ∞ or NaN. */
export function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25))
}

let halves: Float32Array | undefined // all 65,536 of them: a look-up a number instead of the arithmetic

const float16: Decode = (bytes, target) => {
  halves ??= Float32Array.from({ length: 2 ** 16 }, (_, half) => halfToNumber(half))
  const stored = new Uint16Array(bytes.buffer, bytes.byteOffset, target.length)
  for (let i = 0; i < target.length; i++) target[i] = halves[stored[i]!]!
}

/** Types that 32-bit numbers are written as; to the nearest, ties to even. */
export const writtenTypes = {
  F32: (values: Float32Array): Uint8Array => new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  F16: toHalves,
  BF16: toBfloats,
}

export type WrittenDType = keyof typeof writtenTypes

// Plain loops over bits: a callback a number, as `Uint16Array.from` takes it, is 70 times as slow.

function toBfloats(values: Float32Array): Uint8Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const written = new Uint16Array(bits.length)
  for (let i = 0; i < bits.length; i++) {
    const word = bits[i]!
    const nan = (word & 0x7fffffff) > 0x7f800000
    written[i] = nan ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16
  }
  return new Uint8Array(written.buffer)
}

function toHalves(values: Float32Array): Uint8Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const written = new Uint16Array(bits.length)
  for (let i = 0; i < bits.length; i++) {
    const word = bits[i]!
    const size = word & 0x7fffffff
    let half: number
    if (size > 0x7f800000) half = 0x7e00
    else if (size >= 0x477ff000)
      half = 0x7c00 // 65,520 and more round beyond the largest
    else if (size < 0x38800000)
      half = roundToEven(Math.abs(values[i]!) * 2 ** 24) // below 2⁻¹⁴
    // A fraction that rounds up to 2 carries into the exponent, which is the right number.
    else half = (size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13
    written[i] = ((word >>> 16) & 0x8000) | half
  }
  return new Uint8Array(written.buffer)
}

function roundToEven(x: number): number {
  const down = Math.floor(x)
  const rest = x - down
  return rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down
}

/** The types of safetensors whose size is whole bytes. 64-bit numbers are rounded to 32-bit ones. */
export const storedTypes = {
  F32: { size: 4, decode: through(Float32Array) },
  F16: { size: 2, decode: float16 },
  BF16: { size: 2, decode: bfloat16 },
  F64: { size: 8, decode: through(Float64Array) },
  I8: { size: 1, decode: through(Int8Array) },
  U8: { size: 1, decode: through(Uint8Array) },
  BOOL: { size: 1, decode: through(Uint8Array) },
  I16: { size: 2, decode: through(Int16Array) },
  U16: { size: 2, decode: through(Uint16Array) },
  I32: { size: 4, decode: through(Int32Array) },
  U32: { size: 4, decode: through(Uint32Array) },
  I64: { size: 8, decode: throughBig(BigInt64Array) },
  U64: { size: 8, decode: throughBig(BigUint64Array) },
  F8_E4M3: { size: 1, decode: 'none' },
  F8_E5M2: { size: 1, decode: 'none' },
  F8_E8M0: { size: 1, decode: 'none' },
  C64: { size: 8, decode: 'none' },
} satisfies Record<string, StoredType>

export type StoredDType = keyof typeof storedTypes

export const isStoredDType = (name: unknown): name is StoredDType =>
  typeof name === 'string' && Object.hasOwn(storedTypes, name)
