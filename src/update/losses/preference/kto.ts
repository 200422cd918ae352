import { graph, type Objective, type Tensor } from '../../../../models/index.ts'
import { type PreferenceLossOptions, preferenceObjective } from './preferenceObjective.ts'

const { add, neg, scalar, scale, sigmoid, sub } = graph

/**
 * Kahneman–Tversky optimisation (arXiv 2402.01306, eq. 7) of the two answers of a pair, each on its own.
 *
 *   ℓ = ½·( λ_D·(1 − σ(β(r_w − z))) + λ_U·(1 − σ(β(z − r_l))) ),   r = ln π/π_ref
 *
 * `kl` is z, one number a batch: max(0, mean of r over answers put behind prompts that are not theirs); no gradient
 * goes through it.
 */
export const ktoLoss = (options: PreferenceLossOptions): Objective =>
  preferenceObjective('kto', options, true, ({ chosenRatio, rejectedRatio, number }) => {
    const { beta, desirableWeight, undesirableWeight } = options
    const kl = number('kl')
    const missed = (gain: Tensor) => sub(scalar(1), sigmoid(scale(gain, beta)))
    const chosen = scale(missed(sub(chosenRatio, kl)), desirableWeight / 2)
    return add(chosen, scale(missed(add(kl, neg(rejectedRatio))), undesirableWeight / 2))
  })
