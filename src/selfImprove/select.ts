import { extractAnswer, mathEqual } from '../../rubrics/index.ts'
import { vote } from '../analysis/voting.ts'

/** One of the answers that were sampled to a problem. */
export interface SampledAnswer {
  readonly text: string
  /** False where it was cut. */
  readonly finished: boolean
  /** By the problem's rubric; null where it has none, or a verdict is unknown. */
  readonly score: number | null
  /** Of a reward model. */
  readonly reward?: number
}

export interface SelectOptions {
  /** Answers kept a problem, at most (1). */
  readonly keep?: number
  /** Least score by the rubric of an answer that counts as right (1). */
  readonly leastScore?: number
  /** Without a truth: least share of all answers that the winning group must have (0.5). */
  readonly leastAgreement?: number
}

export interface Selection {
  /** How right answers were told: by the rubric, by the reference, or by the vote. */
  readonly by: 'rubric' | 'reference' | 'vote'
  readonly nRight: number
  /** Share of the right ones among all. */
  readonly rate: number
  /** The answers to learn from, best first, each text once. */
  readonly kept: readonly SampledAnswer[]
  /** Why none was kept. */
  readonly dropped?: 'none right' | 'all right' | 'no agreement'
}

/**
 * Rejection sampling of one problem as Qwen2.5-Math does it (arXiv 2409.12122 §3): where the truth is known keep right
 * answers, else guess it by majority vote, weighted by rewards where there are any; of those the top k by reward. Cut
 * answers are never kept. Without rewards the shorter of equal ones goes first.
 *
 * @param skipSolved  drop a problem that every answer solves: it teaches nothing
 */
export function selectAnswers(
  answers: readonly SampledAnswer[],
  reference: string | undefined,
  {
    keep = 1,
    leastScore = 1,
    leastAgreement = 0.5,
    skipSolved = false,
  }: SelectOptions & { readonly skipSolved?: boolean } = {},
): Selection {
  const { by, right } = rightOnes(answers, reference, leastScore, leastAgreement)
  const nRight = right.filter(Boolean).length
  const rate = answers.length === 0 ? 0 : nRight / answers.length
  const shared = { by, nRight, rate }
  if (nRight === 0) return { ...shared, kept: [], dropped: by === 'vote' ? 'no agreement' : 'none right' }
  if (skipSolved && nRight === answers.length) return { ...shared, kept: [], dropped: 'all right' }
  const finished = answers.filter(({ finished }, i) => finished && right[i])
  const seen = new Set<string>()
  const kept = finished
    .toSorted((a, b) => (b.reward ?? b.score ?? 0) - (a.reward ?? a.score ?? 0) || a.text.length - b.text.length)
    .filter(({ text }) => !seen.has(text) && seen.add(text))
    .slice(0, keep)
  return kept.length > 0 ? { ...shared, kept } : { ...shared, kept, dropped: 'none right' }
}

function rightOnes(
  answers: readonly SampledAnswer[],
  reference: string | undefined,
  leastScore: number,
  leastAgreement: number,
): { by: Selection['by']; right: readonly boolean[] } {
  if (answers.some(({ score }) => score !== null)) {
    return { by: 'rubric', right: answers.map(({ score }) => score !== null && score >= leastScore - 1e-9) }
  }
  const finals = answers.map(({ text }) => extractAnswer(text))
  if (reference !== undefined) {
    const right = finals.map((final) => final !== null && mathEqual(final, reference))
    return { by: 'reference', right }
  }
  const rewarded = answers.every(({ reward }) => reward !== undefined)
  // Rewards are logits of any sign; a vote needs weights that are not negative.
  const weights = rewarded ? answers.map(({ reward }) => 1 / (1 + Math.exp(-reward!))) : undefined
  const group = vote(finals, weights ? { weights } : {})
  const enough = group !== null && group.members.length >= leastAgreement * answers.length - 1e-9
  return { by: 'vote', right: answers.map((_, i) => enough && group.members.includes(i)) }
}
