import { graph, type Objective, type Tensor } from '../../../models/index.ts'

const { add, cast, clip, less, maximum, mul, scale, sub, sum } = graph

export interface ValueLossOptions {
  /** How far a value may move from what it was at sampling before its loss stops falling (ε_v). */
  readonly valueClip: number
  /** Weight of the value's loss beside the policy's (c_v). */
  readonly valueWeight: number
}

/**
 * A policy loss with the clipped loss of values beside it (PPO2 of OpenAI's baselines; TRL's and verl's `vf_loss`).
 *
 *   L = L_policy + c_v·½·Σ wₜ·max( (Vₜ − Rₜ)², (V̄ₜ − Rₜ)² ),   V̄ₜ = clip(Vₜ, V_oldₜ − ε_v, V_oldₜ + ε_v)
 *
 * Reads, beside what the policy loss does, a token: `old_value` and `return`, and the value head's own word.
 *
 * Metrics beside the policy's, weighted alike: `value_loss`, `values/mean`, `clip_ratio/value_mean` (share of tokens whose
 * value had left the clip and is not drawn further).
 */
export function withValueLoss(policy: Objective, { valueClip, valueWeight }: ValueLossOptions): Objective {
  return {
    name: `${policy.name}+value(${valueClip},${valueWeight})`,
    build(context) {
      const { loss, metrics } = policy.build(context)
      const { value, scalars } = context
      const mean = (t: Tensor) => sum(mul(t, value('weight')))
      const [now, old, target] = [scalars(), value('old_value'), value('return')]
      const square = (t: Tensor) => mul(sub(t, target), sub(t, target))
      const held = add(old, clip(sub(now, old), -valueClip, valueClip))
      const valueLoss = scale(mean(maximum(square(now), square(held))), 0.5)
      return {
        loss: add(loss, scale(valueLoss, valueWeight)),
        metrics: {
          ...metrics,
          value_loss: valueLoss,
          'values/mean': mean(now),
          'clip_ratio/value_mean': mean(cast(less(square(now), square(held)), 'float32')),
        },
      }
    },
  }
}
