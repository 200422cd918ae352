import { compile, type Tensor } from '../graph/index.ts'
import {
  adamWDefaults,
  noiseOf,
  type Optimiser,
  type OptimiserKind,
  onlineMergingDefaults,
  optimiserStep,
  optimisers as registered,
  stateArrays,
} from '../optimisers/index.ts'
import { sfc32 } from '../random.ts'
import type { Engine } from '../runtime/engine.ts'
import type { Value } from '../runtime/runtime.ts'

const optimisers: Readonly<Record<OptimiserKind, Optimiser>> = registered

/** Numbers of one step of the optimiser. */
export interface UpdateOptions {
  /** 1-based. */
  readonly step: number
  readonly learningRate: number
  /** 0.01 unless said. */
  readonly weightDecay?: number
  /** 1 unless said. */
  readonly maxGradNorm?: number
  /** What the gradient arrays are multiplied by first; 1 unless said. */
  readonly gradScale?: number
}

/** Numbers that an optimiser keeps over a stage. */
export interface OptimiserSettings {
  /** Of online merging: a and p of `onDare` and `onTies`. */
  readonly weight?: number
  readonly keep?: number
  /** What is random in a step is drawn from this and the step (0). */
  readonly seed?: number
}

/** An optimiser whose state lives in the engine, beside the weights and their `grad/<name>` arrays. */
export interface ResidentOptimiser {
  /** What is kept between steps, by `<slot>/<name>`: AdamW's moments, Muon's momentum. */
  state(): Promise<Map<string, Float32Array>>
  setState(state: ReadonlyMap<string, Float32Array>): Promise<void>
  /** One step from the gradient arrays; returns the gradient's norm before clipping. */
  update(options: UpdateOptions): Promise<{ gradNorm: number }>
  /** Frees the state and the gradient arrays. */
  forget(): Promise<void>
}

/** A fresh optimiser of `trainable` with its gradient arrays, all zero; `key` tells its graph from those of other sets. */
export async function residentOptimiser(
  engine: Engine,
  kind: OptimiserKind,
  trainable: ReadonlyMap<string, Tensor>,
  key: string,
  settings: OptimiserSettings = {},
): Promise<ResidentOptimiser> {
  const { outputs, into } = optimiserStep(optimisers[kind], trainable)
  const arrays = stateArrays(optimisers[kind], trainable)
  const shapeOf = (name: string) => trainable.get(name)!.shape
  for (const [array, name] of arrays) await engine.write(array, { dtype: 'float32', shape: shapeOf(name) })
  for (const [name, { shape }] of trainable) await engine.write(`grad/${name}`, { dtype: 'float32', shape })
  const graph = `optimiser/${kind}${key}`
  await engine.define(graph, () => compile(outputs))

  const { weight, keep, seed = 0 } = { ...onlineMergingDefaults, ...settings }
  const { length: nNoise } = noiseOf(optimisers[kind], trainable)
  const noise = (step: number): Record<string, Value> => {
    if (nNoise === 0) return {}
    const random = sfc32((seed ^ Math.imul(step, 0x9e3779b1)) >>> 0)
    return { noise: { dtype: 'float32', shape: [nNoise], data: Float32Array.from({ length: nNoise }, () => random()) } }
  }
  const merging = optimisers[kind].keeps !== undefined
  const number = (value: number): Value => ({ dtype: 'float32', shape: [], data: Float32Array.of(value) })
  return {
    async state() {
      const names = [...arrays.keys()]
      const values = await engine.read(names)
      return new Map(names.map((name, i) => [name, values[i]!.data as Float32Array]))
    },
    async setState(state) {
      for (const [array, name] of arrays) {
        const data = state.get(array)
        if (!data) throw new Error(`internal: the state of ${kind} has no "${array}"`)
        await engine.write(array, { dtype: 'float32', shape: shapeOf(name), data })
      }
    },
    async update({ step, learningRate, weightDecay = 0.01, maxGradNorm = 1, gradScale = 1 }) {
      const { grad_norm } = await engine.run({
        graph,
        feeds: {
          learning_rate: number(learningRate),
          weight_decay: number(weightDecay),
          max_grad_norm: number(maxGradNorm),
          grad_scale: number(gradScale),
          correction1: number(1 / (1 - adamWDefaults.beta1 ** step)),
          correction2: number(1 / (1 - adamWDefaults.beta2 ** step)),
          ...(merging && { merge_weight: number(weight), keep: number(keep) }),
          ...noise(step),
        },
        into,
        fetch: ['grad_norm'],
      })
      return { gradNorm: Number(grad_norm!.data[0]) }
    },
    forget: () => engine.forget([...arrays.keys(), ...[...trainable.keys()].map((name) => `grad/${name}`)]),
  }
}
