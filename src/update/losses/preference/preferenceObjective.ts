import { graph, type Objective, type Tensor } from '../../../../models/index.ts'

const { add, cast, composite, div, exp, expand, less, log, mul, neg, scalar, scale, scatterAdd, sigmoid, sub, sum } =
  graph

/** What every preference loss is told. */
export interface PreferenceLossOptions {
  /** How far the policy may leave the reference (ORPO: weight of the odds; SimPO: steepness). */
  readonly beta: number
  /** Share of pairs assumed to be labelled the wrong way round (DPO, SimPO). */
  readonly labelSmoothing: number
  /** Whether an answer counts by the mean of its tokens' log-probabilities, not by their sum. */
  readonly lengthNormalised: boolean
  /** Weight of the chosen answers' cross-entropy, nats a token (RPO, arXiv 2404.19733). */
  readonly sft: number
  /** Target margin (SimPO). */
  readonly gamma: number
  /** Weights of chosen and rejected answers (KTO). */
  readonly desirableWeight: number
  readonly undesirableWeight: number
}

/** Log-probabilities of whole answers, [slots]: pair p stands in slot p, slots without a pair hold 0. */
export interface PairContext {
  readonly chosen: Tensor
  readonly rejected: Tensor
  /** ln π/π_ref of either; the log-probability itself where the loss knows no reference. */
  readonly chosenRatio: Tensor
  readonly rejectedRatio: Tensor
  number(name: string): Tensor
}

/** ln σ(x), whose plain form overflows; its gradient is dy·σ(−x). */
export const logSigmoid = (x: Tensor): Tensor => {
  const size = graph.maximum(x, neg(x))
  const body = sub(graph.minimum(x, scalar(0)), log(add(exp(neg(size)), scalar(1))))
  return composite('LogSigmoid', [x], body, (dy) => [mul(dy, sigmoid(neg(x)))])
}

/**
 * The objective around a loss of pairs: its mean over pairs, and the cross-entropy of the chosen answers.
 *
 *   L = Σₚ wₚ·ℓₚ − sft · Σₜ sₜ·logProbsₜ,   Σ w = 1 over the pairs and Σ s = 1 over the chosen tokens of the whole batch
 *
 * Reads, a token: `pair`, the index of its pair; `chosen_share` and `rejected_share`, 1 (or 1/|y| when length-normalised)
 * on the tokens of that answer and 0 on the other's; `sft_weight` when sft > 0. Reads, in the first places of an array
 * that is otherwise 0 (there are no more pairs than tokens), a pair: `pair_weight`, and with a reference `ref_chosen`
 * and `ref_rejected`, normalised likewise.
 *
 * Metrics by TRL's names, means over pairs: `rewards/chosen`, `rewards/rejected` (β times the ratio), `rewards/margins`,
 * `rewards/accuracies`, `logps/chosen`, `logps/rejected`; `nll_loss` when sft > 0.
 */
export function preferenceObjective(
  name: string,
  options: PreferenceLossOptions,
  hasReference: boolean,
  perPair: (pairs: PairContext) => Tensor,
): Objective {
  const { beta, sft } = options
  return {
    name: `${name}(${Object.values(options).join()})`,
    build({ logProbs, value, number }) {
      const pair = cast(value('pair'), 'int64')
      const none = expand(scalar(0), logProbs.shape)
      const answers = (share: string) => scatterAdd(none, pair, mul(logProbs, value(share)), 0)
      const [chosen, rejected] = [answers('chosen_share'), answers('rejected_share')]
      const against = (own: Tensor, reference: string) => (hasReference ? sub(own, value(reference)) : own)
      const chosenRatio = against(chosen, 'ref_chosen')
      const rejectedRatio = against(rejected, 'ref_rejected')
      const weight = value('pair_weight')
      const mean = (t: Tensor) => sum(mul(t, weight))
      const preference = mean(perPair({ chosen, rejected, chosenRatio, rejectedRatio, number }))
      const metrics: Record<string, Tensor> = {
        'rewards/chosen': scale(mean(chosenRatio), beta),
        'rewards/rejected': scale(mean(rejectedRatio), beta),
        'rewards/margins': scale(mean(sub(chosenRatio, rejectedRatio)), beta),
        'rewards/accuracies': mean(cast(less(rejectedRatio, chosenRatio), 'float32')),
        'logps/chosen': mean(chosen),
        'logps/rejected': mean(rejected),
      }
      if (sft === 0) return { loss: preference, metrics }
      const nll = neg(sum(mul(logProbs, value('sft_weight'))))
      return { loss: add(preference, scale(nll, sft)), metrics: { ...metrics, nll_loss: nll } }
    },
  }
}

/** −(1 − ε)·ln σ(z) − ε·ln σ(−z): the loss of a pair whose label is wrong with probability ε. */
export const smoothed = (z: Tensor, labelSmoothing: number): Tensor => {
  const right = neg(logSigmoid(z))
  if (labelSmoothing === 0) return right
  return add(scale(right, 1 - labelSmoothing), scale(neg(logSigmoid(neg(z))), labelSmoothing))
}

/** ln(p/(1 − p)) of p = eˣ, x < 0; x is kept below −1e-6, where 1 − p would lose all its digits. */
export const logOdds = (x: Tensor): Tensor => {
  const below = graph.minimum(x, scalar(-1e-6))
  return log(div(exp(below), sub(scalar(1), exp(below))))
}
