import { type Adapter, DROPOUT_STRIDE, loraNames, loraScale } from './adapters/adapter.ts'
import { add, linear, mul, type QuantisedWeight, quantisedLinear, reshape, scale, slice } from './graph/ops/index.ts'
import { GraphError, input, type Shape, sameShape, show, sizeOf, type Tensor } from './graph/tensor.ts'
import { BLOCK } from './quantise/blocks.ts'
import { type QuantisedModule, quantisedNames } from './quantise/quantisedNames.ts'
import { gaussian, type Random } from './random.ts'

/**
 * Names the weights of a model while its graph is written: `w.in('layers.0').at('fc1.weight', [512, 128])` is the graph
 * input `layers.0.fc1.weight`. The same name gives the same tensor; another shape under a known name is an error.
 */
export interface Weights {
  at(name: string, shape: Shape): Tensor
  in(scope: string | number): Weights
  /** x·Wᵀ + b of the linear `name`, and what an adapter adds to it: x [..., nIn] → [..., nOut]. */
  linear(x: Tensor, name: string, nOut: number, options?: { bias?: boolean }): Tensor
}

export interface WeightTable {
  readonly weights: Weights
  readonly declared: ReadonlyMap<string, Tensor>
  /** Modules that were asked for by `linear`, which an adapter can stand beside: name → [nOut, nIn]. */
  readonly linears: ReadonlyMap<string, readonly [number, number]>
}

/**
 * A table of weights that fills as the architecture asks for them. With an adapter its linears carry low-rank updates;
 * `dropout`, given for training only, is the table that {@link Adapter.dropout} is read from, [length]. Linears that are
 * `quantised` read codes and scales in place of their weight.
 */
export function weightTable({
  adapter,
  dropout,
  quantised,
}: {
  adapter?: Adapter | undefined
  dropout?: Tensor | undefined
  quantised?: ReadonlyMap<string, QuantisedModule> | undefined
} = {}): WeightTable {
  const declared = new Map<string, Tensor>()
  const linears = new Map<string, readonly [number, number]>()
  const order = new Map([...(adapter?.linears.keys() ?? [])].map((module, i) => [module, i]))
  /** Inputs of a linear's update, less those that dropout hides. */
  const seen = (x: Tensor, module: string): Tensor => {
    if (!dropout) return x
    const from = order.get(module)! * DROPOUT_STRIDE
    return mul(x, reshape(slice(dropout, 0, from, from + sizeOf(x.shape)), x.shape))
  }
  const inBits = new Map<string, QuantisedWeight>()
  const quantisedWeight = (module: string, form: QuantisedModule): QuantisedWeight => {
    const weight = inBits.get(module) ?? quantisedInputs(module, form)
    inBits.set(module, weight)
    return weight
  }
  const scoped = (prefix: string): Weights => ({
    linear(x, name, nOut, { bias = false } = {}) {
      const nIn = x.shape.at(-1)!
      const weight = this.at(`${name}.weight`, [nOut, nIn])
      const module = prefix + name
      const row = bias ? this.at(`${name}.bias`, [nOut]) : undefined
      const form = quantised?.get(module)
      const product = form && quantisedLinear(x, quantisedWeight(module, form))
      const y = product ? (row ? add(product, row) : product) : linear(x, weight, row)
      linears.set(module, [nOut, nIn])
      const lora = adapter?.linears.get(module)
      if (!adapter || !lora) return y
      const { a, b } = loraNames(name)
      const narrow = linear(seen(x, module), this.at(a, [lora.rank, nIn]))
      return add(y, scale(linear(narrow, this.at(b, [nOut, lora.rank])), loraScale(lora, adapter)))
    },
    at(name, shape) {
      const full = prefix + name
      const known = declared.get(full)
      if (known && !sameShape(known.shape, shape)) {
        throw new GraphError(`weight ${full}: asked for as ${show(shape)}, before as ${show(known.shape)}.`)
      }
      const tensor = known ?? input(full, shape)
      declared.set(full, tensor)
      return tensor
    },
    in: (scope) => scoped(`${prefix}${scope}.`),
  })
  return { weights: scoped(''), declared, linears }
}

/** Inputs that a quantised folder maps. */
function quantisedInputs(module: string, { bits, nOut, nIn }: QuantisedModule): QuantisedWeight {
  const names = quantisedNames(module)
  const nBlocks = nIn / BLOCK
  return {
    bits,
    blockSize: BLOCK,
    packed: input(names.packed, [nOut, nBlocks, (BLOCK * bits) / 8], 'uint8'),
    codes: input(names.codes, [nOut * nBlocks, BLOCK], bits === 4 ? 'uint4' : 'uint8'),
    scales: input(names.scales, [nOut * nBlocks]),
  }
}

/**
 * First values of a weight, by its name and shape: norms 1, biases 0, embeddings N(0, 0.02²), matrices N(0, 1/nIn) —
 * and those that write into the residual stream smaller by √(2·nLayers), as in GPT-2.
 */
export function initialWeight(name: string, shape: Shape, nLayers: number, random: Random): Float32Array {
  const size = shape.reduce((product, n) => product * n, 1)
  const values = new Float32Array(size)
  if (/norm.*\.weight$/.test(name)) return values.fill(1)
  if (name.endsWith('.bias')) return values
  const nIn = size / shape[0]!
  const residual = /(o_proj|out_proj|down_proj|fc2)\.weight$/.test(name) ? 1 / Math.sqrt(2 * nLayers) : 1
  const deviation = name.includes('embed_tokens') ? 0.02 : residual / Math.sqrt(nIn)
  for (let i = 0; i < size; i++) values[i] = deviation * gaussian(random)
  return values
}
