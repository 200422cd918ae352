import type { Policy, SamplingOptions } from '../models/index.ts'
import { aggregateScores, type Rubric, scoreVerdicts, type Verdict, verifyCriterion } from '../rubrics/index.ts'
import { withScaffold } from './prompts/message.ts'
import type { PromptRenderer } from './prompts/renderer.ts'
import type { Random } from './random.ts'
import type { PreparedSample } from './rollout/prepare.ts'
import { sampleCompletions } from './rollout/sample.ts'

/** What stands in for the sample's own clips or words. */
export type Control = 'none' | 'scaffolded' | 'silenced' | 'swapped'

export interface JudgedAnswer {
  readonly sample: PreparedSample
  readonly scaffold: string | null
  readonly completion: string
  readonly verdicts: readonly Verdict[]
  readonly score: number
  readonly nTokens: number
  readonly finishReason: 'stop' | 'length'
}

export interface Evaluation {
  readonly control: Control
  /** Mean score of the answers, clipped to [0, 1] (papers.md §9.1). */
  readonly score: number
  /** 95 % bootstrap interval over samples. */
  readonly interval: readonly [number, number]
  readonly nSamples: number
  readonly nUnknown: number
  readonly criteria: readonly CriterionRate[]
  readonly answers: readonly JudgedAnswer[]
}

/** How often the criteria of one group were met. */
export interface CriterionRate {
  readonly group: string
  readonly pass_rate: number
  readonly n: number
  readonly sign: 1 | -1
}

/** Answers every sample once and judges it. `scaffoldOf` says what is shown (null: the plain prompt). */
export async function evaluate(
  policy: Policy,
  renderer: PromptRenderer,
  samples: readonly PreparedSample[],
  options: {
    control: Control
    maxNewTokens: number
    sampling: Partial<SamplingOptions>
    /** Seeds sampling and bootstrap. */
    random: Random
    scaffoldOf?: (rubric: Rubric) => string | null
    onProgress?: (done: number, total: number) => void
  },
): Promise<Evaluation> {
  const { random, scaffoldOf = () => null } = options
  const answers: JudgedAnswer[] = []
  for (let start = 0; start < samples.length; start += BATCH) {
    const part = samples.slice(start, start + BATCH)
    const scaffolds = part.map(({ rubric }) => scaffoldOf(rubric))
    const completions = await sampleCompletions(
      policy,
      renderer,
      part.map((sample, i) => ({
        messages: withScaffold(sample.messages, scaffolds[i]!),
        features: sample.features,
        seeds: [Math.floor(random() * 2 ** 32)],
      })),
      options,
    )
    for (const [i, completion] of completions.entries()) {
      const sample = part[i]!
      const { verdicts, score } = judgeByVerifiers(sample.rubric, completion.text)
      const { text, completionIds, finishReason } = completion
      answers.push({
        sample,
        scaffold: scaffolds[i]!,
        completion: text,
        verdicts,
        score,
        nTokens: completionIds.length,
        finishReason,
      })
    }
    options.onProgress?.(answers.length, samples.length)
  }
  const { score, interval } = aggregateScores(
    answers.map((answer) => answer.score),
    random,
  )
  return {
    control: options.control,
    score,
    interval,
    nSamples: answers.length,
    nUnknown: answers.reduce((n, { verdicts }) => n + verdicts.filter(({ met }) => met === null).length, 0),
    criteria: criterionRates(answers.map(({ sample, verdicts }) => ({ rubric: sample.rubric, verdicts }))),
    answers,
  }
}

/** Prompts answered at once. */
const BATCH = 64

export function judgeByVerifiers(rubric: Rubric, text: string): { verdicts: Verdict[]; score: number } {
  const verdicts = rubric.criteria.map((criterion) => verifyCriterion(criterion, { text }))
  return { verdicts, score: scoreVerdicts(rubric, verdicts).score }
}

/** Share of criteria met, by the tag `group:…` or else by id; unknown verdicts are left out of the share. */
export function criterionRates(judged: readonly { rubric: Rubric; verdicts: readonly Verdict[] }[]): CriterionRate[] {
  const groups = new Map<string, { met: number; n: number; sign: 1 | -1 }>()
  for (const { rubric, verdicts } of judged) {
    for (const [i, criterion] of rubric.criteria.entries()) {
      const { met } = verdicts[i]!
      if (met === null) continue
      const group = criterion.tags?.find((tag) => tag.startsWith('group:'))?.slice('group:'.length) ?? criterion.id
      const entry = groups.get(group) ?? { met: 0, n: 0, sign: criterion.points < 0 ? -1 : 1 }
      entry.n++
      if (met) entry.met++
      groups.set(group, entry)
    }
  }
  return [...groups].map(([group, { met, n, sign }]) => ({ group, pass_rate: met / n, n, sign }))
}
