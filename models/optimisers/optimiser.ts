import { add, input, mul, reshape, slice, sqrt, sum, type Tensor } from '../graph/index.ts'

/** Numbers of one step, fed to its graph; all scalars but `gradNorm`'s inputs. */
export interface StepScalars {
  readonly learningRate: Tensor
  readonly weightDecay: Tensor
  readonly maxGradNorm: Tensor
  /** What the gradient arrays are multiplied by first (s). */
  readonly gradScale: Tensor
  /** 1/(1 − β₁ᵗ) and 1/(1 − β₂ᵗ) of AdamW. */
  readonly correction1: Tensor
  readonly correction2: Tensor
  /** ‖g·s‖ over all parameters. */
  readonly gradNorm: Tensor
  /** Of online merging: how much of τ comes in, and the share of coordinates that is kept. */
  readonly mergeWeight?: Tensor
  readonly keep?: Tensor
}

/** One parameter of a step: its value, its gradient before scaling and clipping, and its state by slot. */
export interface StepParameter {
  readonly name: string
  readonly theta: Tensor
  readonly gradient: Tensor
  readonly state: Readonly<Record<string, Tensor>>
  /** Uniform numbers of its own, fresh at every step, for a rule that asks for some. */
  readonly noise?: Tensor
}

/** What a parameter becomes: its new value, and its new state by slot. */
export interface Stepped {
  readonly theta: Tensor
  readonly state: Readonly<Record<string, Tensor>>
}

/** A rule by which gradients move weights, written as a graph. One file an optimiser; `index.ts` lists them. */
export interface Optimiser {
  /** Arrays of a parameter's shape that the rule keeps between steps, all zero before the first. */
  slots(name: string, theta: Tensor): readonly string[]
  /** Arrays of a parameter's shape that the rule reads and never writes: filled from outside, 0 until then (none). */
  keeps?(name: string): readonly string[]
  /** Uniform numbers that a parameter of this shape is given at every step (0). */
  noiseLength?(shape: readonly number[]): number
  /** Prepares what all parameters share; the function that it returns steps one of them. */
  rule(scalars: StepScalars): (parameter: StepParameter) => Stepped
}

export interface OptimiserStep {
  readonly outputs: Record<string, Tensor>
  /** The array that each output is written to. */
  readonly into: Record<string, string>
}

/** Names of the state arrays of an optimiser, `<slot>/<name>`, with the parameter that each is shaped like. */
export function stateArrays(optimiser: Optimiser, parameters: ReadonlyMap<string, Tensor>): Map<string, string> {
  return new Map(
    [...parameters].flatMap(([name, theta]) =>
      [...optimiser.slots(name, theta), ...(optimiser.keeps?.(name) ?? [])].map((slot): [string, string] => [
        `${slot}/${name}`,
        name,
      ]),
    ),
  )
}

/**
 * The graph of one step for all parameters, with clipping by the global gradient norm.
 *
 * Reads the parameters, `grad/<name>`, `<slot>/<name>` and the scalars learning_rate, weight_decay, max_grad_norm,
 * grad_scale, correction1, correction2 (of online merging also merge_weight, keep and `noise`, see {@link noiseOf}); gives `grad_norm` besides the new arrays. Each output may be written over its own
 * input, since the operator that writes one is elementwise and the last to read it.
 */
export function optimiserStep(optimiser: Optimiser, parameters: ReadonlyMap<string, Tensor>): OptimiserStep {
  const number = (name: string) => input(name, [])
  const gradients = new Map([...parameters].map(([name, { shape }]) => [name, input(`grad/${name}`, shape)]))
  const gradScale = number('grad_scale')
  const squares = [...gradients.values()].map((g) => squaredNorm(g))
  const gradNorm = mul(sqrt(squares.reduce((total, s) => add(total, s))), gradScale)
  const move = optimiser.rule({
    learningRate: number('learning_rate'),
    weightDecay: number('weight_decay'),
    maxGradNorm: number('max_grad_norm'),
    gradScale,
    correction1: number('correction1'),
    correction2: number('correction2'),
    gradNorm,
    ...(optimiser.keeps && { mergeWeight: number('merge_weight'), keep: number('keep') }),
  })
  const noise = noiseOf(optimiser, parameters)
  const drawn = noise.length > 0 ? input('noise', [noise.length]) : undefined
  const outputs: Record<string, Tensor> = { grad_norm: gradNorm }
  const into: Record<string, string> = {}
  const write = (array: string, value: Tensor) => {
    outputs[`new/${array}`] = value
    into[`new/${array}`] = array
  }
  for (const [name, theta] of parameters) {
    const slots = optimiser.slots(name, theta)
    const read = [...slots, ...(optimiser.keeps?.(name) ?? [])]
    const state = Object.fromEntries(read.map((slot) => [slot, input(`${slot}/${name}`, theta.shape)]))
    const window = noise.windows.get(name)
    const own = drawn && window ? { noise: slice(drawn, 0, ...window) } : {}
    const stepped = move({ name, theta, gradient: gradients.get(name)!, state, ...own })
    write(name, stepped.theta)
    for (const slot of slots) write(`${slot}/${name}`, stepped.state[slot]!)
  }
  return { outputs, into }
}

/** The uniform numbers of a step: how many, and which of them, [from, to), a parameter is given. */
export function noiseOf(
  { noiseLength }: Optimiser,
  parameters: ReadonlyMap<string, Pick<Tensor, 'shape'>>,
): { length: number; windows: ReadonlyMap<string, readonly [number, number]> } {
  const windows = new Map<string, readonly [number, number]>()
  let length = 0
  for (const [name, { shape }] of noiseLength ? parameters : []) {
    const n = noiseLength!(shape)
    windows.set(name, [length, length + n])
    length += n
  }
  return { length, windows }
}

/** Σ g² as one row of sums of squares. */
export const squaredNorm = (g: Tensor): Tensor => {
  const flat = reshape(g, [-1])
  return sum(mul(flat, flat))
}
