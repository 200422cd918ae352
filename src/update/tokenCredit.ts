import type { Batch, Policy, Targets } from '../../models/index.ts'
import { type Algorithm, groupAdvantages } from './advantages.ts'
import { type GaeOptions, gae } from './gae.ts'
import { type KlEstimator, klPerToken, readsDistribution } from './losses/kl.ts'
import type { Learnt } from './policyUpdate.ts'
import { whiten } from './whiten.ts'

/** A KL to the reference that is taken off the reward, token by token, in place of a term of the loss. */
export interface RewardKl {
  readonly coefficient: number
  readonly estimator: KlEstimator
  /** Words that `top-k` looks at. */
  readonly top: number
}

export interface CreditOptions {
  /** Answers a prompt. */
  readonly group: number
  readonly algorithm: Algorithm
  readonly rewardKl?: RewardKl | undefined
  /** Generalised advantages against the policy's own values (PPO), in place of `algorithm`. */
  readonly critic?: GaeOptions | undefined
}

/** A part of a step: its answers, and their tokens as a batch. */
export interface CreditedPart {
  readonly learnt: readonly Learnt[]
  readonly batch: Batch
  readonly targets: Targets
}

/** What a part's tokens are learnt by, in the order of its targets. */
export interface TokenCredit {
  readonly advantages: Float32Array
  /** With a critic: the values at sampling, and what they should have been. */
  readonly oldValues?: Float32Array
  readonly returns?: Float32Array
}

/**
 * What every token of a step is credited with, where that is not one number an answer.
 *
 * With a KL in the reward (Baichuan Alignment, arXiv 2410.14940; RLOO, arXiv 2402.14740), token t earns −β·KLₜ and the last
 * one the answer's reward r as well. What becomes of that:
 *
 *   critic        generalised advantages (see `gae`), whitened over the tokens of the step, as verl does
 *   reinforce++   what is earned from a token on, Σ_{s ≥ t}, whitened over the tokens of the step (arXiv 2501.03262)
 *   others        r − β·Σₜ KLₜ of the whole answer stands in for r
 *
 * @param now  by part, log-probabilities of the targets at sampling, and by the reference; for a KL by k1, k2 or k3
 */
export async function tokenCredit(
  policy: Policy,
  parts: readonly CreditedPart[],
  options: CreditOptions,
  now: { readonly old: readonly Float32Array[] | null; readonly reference: readonly Float32Array[] | null },
  referencePrefix: string,
): Promise<{ credit: TokenCredit[]; metrics: Record<string, number> }> {
  const { rewardKl, critic, algorithm, group } = options
  const kls: (Float32Array | null)[] = []
  const values: (Float32Array | null)[] = []
  for (const [i, { batch, targets }] of parts.entries()) {
    kls.push(rewardKl ? await divergences(policy, batch, targets, rewardKl, now, i, referencePrefix) : null)
    values.push(critic ? await policy.scalars(batch, targets) : null)
  }
  const answers = parts.flatMap((part, p) => answersOf(part, p))
  const beta = rewardKl?.coefficient ?? 0
  const earned = answers.map(({ part, from, n, own, reward }) => {
    const tokens = Float64Array.from({ length: n }, (_, t) => (own[t] ? -beta * (kls[part]?.[from + t] ?? 0) : 0))
    if (n > 0) tokens[n - 1]! += reward
    return tokens
  })
  const credit = parts.map(({ targets }, p): TokenCredit => {
    const advantages = new Float32Array(targets.tokens.length)
    return critic ? { advantages, oldValues: values[p]!, returns: new Float32Array(advantages.length) } : { advantages }
  })
  const spread = (byToken: readonly ArrayLike<number>[], counts: (answer: Answer) => ArrayLike<number>) => {
    const whitened = whiten(
      byToken.flatMap((tokens) => Array.from(tokens)),
      answers.flatMap((answer) => Array.from(counts(answer))),
    )
    let at = 0
    for (const { part, from, n } of answers) {
      credit[part]!.advantages.set(whitened.subarray(at, at + n), from)
      at += n
    }
  }
  const counted = ({ own, counts }: Answer) => own.map((mine) => (mine && counts ? 1 : 0))
  if (critic) {
    const found = answers.map(({ part, from, n, own }, a) => {
      const { advantages, returns } = gae(earned[a]!, values[part]!.subarray(from, from + n), critic, own)
      credit[part]!.returns!.set(returns, from)
      return advantages
    })
    spread(found, counted)
  } else if (algorithm === 'reinforce++') {
    spread(earned.map(toGo), counted)
  } else {
    const rewards = earned.map((tokens) => tokens.reduce((sum, r) => sum + r, 0))
    const lengths = answers.map(({ own, counts }) => (counts ? own.filter(Boolean).length : 0))
    const advantages = groupAdvantages(rewards, group, algorithm, lengths)
    for (const [a, { part, from, n }] of answers.entries()) {
      credit[part]!.advantages.fill(advantages[a]!, from, from + n)
    }
  }
  return { credit, metrics: creditMetrics(answers, kls, credit) }
}

