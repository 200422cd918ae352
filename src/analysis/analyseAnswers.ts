import type { Batch, Policy } from '../../models/index.ts'
import type { Random } from '../../rubrics/index.ts'
import type { JudgedAnswer } from '../evaluate.ts'
import type { EvaluationAnalysis } from '../runs/index.ts'
import { bestOfN } from './bestOfN.ts'
import { selfBleu } from './diversity.ts'
import { novelty, sequenceRatio } from './novelty.ts'

export interface AnalyseOptions {
  /** Answers a sample; those of one stand together. */
  readonly nAnswers: number
  /** True when tokens were drawn from the policy's own distribution, neither sharpened nor cut. */
  readonly plainSampling: boolean
  /** Prefix of the initial policy's weights in the engine; left out, novelty is not measured. */
  readonly reference?: string
  readonly random: Random
}

/**
 * What an evaluation's answers say beside their score: best-of-N, entropy, diversity and novelty (papers.md §1.6). Parts
 * that these answers cannot show are null: entropy of answers that were not plainly sampled, and best-of-N and diversity
 * of one answer a sample.
 */
export async function analyseAnswers(
  policy: Policy,
  answers: readonly JudgedAnswer[],
  { nAnswers, plainSampling, reference, random }: AnalyseOptions,
): Promise<EvaluationAnalysis> {
  const bySample = Array.from({ length: answers.length / nAnswers }, (_, i) =>
    answers.slice(i * nAnswers, (i + 1) * nAnswers),
  )
  const bleus = bySample.flatMap((own) => selfBleu(own.map(({ completion }) => completion)) ?? [])
  return {
    n_answers: nAnswers,
    best_of:
      nAnswers > 1
        ? bestOfN(
            bySample.map((own) => own.map(({ score }) => score)),
            random,
          )
        : null,
    entropy: plainSampling ? entropyOf(answers) : null,
    diversity: bleus.length > 0 ? 1 - bleus.reduce((sum, bleu) => sum + bleu, 0) / bleus.length : null,
    novelty: reference === undefined ? null : novelty(await ratiosTo(policy, answers, nAnswers, reference)),
  }
}

/**
 * Entropy of the next token in nats, over all tokens: the mean of −ln π of what was drawn, which is right on average
 * when it was drawn from π.
 */
function entropyOf(answers: readonly JudgedAnswer[]): number | null {
  const tokens = answers.flatMap(({ logProbs }) => logProbs)
  return tokens.length === 0 ? null : -tokens.reduce((sum, logProb) => sum + logProb, 0) / tokens.length
}

/** Sequences a pass; more would save little and need more memory. */
const BATCH = 8

/** ρ of each sample's first answer, on the prompt that it was an answer to. */
async function ratiosTo(
  policy: Policy,
  answers: readonly JudgedAnswer[],
  nAnswers: number,
  reference: string,
): Promise<number[]> {
  const first = answers.filter((_, i) => i % nAnswers === 0)
  const length = ({ promptIds, completionIds }: JudgedAnswer) => promptIds.length + completionIds.length
  const byLength = first.toSorted((a, b) => length(a) - length(b)) // like lengths share a graph
  const ratios: number[] = []
  for (let start = 0; start < byLength.length; start += BATCH) {
    const part = byLength.slice(start, start + BATCH)
    const clips = [...new Set(part.flatMap(({ sample }) => sample.features))]
    const batch: Batch = {
      audios: clips,
      sequences: part.map(({ sample, promptIds, completionIds }) => ({
        ids: [...promptIds, ...completionIds],
        audios: sample.features.map((clip) => clips.indexOf(clip)),
      })),
    }
    const tokens = part.flatMap(({ promptIds, completionIds }, sequence) =>
      completionIds.map((_, i) => ({ sequence, position: promptIds.length + i })),
    )
    if (tokens.length === 0) continue
    const now = await policy.logProbs(batch, { tokens })
    const initial = await policy.logProbs(batch, { tokens }, { prefix: reference })
    let at = 0
    for (const { completionIds } of part) {
      const end = at + completionIds.length
      if (end > at) ratios.push(sequenceRatio(now.subarray(at, end), initial.subarray(at, end)))
      at = end
    }
  }
  return ratios
}
