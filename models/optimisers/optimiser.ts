import { add, input, mul, reshape, sqrt, sum, type Tensor } from '../graph/index.ts'

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
}

/** One parameter of a step: its value, its gradient before scaling and clipping, and its state by slot. */
export interface StepParameter {
  readonly name: string
  readonly theta: Tensor
  readonly gradient: Tensor
  readonly state: Readonly<Record<string, Tensor>>
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
      optimiser.slots(name, theta).map((slot): [string, string] => [`${slot}/${name}`, name]),
    ),
  )
}

/**
 * The graph of one step for all parameters, with clipping by the global gradient norm.
 *
 * Reads the parameters, `grad/<name>`, `<slot>/<name>` and the scalars learning_rate, weight_decay, max_grad_norm,
 * grad_scale, correction1, correction2; gives `grad_norm` besides the new arrays. Each output may be written over its own
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
  })
  const outputs: Record<string, Tensor> = { grad_norm: gradNorm }
  const into: Record<string, string> = {}
  const write = (array: string, value: Tensor) => {
    outputs[`new/${array}`] = value
    into[`new/${array}`] = array
  }
  for (const [name, theta] of parameters) {
    const slots = optimiser.slots(name, theta)
    const state = Object.fromEntries(slots.map((slot) => [slot, input(`${slot}/${name}`, theta.shape)]))
    const stepped = move({ name, theta, gradient: gradients.get(name)!, state })
    write(name, stepped.theta)
    for (const slot of slots) write(`${slot}/${name}`, stepped.state[slot]!)
  }
  return { outputs, into }
}

/** Σ g² as one row of sums of squares. */
export const squaredNorm = (g: Tensor): Tensor => {
  const flat = reshape(g, [-1])
  return sum(mul(flat, flat))
}
