import { readFileSync } from 'node:fs'
import { grad, input } from '../../../../models/graph/index.ts'
import type { Objective } from '../../../../models/index.ts'
import { objectiveContext } from '../../../../models/objective.ts'
import { evaluate } from '../../../models/graph/differences.ts'

/** A loss on given logits, as ONNX Runtime computes it in 32 bits: its value, its metrics and its gradient. */
export async function onLogits(
  objective: Objective,
  { logits, vocab, targets, values }: LossInput,
): Promise<{ loss: number; metrics: Record<string, number>; dLogits: number[] }> {
  const x = input('logits', [targets.length, vocab])
  const context = objectiveContext(x, input('targets', [targets.length], 'int64'))
  const { loss, metrics = {} } = objective.build(context)
  const [dLogits] = grad(loss, [x])
  const found = await evaluate({ loss, dLogits: dLogits!, ...metrics }, { logits, targets, ...values })
  return {
    loss: found.loss![0]!,
    dLogits: found.dLogits!,
    metrics: Object.fromEntries(Object.keys(metrics).map((name) => [name, found[name]![0]!])),
  }
}

export interface LossInput {
  readonly logits: readonly number[]
  readonly vocab: number
  readonly targets: readonly number[]
  /** Numbers a token, by the name that the loss reads. */
  readonly values: Readonly<Record<string, readonly number[]>>
}

/** Slope of a loss along `direction`, by central differences. */
export async function slopeAlong(objective: Objective, at: LossInput, direction: readonly number[], step = 1e-2) {
  const moved = (sign: number) => ({ ...at, logits: at.logits.map((value, i) => value + sign * step * direction[i]!) })
  const [up, down] = [await onLogits(objective, moved(1)), await onLogits(objective, moved(-1))]
  return (up.loss - down.loss) / (2 * step)
}

export interface GrpoCase {
  readonly name: string
  readonly options: {
    readonly low: number
    readonly high: number
    readonly dual: number | null
    readonly kl: number
    readonly entropy: number
    readonly on_policy: boolean
  }
  readonly weight: number[]
  readonly loss: number
  readonly dLogits: number[]
  readonly ratioMean: number
}

/** What torch says; see test/goldens/training.py. */
export const golden: {
  readonly vocab: number
  readonly lengths: number[]
  readonly logits: number[]
  readonly targets: number[]
  readonly oldLogProbs: number[]
  readonly refLogProbs: number[]
  readonly advantage: number[]
  readonly grpo: readonly GrpoCase[]
  readonly crossEntropy: { readonly loss: number; readonly dLogits: number[] }
  readonly smoothed: { readonly epsilon: number; readonly loss: number; readonly dLogits: number[] }
} = JSON.parse(readFileSync(new URL('../../../goldens/data/training/losses.json', import.meta.url), 'utf8'))
