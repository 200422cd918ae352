import type { AudioFeatures, Policy, SamplingOptions } from '../models/index.ts'
import { aggregateScores, type Rubric, type Verdict } from '../rubrics/index.ts'
import { analyseAnswers } from './analysis/analyseAnswers.ts'
import { plainText, withScaffold } from './prompts/message.ts'
import { MODES, type Mode, modeOf } from './prompts/mode.ts'
import type { PromptRenderer } from './prompts/renderer.ts'
import { type Random, seededRandom } from './random.ts'
import { type AnswerJudge, allOf, judgeAnswer, judgeByVerifiers } from './rollout/judgeAnswer.ts'
import { type PreparedSample, silenced, swapped } from './rollout/prepare.ts'
import { sampleCompletions } from './rollout/sample.ts'
import type { AnswerRecord, EvaluationAnalysis, EvaluationEntry, EvaluationRecord } from './runs/index.ts'
import { type TaskFigure, taskFigures } from './tasks/index.ts'

export { judgeByVerifiers } from './rollout/judgeAnswer.ts'

/** What stands in for the sample's own clips or words. */
export type Control = EvaluationRecord['control']

export interface JudgedAnswer {
  readonly sample: PreparedSample
  readonly scaffold: string | null
  readonly completion: string
  readonly verdicts: readonly Verdict[]
  readonly score: number
  readonly nTokens: number
  readonly finishReason: 'stop' | 'length'
  readonly promptIds: readonly number[]
  readonly completionIds: readonly number[]
  /** Of each sampled token, as the sampler saw it. */
  readonly logProbs: readonly number[]
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
  /** Score by mode, where the samples are of several. */
  readonly modes: readonly ModeScore[]
  /** Figures of the samples' tasks, where they name one. */
  readonly tasks: readonly TaskFigure[]
  /** One a sample. */
  readonly answers: readonly JudgedAnswer[]
}

/** Mean score of the samples of one mode, clipped to [0, 1]. */
export interface ModeScore {
  readonly mode: Mode
  readonly score: number
  readonly n: number
}

/** How often the criteria of one group were met. */
export interface CriterionRate {
  readonly group: string
  readonly pass_rate: number
  readonly n: number
  readonly sign: 1 | -1
}

