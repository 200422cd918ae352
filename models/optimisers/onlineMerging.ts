import {
  add,
  cast,
  less,
  lessOrEqual,
  max,
  maximum,
  mean,
  mul,
  neg,
  reshape,
  scalar,
  scale,
  slice,
  sub,
  type Tensor,
  where,
} from '../graph/index.ts'
import { sizeOf } from '../graph/tensor.ts'
import { adamW } from './adamW.ts'
import type { Optimiser, StepParameter, StepScalars } from './optimiser.ts'

/** Defaults are ours: the paper sweeps the weight from 1e-7 to 1e-4, and Qwen2.5 reports neither. */
export const onlineMergingDefaults = { weight: 1e-6, keep: 0.5 }

/**
 * Online merging optimisers (Lu et al., arXiv 2405.17931, eq. 3 and 4; Qwen2, arXiv 2407.10671): every step of AdamW is
 * merged with the way from the base model to the one that training began with, so that what was learnt there is not given up.
 *
 *   θ ← θ + (1−a)·F(Δ) ⊕ a·F(τ),   Δ the step of AdamW,   τ = θ_SFT − θ_base
 *
 *   on-dare  F keeps each coordinate with probability p, without the 1/p of DARE; ⊕ is a sum
 *   on-ties  F keeps the share p of largest size of each array; ⊕ takes, where the two have different signs, the one of the
 *            larger size (TIES' election)
 *
 * Keeps `tau` beside AdamW's moments: τ, of on-ties F(τ), which does not change.
 */
export const onDare: Optimiser = {
  ...withTau(),
  noiseLength: (shape) => 2 * (sidesOf(shape)[0] + sidesOf(shape)[1]),
  rule: (scalars) =>
    mergedStep(scalars, ({ theta, noise }, delta, tau) => {
      const [nRows, nColumns] = sidesOf(theta.shape)
      const numbers = (from: number, n: number) => slice(noise!, 0, from, from + n)
      // A row's and a column's number added and turned back into [0, 1): each coordinate is kept with probability p, any two
      // of a row independently, from rows + columns numbers in place of rows · columns.
      const kept = (from: number) => {
        const rows = reshape(numbers(from, nRows), [-1, 1])
        const both = add(rows, reshape(numbers(from + nRows, nColumns), [1, -1]))
        const drawn = sub(both, cast(lessOrEqual(scalar(1), both), 'float32'))
        return reshape(cast(less(drawn, scalars.keep!), 'float32'), theta.shape)
      }
      return add(mul(delta, kept(0)), mul(tau, kept(nRows + nColumns)))
    }),
}

export const onTies: Optimiser = {
  ...withTau(),
  rule: (scalars) =>
    mergedStep(scalars, (_, delta, tau) => {
      const own = mul(delta, cast(lessOrEqual(largestFrom(delta, scalars.keep!), sizes(delta)), 'float32'))
      const elected = cast(lessOrEqual(scalar(0), add(own, tau)), 'float32') // 1 where the larger of both is positive
      const agrees = (t: Tensor) => {
        const sign = cast(less(scalar(0), t), 'float32')
        return mul(t, sub(scalar(1), sizes(sub(sign, elected))))
      }
      return add(agrees(own), agrees(tau))
    }),
}

function withTau(): Pick<Optimiser, 'slots' | 'keeps'> {
  return { slots: adamW.slots, keeps: () => ['tau'] }
}

/** θ + merge((1−a)·Δ, a·τ). */
function mergedStep(
  scalars: StepScalars,
  merge: (parameter: StepParameter, delta: Tensor, tau: Tensor) => Tensor,
): ReturnType<Optimiser['rule']> {
  const byAdamW = adamW.rule(scalars)
  const own = sub(scalar(1), scalars.mergeWeight!)
  return (parameter) => {
    const { theta, state } = byAdamW(parameter)
    const delta = mul(sub(theta, parameter.theta), own)
    const tau = mul(parameter.state.tau!, scalars.mergeWeight!)
    return { theta: add(parameter.theta, merge(parameter, delta, tau)), state }
  }
}

const sizes = (t: Tensor): Tensor => maximum(t, neg(t))

/** A tensor as a matrix: rows, and all else. */
const sidesOf = (shape: readonly number[]): [number, number] => {
  const rows = shape[0] ?? 1
  return [rows, shape.reduce((product, n) => product * n, 1) / rows]
}

/** Halvings of the range in which the smallest size that is kept is looked for. */
const HALVINGS = 20

/** The size from which on the share `keep` of the numbers is: sorting would cost more than halving the range. */
function largestFrom(t: Tensor, keep: Tensor): Tensor {
  const size = reshape(sizes(t), [sizeOf(t.shape)])
  let low = scalar(0)
  let high = max(size, [0])
  for (let i = 0; i < HALVINGS; i++) {
    const middle = scale(add(low, high), 0.5)
    const enough = lessOrEqual(keep, mean(cast(lessOrEqual(middle, size), 'float32'), [0]))
    low = where(enough, middle, low)
    high = where(enough, high, middle)
  }
  return low
}
