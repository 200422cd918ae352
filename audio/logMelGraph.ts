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
 * Returns the windowed frames folded twice, [4, 101, nFrames], so that four small matrix products replace one that is
 * four times as dear. With x the frame under a periodic Hann window, θ = 2πkn/400 and n from 0 to 100:
 *
 *   c(n) = x(n) + x(400−n),  s(n) = x(n) − x(400−n)     for cos θ is even in n and sin θ odd
 *   c(n) ± c(200−n),  s(n) ∓ s(200−n)                   + for even, − for odd k in the first; then the other way round
 */
export function foldFrames(row: Float32Array, nFrames: number): Tensor {
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
  return new Tensor('float32', folded, [4, ROWS, nFrames])
}

/**
 * The graph from folded frames to features, as an ONNX model; `nFrames` is left open.
 *
 *   S = F·folded                                    [4, 101, nFrames]: Re of even k, Re of odd k, Im of even, Im of odd
 *   L = log₁₀ max(1e-10, M·S²)                      [nMels, nFrames], M the mel filters in the order of S
 *   features = (max(L, loudest − 8) + 4) / 4,       loudest = max L
 */
export function logMelGraph(nMels: number): Uint8Array {
  const floats = (name: string, dims: number[], data: Float32Array) => ({
    name,
    dims,
    dataType: 1, // float32
    rawData: new Uint8Array(data.buffer),
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
      input: [value('folded', [4, ROWS, 'nFrames'])],
      output: [value('features', [nMels, 'nFrames']), value('loudest', [])],
      initializer: [
        floats('fourier', [4, ROWS, ROWS], foldedFourier()),
        floats('mel', [nMels, 4 * ROWS], foldedMel(nMels)),
        {
          name: 'flat',
          dims: [2],
          dataType: 7,
          rawData: new Uint8Array(BigInt64Array.of(BigInt(4 * ROWS), -1n).buffer),
        },
        scalar('quietest', QUIETEST),
        scalar('perDecade', 1 / Math.LN10),
        scalar('range', DYNAMIC_RANGE),
        scalar('four', 4),
        scalar('quarter', 0.25),
      ],
      node: [
        node('MatMul', ['fourier', 'folded'], 'spectrum'),
        node('Mul', ['spectrum', 'spectrum'], 'power'),
        node('Reshape', ['power', 'flat'], 'flatPower'),
        node('MatMul', ['mel', 'flatPower'], 'melPower'),
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

/** The bins that each of the four products makes; row 100 of an odd one is void. */
function binOf(part: number, row: number): number | undefined {
  const bin = 2 * row + (part % 2)
  return bin <= N_FFT / 2 ? bin : undefined
}

/** [4, 101, 101]: cosines for even and odd bins, then sines; the sign of the sines does not matter to the power. */
function foldedFourier(): Float32Array {
  const matrix = new Float32Array(4 * ROWS * ROWS)
  for (let part = 0; part < 4; part++) {
    const wave = part < 2 ? Math.cos : Math.sin
    for (let row = 0; row < ROWS; row++) {
      const bin = binOf(part, row)
      if (bin === undefined) continue
      for (let n = 0; n < ROWS; n++) {
        matrix[(part * ROWS + row) * ROWS + n] = wave((2 * Math.PI * ((bin * n) % N_FFT)) / N_FFT)
      }
    }
  }
  return matrix
}

/** [nMels, 4 · 101]: the filters, with every bin where `foldedFourier` puts its real and its imaginary part. */
function foldedMel(nMels: number): Float32Array {
  const filters = melFilters(nMels, N_FFT, SAMPLE_RATE)
  const nBins = N_FFT / 2 + 1
  const matrix = new Float32Array(nMels * 4 * ROWS)
  for (let mel = 0; mel < nMels; mel++) {
    for (let part = 0; part < 4; part++) {
      for (let row = 0; row < ROWS; row++) {
        const bin = binOf(part, row)
        if (bin !== undefined) matrix[(mel * 4 + part) * ROWS + row] = filters[mel * nBins + bin]!
      }
    }
  }
  return matrix
}
