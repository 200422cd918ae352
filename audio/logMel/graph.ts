import onnxProto from 'onnx-proto'
import { melFilters } from './melFilters.ts'

const { onnx } = onnxProto
const FLOAT = onnx.TensorProto.DataType.FLOAT

export const SAMPLE_RATE = 16_000 // Hz
export const N_FFT = 400 // samples, 25 ms
export const HOP_LENGTH = 160 // samples, 10 ms
const N_BINS = N_FFT / 2 + 1
/** A frame of 400 samples lies in three blocks of 160: the third is used by half. */
export const BLOCKS_A_FRAME = Math.ceil(N_FFT / HOP_LENGTH)

/**
 * ONNX model of the log-mel power, before the floor.
 *
 * With hop 160 and window 400, frame t is blocks t, t+1, t+2 of the padded signal, so the windowed Fourier transform of
 * every frame is three matrix products of the *same* blocks, shifted: no frame is ever copied out.
 *
 *   F = X[0:T]·W₀ + X[1:T+1]·W₁ + X[2:T+2]·W₂          X: [nBlocks, 160], Wⱼ: [160, 2·199], cosines then sines
 *   P = F[:, cos]² + F[:, sin]²                        [T, 199]
 *   logPower = log₁₀ max(M·Pᵀ, 1e-10)                  M: [nMels, 199]
 *
 * Bins 0 and 200 are left out: no mel filter hears them.
 */
export function logMelModel(nMels: number): Uint8Array {
  const nUsed = N_BINS - 2
  const nColumns = 2 * nUsed
  const dft = windowedDft()
  const nodes: InstanceType<typeof onnx.NodeProto>[] = []
  const initializers: InstanceType<typeof onnx.TensorProto>[] = []

  const constant = (name: string, values: Float32Array, dims: number[]) => {
    initializers.push(new onnx.TensorProto({ name, dims, dataType: FLOAT, rawData: new Uint8Array(values.buffer) }))
    return name
  }
  const indices = (name: string, values: number[]) => {
    const rawData = new Uint8Array(BigInt64Array.from(values, BigInt).buffer)
    initializers.push(
      new onnx.TensorProto({ name, dims: [values.length], dataType: onnx.TensorProto.DataType.INT64, rawData }),
    )
    return name
  }
  const op = (
    opType: string,
    input: string[],
    output: string[] = [`v${nodes.length}`],
    attribute: InstanceType<typeof onnx.AttributeProto>[] = [],
  ) => {
    nodes.push(new onnx.NodeProto({ opType, input, output, attribute }))
    return output[0]!
  }

  const rows = indices('rows', [0])
  const step = indices('step', [1])
  const products = Array.from({ length: BLOCKS_A_FRAME }, (_, j) => {
    const start = indices(`start${j}`, [j])
    // The last shift ends at the last block; 2**31 - 1 means "to the end".
    const end = indices(`end${j}`, [j === BLOCKS_A_FRAME - 1 ? 2 ** 31 - 1 : j - BLOCKS_A_FRAME + 1])
    const blocks = op('Slice', ['blocks', start, end, rows, step])
    const part = dft.subarray(j * HOP_LENGTH * nColumns, (j + 1) * HOP_LENGTH * nColumns)
    return op('MatMul', [blocks, constant(`dft${j}`, Float32Array.from(part), [HOP_LENGTH, nColumns])])
  })
  const spectrum = products.reduce((sum, product) => op('Add', [sum, product]))
  const squares = op('Mul', [spectrum, spectrum])
  op('Split', [squares, indices('halves', [nUsed, nUsed])], ['cosines', 'sines'], [integer('axis', 1)])
  const power = op('Add', ['cosines', 'sines'])

  const all = melFilters(nMels, N_FFT, SAMPLE_RATE)
  const filters = new Float32Array(nMels * nUsed)
  for (let mel = 0; mel < nMels; mel++) filters.set(all.subarray(mel * N_BINS + 1, (mel + 1) * N_BINS - 1), mel * nUsed)
  const mels = op('Gemm', [constant('mel', filters, [nMels, nUsed]), power], undefined, [integer('transB', 1)])
  const floored = op('Max', [mels, constant('floor', Float32Array.of(1e-10), [1])])
  const natural = op('Log', [floored])
  op('Mul', [natural, constant('log10', Float32Array.of(Math.LOG10E), [1])], ['logPower'])

  const model = new onnx.ModelProto({
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: {
      name: 'log-mel',
      node: nodes,
      initializer: initializers,
      input: [value('blocks', [{ dimParam: 'nBlocks' }, { dimValue: HOP_LENGTH }])],
      output: [value('logPower', [{ dimValue: nMels }, { dimParam: 'nFrames' }])],
    },
  })
  return onnx.ModelProto.encode(model).finish()
}

/** Periodic Hann window times cosines and sines of bins 1 to 199: [3 · 160, 2 · 199], rows past nFft zero. */
function windowedDft(): Float64Array {
  const nUsed = N_BINS - 2
  const matrix = new Float64Array(BLOCKS_A_FRAME * HOP_LENGTH * 2 * nUsed)
  for (let n = 0; n < N_FFT; n++) {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / N_FFT)
    for (let bin = 1; bin <= nUsed; bin++) {
      const angle = (2 * Math.PI * ((n * bin) % N_FFT)) / N_FFT
      matrix[n * 2 * nUsed + bin - 1] = window * Math.cos(angle)
      matrix[n * 2 * nUsed + nUsed + bin - 1] = window * Math.sin(angle)
    }
  }
  return matrix
}

const integer = (name: string, i: number) =>
  new onnx.AttributeProto({ name, i, type: onnx.AttributeProto.AttributeType.INT })

const value = (name: string, dim: { dimParam?: string; dimValue?: number }[]) =>
  new onnx.ValueInfoProto({ name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } })
