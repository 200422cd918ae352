import { GraphError, input, type Shape, sameShape, show, type Tensor } from './graph/tensor.ts'
import { gaussian, type Random } from './random.ts'

/**
 * Names the weights of a model while its graph is written: `w.in('layers.0').at('fc1.weight', [512, 128])` is the graph
 * input `layers.0.fc1.weight`. The same name gives the same tensor; another shape under a known name is an error.
 */
export interface Weights {
  at(name: string, shape: Shape): Tensor
  in(scope: string | number): Weights
}

/** A table of weights that fills as the architecture asks for them. */
export function weightTable(): { weights: Weights; declared: ReadonlyMap<string, Tensor> } {
  const declared = new Map<string, Tensor>()
  const scoped = (prefix: string): Weights => ({
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
  return { weights: scoped(''), declared }
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
