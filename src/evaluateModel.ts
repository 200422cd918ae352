import { appendFileSync, writeFileSync } from 'node:fs'
import { type Bits, startEngine } from '../models/index.ts'
import { type Rubric, renderScaffold, scaffoldSchema } from '../rubrics/index.ts'
import { referenceWeights } from './adapters/reference.ts'
import { loadSamples, promptMessages, rubricStore } from './data/index.ts'
import { RunError, UsageError } from './errors.ts'
import { type Control, evaluate, evaluationRecords, underControl } from './evaluate.ts'
import { featureStore } from './features/featureStore.ts'
import type { Judge } from './judge/judge.ts'
import { type JudgeSource, openJudge } from './judge/openJudge.ts'
import { type OpenedModel, openModel } from './model/modelFolder.ts'
import { type Progress, silentProgress } from './progress/index.ts'
import { withScaffold } from './prompts/message.ts'
import { seededRandom } from './random.ts'
import { type Askable, type PreparedSample, prepare } from './rollout/prepare.ts'
import type { EvaluationRecord } from './runs/index.ts'
import type { PromptStyle } from './tasks/index.ts'
import { checkFit } from './train/fitData.ts'

export interface EvaluateModelOptions {
  /** A model folder, an adapter, a run folder, a GGUF file or a hub id. */
  readonly model: string
  /** What an adapter stands beside, in place of the base that its config names. */
  readonly base?: string
  /** Bits that its linears, or those of its base, are held in; as they are when left out. */
  readonly quantise?: Bits
  /** JSON lines or an audio folder. */
  readonly data: string
  /** Rubric of samples that carry none: a name of the library, or a file. */
  readonly rubric?: string
  readonly controls: readonly Control[]
  /** Asks no more samples than this. */
  readonly limit?: number
  /** How samples that name a task are asked; in words for training when left out. */
  readonly prompts?: PromptStyle
  /** Asks the samples of these tasks only. */
  readonly tasks?: readonly string[]
  /**
   * Answers a sample (1): several are sampled at temperature 1, and tell best-of-N, entropy and diversity. Only the
   * control `none` asks several.
   */
  readonly answersPerSample?: number
  /** Model folder or run folder that novelty is measured against: the same architecture, before training. */
  readonly reference?: string
  /** Tokens after which an answer is cut (256). */
  readonly maxCompletionTokens?: number
  /** Everything random follows from it (0). */
  readonly seed?: number | string
  /** Execution provider of ONNX Runtime ('cpu'). */
  readonly device?: string
  /** Decides the criteria that no verifier does; they are unknown without it. */
  readonly judge?: JudgeSource
  /** Whether an answer that talks about its rubric or its judge meets no criterion that earns points (false). */
  readonly failRubricMentions?: boolean
  readonly progress?: Progress
  readonly signal?: AbortSignal
  /** File that the judged answers are written to, one a line, each with its control. */
  readonly answersFile?: string
}

/** Where the weights of the model that novelty is measured against are kept. */
const REFERENCE = 'initial/'

/**
 * Asks a model every sample, greedily where it asks once, and scores the answers by the samples' rubrics; one record a
 * control, and one of the best of several answers. Clips that are longer than the model hears are cut, counted and told.
 *
 * @throws UsageError for a wrong model, data, rubric or judge; JudgeError and BudgetSpent as the judge does; RunError when
 * it was stopped
 */
