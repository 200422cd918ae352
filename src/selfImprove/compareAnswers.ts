import { loadSamples, promptMessages, type Sample } from '../data/index.ts'
import { UsageError } from '../errors.ts'
import { type Progress, silentProgress } from '../progress/index.ts'
import { seededRandom } from '../random.ts'
import { jsonLinesIn } from '../runs/jsonLinesFile.ts'
import { writeAside } from '../runs/writeAside.ts'
import { type AnsweredProblem, sampleAnswers } from './sampleAnswers.ts'
import type { SampledAnswer } from './select.ts'

export interface CompareAnswersOptions {
  /** The model that answers: a folder, a run, a GGUF file or a hub id. */
  readonly model: string
  /** Samples with rubrics that verifiers decide. */
  readonly data: string
  /** JSON lines to write; the answers stand in `out.answers.jsonl` and are not sampled again. */
  readonly out: string
  /**
   * `pairs` for a preference stage: an answer that passes against one that does not (Qwen2.5, arXiv 2412.15115). `lists`
   * for a reward stage: all answers of a prompt with whether they pass (Qwen2.5-Math, arXiv 2409.12122).
   */
  readonly form: 'pairs' | 'lists'
  /** Answers a sample (8). */
  readonly samples?: number
  /** Score from which an answer passes (1). */
  readonly passing?: number
  readonly temperature?: number
  readonly topP?: number
  readonly maxTokens?: number
  readonly seed?: number | string
  readonly device?: string
  readonly progress?: Progress
  readonly signal?: AbortSignal
}

export interface ComparedAnswers {
  readonly samples: number
  /** Pairs or lists that were written. */
  readonly written: number
  /** Samples that gave none, by reason. */
  readonly dropped: Readonly<Record<string, number>>
  /** Share of all answers that pass. */
  readonly passed: number
}

/**
 * Answers every sample several times and writes what a preference or a reward stage learns of the answers: those that
 * pass against those that do not. Samples of which all answers pass, or none, teach nothing and are counted. What was
 * stopped goes on.
 *
 * @throws UsageError for wrong data or a sample without a rubric; RunError when it was stopped
 */
export async function compareAnswers(options: CompareAnswersOptions): Promise<ComparedAnswers> {
  const { model, data, out, form, samples = 8, passing = 1, temperature = 1, topP = 1, maxTokens = 256 } = options
  const { seed = 0, device, progress = silentProgress, signal = new AbortController().signal } = options
  const { samples: asked } = await loadSamples(data)
  if (asked.length === 0) throw new UsageError(`${data}: no samples.`)
  const bare = asked.find(({ rubric }) => rubric === undefined)
  if (bare) throw new UsageError(`${data} "${bare.id}": has no rubric, which says whether an answer passes. Add one.`)
  const answersFile = `${out}.answers.jsonl`
  await sampleAnswers(asked, answersFile, {
    model,
    samples,
    temperature,
    topP,
    maxTokens,
    progress,
    signal,
    random: seededRandom(seed).child('compare'),
    ...(device === undefined ? {} : { device }),
  })
  const answered = jsonLinesIn(answersFile) as unknown as AnsweredProblem[]
  const dropped: Record<string, number> = {}
  const rows: object[] = []
  let [nPassed, nAnswers] = [0, 0]
  for (const [i, { answers }] of answered.entries()) {
    const known = differentOnes(answers)
    nPassed += answers.filter(({ score }) => score !== null && score >= passing).length
    nAnswers += answers.length
    const row = comparison(asked[i]!, known, form, passing)
    if (typeof row === 'string') dropped[row] = (dropped[row] ?? 0) + 1
    else rows.push(row)
  }
  writeAside(out, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  return { samples: asked.length, written: rows.length, dropped, passed: nPassed / Math.max(1, nAnswers) }
}

/** Answers that are decided, each text once. */
function differentOnes(answers: readonly SampledAnswer[]): SampledAnswer[] {
  const seen = new Set<string>()
  return answers.filter(({ text, score }) => score !== null && text !== '' && !seen.has(text) && seen.add(text))
}

/** What a stage learns of the answers to one prompt, or why it learns nothing. */
export function comparison(
  sample: Pick<Sample, 'id' | 'messages'>,
  answers: readonly SampledAnswer[],
  form: CompareAnswersOptions['form'],
  passing: number,
): object | string {
  const passes = ({ score }: SampledAnswer) => score! >= passing
  const [right, wrong] = [answers.filter(passes), answers.filter((answer) => !passes(answer))]
  if (answers.length === 0) return 'no verdict'
  if (right.length === 0) return 'none passes'
  if (wrong.length === 0) return 'all pass'
  const prompt = { id: sample.id, messages: promptMessages(sample as Sample) }
  return form === 'pairs'
    ? { ...prompt, chosen: right[0]!.text, rejected: wrong[0]!.text }
    : { ...prompt, answers: answers.map((answer) => ({ answer: answer.text, correct: passes(answer) })) }
}
