import type { Random } from '../../rubrics/index.ts'
import { mathEqual } from '../../rubrics/index.ts'

/** Whether two answers count as one. */
export type SameAnswer = (a: string, b: string) => boolean

/** Answers that are the same, by index, in the order in which they first came. */
export interface AnswerGroup {
  readonly answer: string
  readonly members: readonly number[]
  /** Sum of the members' weights; their number without weights. */
  readonly weight: number
}

/**
 * Groups equal answers; each is compared with the first of every group, so that n answers in g groups take n·g comparisons.
 * Answers that are null, where none was found, belong to no group.
 */
export function groupAnswers(
  answers: readonly (string | null)[],
  { same = mathEqual, weights }: { readonly same?: SameAnswer; readonly weights?: readonly number[] } = {},
): AnswerGroup[] {
  const groups: { answer: string; members: number[]; weight: number }[] = []
  for (const [i, answer] of answers.entries()) {
    if (answer === null) continue
    let group = groups.find((known) => known.answer === answer) ?? groups.find((known) => same(answer, known.answer))
    if (group === undefined) {
      group = { answer, members: [], weight: 0 }
      groups.push(group)
    }
    group.members.push(i)
    group.weight += weights === undefined ? 1 : weights[i]!
  }
  return groups
}

/**
 * The group with the most answers (maj@N), or with the largest sum of weights (weighted vote, with rewards as weights); of
 * equal ones that which came first, as Qwen2.5-Math's script has it. Null when there is no answer.
 */
export function vote(
  answers: readonly (string | null)[],
  options: { readonly same?: SameAnswer; readonly weights?: readonly number[] } = {},
): AnswerGroup | null {
  const groups = groupAnswers(answers, options)
  return groups.reduce<AnswerGroup | null>(
    (best, group) => (best === null || group.weight > best.weight ? group : best),
    null,
  )
}

/** Index of the highest reward (RM@N); the first of equal ones. −1 when there is none. */
export const bestRewarded = (rewards: readonly number[]): number =>
  rewards.reduce((best, reward, i) => (best < 0 || reward > rewards[best]! ? i : best), -1)

/**
 * Chance that at least one of `k` answers is right, from `c` right ones of `n` (arXiv 2107.03374, eq. 1), unbiased:
 *
 *   pass@k = 1 − C(n−c, k) / C(n, k)
 *
 * @throws RangeError unless 0 ≤ c ≤ n and 1 ≤ k ≤ n
 */
export function passAtK(n: number, c: number, k: number): number {
  if (!(Number.isInteger(k) && k >= 1 && k <= n && c >= 0 && c <= n)) {
    throw new RangeError(`passAtK: ${c} right of ${n}, k = ${k}. Give 0 ≤ c ≤ n and 1 ≤ k ≤ n.`)
  }
  let miss = 1
  for (let i = 0; i < k; i++) miss *= Math.max(0, n - c - i) / (n - i)
  return 1 - miss
}

/** Answers to one problem. */
export interface VotedProblem {
  readonly answers: readonly (string | null)[]
  readonly correct: readonly boolean[]
  /** Of a reward model; left out where there is none. */
  readonly rewards?: readonly number[]
}

/** Share of problems solved, by how one of N answers is chosen. */
export interface VotingScores {
  readonly n: number
  /** Mean of single answers. */
  readonly single: number
  readonly majority: number
  /** By rewards as weights; null without rewards, as is the next. */
  readonly weighted: number | null
  readonly rewarded: number | null
  readonly pass: number
}

/**
 * maj@N, weighted vote, RM@N and pass@N for each N: what remains of the answers to a problem is drawn `draws` times
 * without replacement for the votes; the mean of answers, pass@N and RM@N are exact expectations over all such draws.
 *
 * @throws RangeError when a problem has fewer than N answers
 */
export function votingScores(
  problems: readonly VotedProblem[],
  sizes: readonly number[],
  random: Random,
  { same = mathEqual, draws = 32 }: { readonly same?: SameAnswer; readonly draws?: number } = {},
): VotingScores[] {
  const grouped = problems.map(({ answers }) => groupIndex(answers, same))
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
  const hasRewards = problems.every(({ rewards }) => rewards !== undefined)
  return sizes.map((n) => {
    for (const { answers } of problems) {
      if (n > answers.length) throw new RangeError(`votingScores: ${n} of ${answers.length} answers.`)
    }
    const right = (problem: VotedProblem) => problem.correct.filter(Boolean).length
    const voted = problems.map((problem, i) => {
      const whole = n === problem.answers.length
      const subsets = whole
        ? [problem.answers.map((_, k) => k)]
        : Array.from({ length: draws }, () => subset(problem.answers.length, n, random))
      const share = (weights?: readonly number[]) =>
        mean(subsets.map((chosen) => chosenRight(problem, grouped[i]!, chosen, weights)))
      return { majority: share(), weighted: hasRewards ? share(problem.rewards) : 0 }
    })
    return {
      n,
      single: mean(problems.map((problem) => right(problem) / problem.answers.length)),
      majority: mean(voted.map(({ majority }) => majority)),
      weighted: hasRewards ? mean(voted.map(({ weighted }) => weighted)) : null,
      rewarded: hasRewards ? mean(problems.map((problem) => expectedRewarded(problem, n))) : null,
      pass: mean(problems.map((problem) => passAtK(problem.answers.length, right(problem), n))),
    }
  })
}

/** Group of each answer; −1 where there is none. */
function groupIndex(answers: readonly (string | null)[], same: SameAnswer): Int32Array {
  const index = new Int32Array(answers.length).fill(-1)
  for (const [g, { members }] of groupAnswers(answers, { same }).entries()) for (const i of members) index[i] = g
  return index
}

/** 1 when the group that wins among the chosen answers is right: when its first member is. */
function chosenRight(
  { correct }: VotedProblem,
  groups: Int32Array,
  chosen: readonly number[],
  weights?: readonly number[],
): number {
  const sums = new Map<number, { weight: number; first: number }>()
  for (const i of chosen) {
    if (groups[i]! < 0) continue
    const sum = sums.get(groups[i]!) ?? { weight: 0, first: i }
    sum.weight += weights === undefined ? 1 : weights[i]!
    sums.set(groups[i]!, sum)
  }
  let best: { weight: number; first: number } | undefined
  for (const sum of sums.values()) if (best === undefined || sum.weight > best.weight) best = sum
  return best !== undefined && correct[best.first] ? 1 : 0
}

/**
 * Expected correctness of the answer with the highest reward among n drawn: the i-th highest wins where it is drawn and
 * none above it, C(N−i, n−1) / C(N, n).
 */
function expectedRewarded({ rewards, correct }: VotedProblem, n: number): number {
  const order = rewards!.map((_, i) => i).sort((a, b) => rewards![b]! - rewards![a]! || a - b)
  const total = order.length
  let chance = n / total
  let expected = 0
  for (const [rank, i] of order.entries()) {
    if (correct[i]) expected += chance
    const left = total - rank - 1
    if (left < n) break
    chance *= (left - n + 1) / left
  }
  return expected
}

/** n different numbers below `size`, ascending: answers keep the order in which they came. */
function subset(size: number, n: number, random: Random): number[] {
  const left = Array.from({ length: size }, (_, i) => i)
  for (let i = 0; i < n; i++) {
    const j = i + Math.floor(random() * (size - i))
    const drawn = left[j]!
    left[j] = left[i]!
    left[i] = drawn
  }
  return left.slice(0, n).sort((a, b) => a - b)
}
