import onnxProto from 'onnx-proto'
import { Tensor } from 'onnxruntime-node'
import { melFilters } from './mel.ts'

const { onnx } = onnxProto

export const SAMPLE_RATE = 16_000 // Hz
export const N_FFT = 400 // samples, 25 ms
export const HOP = 160 // samples, 10 ms
export const QUIETEST = 1e-10 // power; its logarithm is finite
export const DYNAMIC_RANGE = 8 // decades of power below the loudest bin

const QUARTER = N_FFT / 4
const ROWS = QUARTER + 1

/**
 * Returns the windowed frames folded twice, so that four small matrix products replace one that is four times as dear:
 * [2, 101, nFrames] for the cosines and for the sines, each for even bins k, then for odd ones. With x the frame under a periodic Hann window, θ = 2πkn/400 and n from 0 to 100:
 *
 *   c(n) = x(n) + x(400−n),  s(n) = x(n) − x(400−n)     for cos θ is even in n and sin θ odd
 *   c(n) ± c(200−n),  s(n) ∓ s(200−n)                   + for even, − for odd k in the first; then the other way round
 */
export function foldFrames(row: Float32Array, nFrames: number): { cosines: Tensor; sines: Tensor } {
  const folded = new Float32Array(4 * ROWS * nFrames)
  const size = ROWS * nFrames
  for (let n = 0; n <= QUARTER; n++) {
    const near = 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / N_FFT)
    const far = 0.5 + 0.5 * Math.cos((2 * Math.PI * n) / N_FFT)
    // c(0) has no partner 400 (the window is 0 there), c(100) and s(100) are their own: half of each, so both count once.
    const once = n === QUARTER ? 0.5 : 1
    const inner = n === 0 || n === QUARTER ? 0.5 * far : far
    for (let frame = 0, at = n * nFrames; frame < nFrames; frame++, at++) {
      const from = frame * HOP
      const a = near * row[from + n]!
      const b = n === 0 ? 0 : near * row[from + N_FFT - n]!
      const c = inner * row[from + N_FFT / 2 - n]!
      const d = inner * row[from + N_FFT / 2 + n]!
      folded[at] = once * (a + b) + (c + d)
      folded[at + size] = once * (a + b) - (c + d)
      folded[at + 2 * size] = once * (a - b) - (c - d)
      folded[at + 3 * size] = once * (a - b) + (c - d)
    }
  }
  const half = (from: number) => new Tensor('float32', folded.subarray(from, from + 2 * size), [2, ROWS, nFrames])
  return { cosines: half(0), sines: half(2 * size) }
}

/**
 * The graph from folded frames to features, as an ONNX model; `nFrames` is left open.
 *
 *   Re = cos·cosines,  Im = sin·sines               [2, 101, nFrames], even bins, then odd ones
 *   P = Re² + Im²                                   [202, nFrames]
 *   L = log₁₀ max(1e-10, M·P)                       [nMels, nFrames], M the mel filters in the order of P
 *   features = (max(L, loudest − 8) + 4) / 4,       loudest = max L
 */
export function logMelGraph(nMels: number): Uint8Array {
  const floats = (name: string, dims: number[], data: Float32Array) => ({
    name,
    dims,
    dataType: 1, // float32
    rawData: new Uint8Array(data.buffer),
  })
  const int64 = (name: string, values: number[]) => ({
    name,
    dims: [values.length],
    dataType: 7,
    rawData: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
  })
  const scalar = (name: string, value: number) => floats(name, [], Float32Array.of(value))
  const node = (opType: string, input: string[], output: string, attribute: object[] = []) => {
    return { opType, input, output: [output], attribute }
  }
  const value = (name: string, dims: (string | number)[]) => {
    const dim = dims.map((d) => (typeof d === 'string' ? { dimParam: d } : { dimValue: d }))
    return { name, type: { tensorType: { elemType: 1, shape: { dim } } } }
  }
  const model = onnx.ModelProto.create({
    irVersion: 9,
    producerName: 'rubato',
    opsetImport: [{ domain: '', version: 20 }],
    graph: {
      name: 'logMel',
      input: ['cosines', 'sines'].map((name) => value(name, [2, ROWS, 'nFrames'])),
      output: [value('features', [nMels, 'nFrames']), value('loudest', [])],
      initializer: [
        floats('cos', [2, ROWS, ROWS], foldedFourier(Math.cos)),
        floats('sin', [2, ROWS, ROWS], foldedFourier(Math.sin)),
        floats('mel', [nMels, 2 * ROWS], foldedMel(nMels)),
        int64('flat', [2 * ROWS, -1]),
        scalar('quietest', QUIETEST),
        scalar('perDecade', 1 / Math.LN10),
        scalar('range', DYNAMIC_RANGE),
        scalar('four', 4),
        scalar('quarter', 0.25),
      ],
      node: [
        node('MatMul', ['cos', 'cosines'], 'real'),
        node('MatMul', ['sin', 'sines'], 'imaginary'),
        node('Mul', ['real', 'real'], 'realSquared'),
        node('Mul', ['imaginary', 'imaginary'], 'imaginarySquared'),
        node('Add', ['realSquared', 'imaginarySquared'], 'evenAndOdd'),
        node('Reshape', ['evenAndOdd', 'flat'], 'power'),
        node('MatMul', ['mel', 'power'], 'melPower'),
        node('Max', ['melPower', 'quietest'], 'audible'),
        node('Log', ['audible'], 'natural'),
        node('Mul', ['natural', 'perDecade'], 'decades'),
        node('ReduceMax', ['decades'], 'loudest', [{ name: 'keepdims', type: 2, i: 0 }]),
        node('Sub', ['loudest', 'range'], 'floor'),
        node('Max', ['decades', 'floor'], 'floored'),
        node('Add', ['floored', 'four'], 'lifted'),
        node('Mul', ['lifted', 'quarter'], 'features'),
      ],
    },
  })
  return onnx.ModelProto.encode(model).finish()
}

/** The bin in a row of the even half (0) or the odd one (1), whose row 100 is void. */
function binOf(half: number, row: number): number | undefined {
  const bin = 2 * row + half
  return bin <= N_FFT / 2 ? bin : undefined
}

/** [2, 101, 101]: cosines or sines for even bins, then odd ones. The sign of the sines does not matter to the power. */
function foldedFourier(wave: (angle: number) => number): Float32Array {
  const matrix = new Float32Array(2 * ROWS * ROWS)
  for (let half = 0; half < 2; half++) {
    for (let row = 0; row < ROWS; row++) {
      const bin = binOf(half, row)
      if (bin === undefined) continue
      for (let n = 0; n < ROWS; n++) {
        matrix[(half * ROWS + row) * ROWS + n] = wave((2 * Math.PI * ((bin * n) % N_FFT)) / N_FFT)
      }
    }
  }
  return matrix
}

/** [nMels, 2 · 101]: the filters, with even bins first, then odd ones. */
function foldedMel(nMels: number): Float32Array {
  const filters = melFilters(nMels, N_FFT, SAMPLE_RATE)
  const nBins = N_FFT / 2 + 1
  const matrix = new Float32Array(nMels * 2 * ROWS)
  for (let mel = 0; mel < nMels; mel++) {
    for (let half = 0; half < 2; half++) {
      for (let row = 0; row < ROWS; row++) {
        const bin = binOf(half, row)
        if (bin !== undefined) matrix[(mel * 2 + half) * ROWS + row] = filters[mel * nBins + bin]!
      }
    }
  }
  return matrix
}