export async function evaluateModel(options: EvaluateModelOptions): Promise<EvaluationRecord[]> {
  const { progress = silentProgress, maxCompletionTokens = 256, answersPerSample = 1, seed = 0, signal } = options
  const askables = await readAskables(options, progress)
  if (options.answersFile !== undefined) writeFileSync(options.answersFile, '') // found out now when it cannot be
  const judge = options.judge && (await openJudge(options.judge))
  const engine = startEngine({ executionProviders: [options.device ?? 'cpu'] })
  try {
    const opened = await openModel(options.model, engine, {
      onNotice: (line) => progress.warn(line),
      ...(options.base === undefined ? {} : { base: options.base }),
      ...(options.quantise && { quantise: options.quantise }),
      frozen: options.reference === undefined, // weights left in their files have no second copy beside them
    })
    const { policy, renderer, maxSeconds } = opened
    if (options.reference !== undefined) await keepReference(opened, options.reference)
    const { nMels } = policy
    const store = featureStore({ nMels, maxSeconds, overLength: 'cut' })
    const samples: PreparedSample[] = []
    progress.stage('clips', askables.length)
    for (const askable of askables) {
      samples.push(await prepare(askable, store))
      progress.update(samples.length)
    }
    if (store.nCut > 0)
      progress.warn(`clips longer than the ${maxSeconds} s that the model hears: ${store.nCut}, cut there`)

    const records: EvaluationRecord[] = []
    for (const control of options.controls) {
      if (signal?.aborted)
        throw new RunError(`stopped after ${records.length} of ${options.controls.length} evaluations.`)
      const scaffoldOf = control === 'scaffolded' ? wholeRubric : nothing
      for (const { id, messages, rubric, features } of samples) {
        const length = renderer.prompt(withScaffold(messages, scaffoldOf(rubric)), features).length
        const { maxPositions } = policy.config.language
        checkFit(
          `${options.data} "${id}": the prompt`,
          length,
          maxCompletionTokens,
          maxPositions,
          'Lower --max-tokens.',
        )
      }
      progress.stage(control === 'none' ? 'as asked' : control, samples.length)
      const nAnswers = control === 'none' ? answersPerSample : 1
      const result = await evaluate(policy, renderer, underControl(samples, control, nMels), {
        control,
        maxNewTokens: maxCompletionTokens,
        sampling: { temperature: nAnswers > 1 ? 1 : 0 },
        bestOf: [1, nAnswers],
        ...(control === 'none' && options.reference !== undefined ? { reference: REFERENCE } : {}),
        random: seededRandom(seed),
        ...(judge && { judge: { judge, failRubricMentions: options.failRubricMentions ?? false } }),
        ...(judge && signal && { signal }),
        scaffoldOf,
        onProgress(done) {
          progress.update(done)
          if (signal?.aborted && done < samples.length)
            throw new RunError(`stopped after ${done} of ${samples.length} answers.`)
        },
      }).catch((error: unknown) => {
        if (signal?.aborted && error === signal.reason) throw new RunError('stopped while the judge was waited for.')
        throw error
      })
      for (const { record, answers } of evaluationRecords('eval', { stage: 'eval', step: 0 }, result)) {
        records.push(record)
        if (options.answersFile === undefined) continue
        appendFileSync(
          options.answersFile,
          answers.map((answer) => `${JSON.stringify({ control, ...answer })}\n`).join(''),
        )
      }
    }
    if (judge) progress.note(judgeLine(judge))
    return records
  } finally {
    await engine.close()
    await judge?.close()
  }
}

/** What judging took, for people. */
function judgeLine({ name, metrics }: Judge): string {
  const { calls, cached, verdicts, unknown, cost, latencySeconds } = metrics()
  const waited = latencySeconds.max > 0 ? `, ${latencySeconds.p50.toFixed(2)} s a call` : ''
  const paid = cost === null ? '' : `, ${cost.toPrecision(3)} spent`
  return `judge ${name}: ${calls} calls, ${cached} from the cache${waited}${paid}; ${unknown} of ${verdicts} verdicts unknown`
}

/** Puts the weights of another model of the same architecture, or of an adapter's base, beside a policy's own. */
async function keepReference(model: OpenedModel, reference: string): Promise<void> {
  if (model.policy.quantised && !model.policy.adapter) {
    throw new UsageError(
      '--reference: has weights of its own, and a model in few bits has none to put them beside. Leave --quantise or --reference out.',
    )
  }
  const weights = await referenceWeights(model, reference)
  await model.policy.setWeights(new Map([...weights].map(([name, data]) => [REFERENCE + name, data])), REFERENCE)
}

const nothing = () => null
const wholeRubric = ({ criteria }: Rubric) => renderScaffold(criteria, scaffoldSchema.parse({}))

async function readAskables(options: EvaluateModelOptions, progress: Progress): Promise<Askable[]> {
  const { data, limit, prompts, tasks, seed } = options
  const { samples, report } = await loadSamples(data, {
    ...(limit === undefined ? {} : { limit }),
    ...(prompts === undefined ? {} : { prompts }),
    ...(tasks === undefined ? {} : { tasks }),
    ...(seed === undefined ? {} : { seed }),
  })
  for (const [column, rows] of Object.entries(report.ignored))
    progress.warn(`${data}: column "${column}" is not read (${rows} rows)`)
  if (samples.length === 0) throw new UsageError(`${data}: no samples.`)
  const rubrics = rubricStore()
  return Promise.all(
    samples.map(async (sample) => {
      const rubric = sample.rubric ?? options.rubric
      if (rubric === undefined) throw new UsageError(`${data} "${sample.id}": has no rubric. Name one with --rubric.`)
      const { id, reference, asked } = sample
      return {
        id,
        messages: promptMessages(sample),
        rubric: await rubrics.get(rubric),
        ...(reference !== undefined && { reference }),
        ...(asked && { asked }),
      }
    }),
  )
}