interface Answer {
  readonly part: number
  /** Place of its first token among the part's targets, and how many it has. */
  readonly from: number
  readonly n: number
  /** Which of them the policy chose. */
  readonly own: readonly boolean[]
  readonly reward: number
  readonly counts: boolean
}

function answersOf({ learnt }: CreditedPart, part: number): Answer[] {
  let from = 0
  return learnt.map(({ rollout: { completion, reward }, counts }) => {
    const n = completion.completionIds.length
    const own = Array.from({ length: n }, (_, t) => completion.isOwn?.[t] ?? true)
    const answer = { part, from, n, own, reward, counts }
    from += n
    return answer
  })
}

/** What is earned from each token on. */
function toGo(earned: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(earned.length)
  let sum = 0
  for (let t = earned.length - 1; t >= 0; t--) {
    sum += earned[t]!
    sums[t] = sum
  }
  return sums
}

async function divergences(
  policy: Policy,
  batch: Batch,
  targets: Targets,
  { estimator, top }: RewardKl,
  { old, reference }: Parameters<typeof tokenCredit>[3],
  part: number,
  prefix: string,
): Promise<Float32Array> {
  if (readsDistribution(estimator)) {
    const floor = await policy.keepDistribution(batch, targets, 'ref_distribution', {
      prefix,
      ...(estimator === 'top-k' && { top }),
    })
    const values: Record<string, ArrayLike<number>> = floor ? { ref_floor: floor } : {}
    const name = `kl(${estimator})`
    return policy.perToken(batch, { ...targets, values }, { name, build: (context) => klPerToken(context, estimator) })
  }
  return old![part]!.map((logProb, t) => {
    const d = Math.min(20, Math.max(-20, reference![part]![t]! - logProb))
    if (estimator === 'k1') return -d
    return estimator === 'k2' ? (d * d) / 2 : Math.min(10, Math.exp(d) - d - 1)
  })
}

function creditMetrics(
  answers: readonly Answer[],
  kls: readonly (Float32Array | null)[],
  credit: readonly TokenCredit[],
): Record<string, number> {
  let [n, kl, value, returned, missed, square] = [0, 0, 0, 0, 0, 0]
  for (const { part, from, own, counts } of answers) {
    for (const [t, mine] of own.entries()) {
      if (!mine || !counts) continue
      n++
      kl += kls[part]?.[from + t] ?? 0
      const { oldValues, returns } = credit[part]!
      if (!oldValues || !returns) continue
      const [v, r] = [oldValues[from + t]!, returns[from + t]!]
      value += v
      returned += r
      square += r * r
      missed += (r - v) ** 2
    }
  }
  if (n === 0) return {}
  const variance = square / n - (returned / n) ** 2
  return {
    ...(kls.some((own) => own) && { 'kl/reward': kl / n }),
    ...(credit.some(({ returns }) => returns) && {
      'values/old_mean': value / n,
      'returns/mean': returned / n,
      'values/explained_variance': variance > 0 ? 1 - missed / n / variance : 0,
    }),
  }
}