export interface EvaluateOptions {
  readonly control: Control
  readonly maxNewTokens: number
  readonly sampling: Partial<SamplingOptions>
  /** Numbers of answers of which the best counts ([1]). More than one answer makes sense above temperature 0 only. */
  readonly bestOf?: readonly number[]
  /** Prefix of an initial policy's weights in the engine, which novelty is measured against. */
  readonly reference?: string
  /** Seeds sampling and bootstrap. */
  readonly random: Random
  /** What is shown of the rubric; null, or left out, asks the plain prompt. */
  readonly scaffoldOf?: (rubric: Rubric) => string | null
  /** How it joins a conversation's own system turn ('own'). */
  readonly scaffoldTurn?: 'own' | 'merged'
  /** Decides the criteria that no verifier does; they are unknown without it. */
  readonly judge?: AnswerJudge
  /** Lets go of the judge when aborted. */
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

/** An evaluation with its best-of-N, and what its answers say beside their score where they can. */
export interface EvaluatedAnswers extends Evaluation {
  readonly bestOf: readonly (Evaluation & { readonly n: number })[]
  readonly analysis: EvaluationAnalysis | null
}

/**
 * Answers every sample and judges the answers. Returns the evaluation of each sample's first answer, and of the best of
 * its first N for every N above 1 in `bestOf`: mean over samples of the highest of N scores (RuscaRL's best-of-N,
 * papers.md §1.6). The first answers do not depend on `bestOf`. A judge decides while further answers are sampled.
 *
 * @throws JudgeError and BudgetSpent as the judge does; `signal.reason` when aborted while it is waited for
 */
export async function evaluate(
  policy: Policy,
  renderer: PromptRenderer,
  samples: readonly PreparedSample[],
  options: EvaluateOptions,
): Promise<EvaluatedAnswers> {
  const { random, bestOf = [1], scaffoldOf = () => null } = options
  const nAnswers = Math.max(1, ...bestOf)
  const asks = samples.flatMap((sample) => {
    const first = Math.floor(random() * 2 ** 32)
    const scaffold = scaffoldOf(sample.rubric)
    return Array.from({ length: nAnswers }, (_, k) => ({
      sample,
      scaffold,
      seed: k === 0 ? first : seededRandom(`${first}/${k}`).integer(2 ** 32),
    }))
  })
  const judging: Promise<JudgedAnswer>[] = []
  for (let start = 0; start < asks.length; start += BATCH) {
    const part = asks.slice(start, start + BATCH)
    const completions = await sampleCompletions(
      policy,
      renderer,
      part.map(({ sample, scaffold, seed }) => ({
        messages: withScaffold(sample.messages, scaffold, options.scaffoldTurn),
        features: sample.features,
        seeds: [seed],
      })),
      options,
    )
    for (const [i, { text, promptIds, completionIds, logProbs, finishReason }] of completions.entries()) {
      const { sample, scaffold } = part[i]!
      const sampled = { nTokens: completionIds.length, finishReason, promptIds, completionIds, logProbs }
      const judged = judgedBy(options, sample, text).then((judgement) => ({
        sample,
        scaffold,
        completion: text,
        ...judgement,
        ...sampled,
      }))
      judged.catch(() => {}) // thrown when all have been sampled
      judging.push(judged)
    }
    options.onProgress?.(Math.floor(judging.length / nAnswers), samples.length)
  }
  const answers = await allOf(judging)
  const bestOfFirst = (n: number) =>
    samples.map((_, i) =>
      answers
        .slice(i * nAnswers, i * nAnswers + n)
        .reduce((best, answer) => (answer.score > best.score ? answer : best)),
    )
  const several = [...new Set(bestOf)].filter((n) => n > 1).sort((a, b) => a - b)
  const first = evaluationOf(bestOfFirst(1), options)
  const best = several.map((n) => ({ n, ...evaluationOf(bestOfFirst(n), options) }))
  const plainSampling = isPlain(options.sampling)
  const worthIt = nAnswers > 1 || plainSampling || options.reference !== undefined
  const { reference } = options
  const analysis = worthIt
    ? await analyseAnswers(policy, answers, { nAnswers, plainSampling, random, ...(reference ? { reference } : {}) })
    : null
  return { ...first, bestOf: best, analysis }
}

const judgedBy = async ({ judge, signal }: EvaluateOptions, sample: PreparedSample, text: string) =>
  judge ? judgeAnswer(sample, text, judge, signal) : judgeByVerifiers(sample.rubric, text)

const isPlain = ({ temperature = 1, topP = 1, topK = 0 }: Partial<SamplingOptions>): boolean =>
  temperature === 1 && topP === 1 && topK === 0

/** Answers sampled at once. */
const BATCH = 64

function evaluationOf(answers: readonly JudgedAnswer[], { control, random }: EvaluateOptions): Evaluation {
  const { score, interval } = aggregateScores(
    answers.map((answer) => answer.score),
    random,
  )
  return {
    control,
    score,
    interval,
    nSamples: answers.length,
    nUnknown: answers.reduce((n, { verdicts }) => n + verdicts.filter(({ met }) => met === null).length, 0),
    criteria: criterionRates(answers.map(({ sample, verdicts }) => ({ rubric: sample.rubric, verdicts }))),
    modes: modeScores(answers),
    tasks: taskFigures(
      answers.map(({ sample: { asked }, completion }) => ({ answer: completion, ...(asked && { asked }) })),
    ),
    answers,
  }
}

function modeScores(answers: readonly JudgedAnswer[]): ModeScore[] {
  return MODES.flatMap((mode) => {
    const own = answers.filter(({ sample }) => modeOf(sample.messages) === mode)
    const mean = own.reduce((sum, { score }) => sum + score, 0) / own.length
    return own.length === 0 ? [] : [{ mode, score: Math.min(1, Math.max(0, mean)), n: own.length }]
  })
}

/** The samples as a control has them: silenced, with the clips of others, or as they are. */
export function underControl(
  samples: readonly PreparedSample[],
  control: Control,
  nMels: number,
): readonly PreparedSample[] {
  if (control === 'swapped') return swapped(samples)
  return control === 'silenced' ? samples.map((sample) => silenced(sample, silence(nMels))) : samples
}

/** Features of digital silence: Whisper's log-mel of zeros is −1.5 everywhere. */
const silence =
  (nMels: number) =>
  (nFrames: number): AudioFeatures => ({
    data: new Float32Array(nMels * nFrames).fill(-1.5),
    nMels,
    nFrames,
  })

/** An evaluation, and the best-of-N of it, as a run folder keeps them; `place` is where the run stands. */
export function evaluationRecords(
  name: string,
  place: Pick<EvaluationRecord, 'stage' | 'step' | 'global_step'>,
  { bestOf, analysis, ...first }: EvaluatedAnswers,
): EvaluationEntry[] {
  return [first, ...bestOf].map((evaluation) => ({
    record: {
      name: 'n' in evaluation ? `${name}-best-of-${evaluation.n}` : name,
      ...('n' in evaluation ? { best_of: evaluation.n } : {}),
      ...place,
      control: evaluation.control,
      score: evaluation.score,
      interval: evaluation.interval,
      n_samples: evaluation.nSamples,
      n_unknown: evaluation.nUnknown,
      criteria: evaluation.criteria,
      ...(evaluation.modes.length > 1 ? { modes: evaluation.modes } : {}),
      ...(evaluation.tasks.length > 0 ? { tasks: evaluation.tasks } : {}),
      ...(analysis && evaluation === first ? { analysis } : {}),
    },
    answers: evaluation.answers.map(answerRecord),
  }))
}

const answerRecord = ({ sample, scaffold, completion, verdicts, score }: JudgedAnswer): AnswerRecord => ({
  sample_id: sample.id,
  audio: sample.paths,
  prompt: plainText(sample.messages),
  ...(scaffold === null ? {} : { scaffold }),
  ...referenceOf(sample),
  completion,
  verdicts,
  score,
  rubric: sample.rubric,
})

/** A sample's reference, or the right answers of its task. */
function referenceOf({ reference, asked }: PreparedSample): { reference?: string } {
  const known = reference ?? asked?.references.join('\n')
  return known ? { reference: known } : {}
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
