import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { specAugment } from '../audio/index.ts'
import { type Engine, startEngine } from '../models/index.ts'
import { drawScaffold, type Rubric, renderScaffold, scaffoldRatio, scaffoldSchema } from '../rubrics/index.ts'
import { type AlarmWatch, alarmWatch } from './alarms.ts'
import { RunError, UsageError } from './errors.ts'
import { evaluate, evaluationRecords, underControl } from './evaluate.ts'
import { type FeatureStore, featureStore } from './features/featureStore.ts'
import { type Model, saveModel } from './model/modelFolder.ts'
import { trainableLines } from './model/trainable.ts'
import type { Progress } from './progress/index.ts'
import { seededRandom } from './random.ts'
import {
  type PreferenceStage,
  type Recipe,
  type RlStage,
  readRecipe,
  type SftStage,
  type Stage,
  stringifyRecipe,
} from './recipe/index.ts'
import { writeReport } from './report/index.ts'
import type { GroupOptions } from './rollout/groups.ts'
import { prepare } from './rollout/prepare.ts'
import {
  checkFree,
  createRun,
  freshRunPath,
  latestRunPath,
  lockRun,
  openRun,
  type RunFolder,
  type RunSummary,
} from './runs/index.ts'
import { Diverged } from './stages/diverged.ts'
import { preferenceStep } from './stages/preference.ts'
import { preparePairs, referenceOfStage } from './stages/preferenceReference.ts'
import { REFERENCE, type RlOptions, rlStep, rolloutRecord } from './stages/rl.ts'
import { sftStep } from './stages/sft.ts'
import { type FittingData, fitData } from './train/fitData.ts'
import { freshOrLoaded } from './train/freshModel.ts'
import { hearData } from './train/hearData.ts'
import { loadData } from './train/loadData.ts'
import { itemsOfStep } from './train/order.ts'
import { type RunState, restoreCheckpoint, saveCheckpoint } from './train/state.ts'
import { preferenceLosses } from './update/losses/preference/index.ts'

export interface TrainOptions {
  readonly recipeFile: string
  /** `path=value`, as `--set` takes them. */
  readonly overrides?: readonly string[]
  /** Goes on with the newest run of the recipe's name. */
  readonly resume?: boolean
  /** Execution provider of ONNX Runtime. */
  readonly device?: string
  readonly progress: Progress
  /** When aborted, the run saves after the step at hand and throws {@link Interrupted}. */
  readonly signal?: AbortSignal
  /** Where runs are kept (`runs`), or the very folder of this one. */
  readonly runsFolder?: string
  readonly runFolder?: string
  /** Told of the run's folder, as soon as there is one. */
  readonly onRun?: (folder: string) => void
}

/** The run was stopped from outside and has saved; `message` says how to go on. */
export class Interrupted extends Error {
  override name = 'Interrupted'
}

/** Trains what a recipe says, in a run folder that holds everything; returns what `summary.json` holds. */
export async function trainRun(options: TrainOptions): Promise<RunSummary> {
  const { progress, signal, overrides = [] } = options
  const recipe = await readRecipe(options.recipeFile, overrides)
  const folder = folderOf(options, recipe)
  let engine: Engine | undefined
  try {
    const data = await loadData(recipe)
    engine = startEngine({ executionProviders: [options.device ?? 'cpu'] })
    const model = await freshOrLoaded(recipe, data, engine)
    const store = featureStore({
      nMels: model.policy.nMels,
      maxSeconds: recipe.clips.max_seconds,
      overLength: recipe.clips.over_length,
    })
    const audible = await hearData(recipe, data, store, progress)
    const fitting = await fitData(recipe, audible, model, store, wholeRubric(recipe).scaffoldOf)
    for (const note of fitting.notes) progress.warn(note)
    const run = folder.open()
    options.onRun?.(run.path)
    const trainer = new Trainer(recipe, fitting, model, store, run, progress, signal, resumeHint(options, run))
    return await trainer.run()
  } finally {
    folder.close()
    await engine?.close()
  }
}

/** Checks now that the run has a place, and makes it when opened: a call that is wrong otherwise leaves no folder. */
function folderOf(
  { resume, runFolder, runsFolder = 'runs' }: TrainOptions,
  recipe: Recipe,
): { open(): RunFolder; close(): void } {
  let unlock = () => {}
  const close = () => unlock()
  if (!resume) {
    const folder = runFolder ?? freshRunPath(runsFolder, recipe.name)
    checkFree(folder)
    const open = () => {
      const run = createRun(folder, stringifyRecipe(recipe, folder))
      unlock = lockRun(folder)
      return run
    }
    return { open, close }
  }
  const found = runFolder ?? latestRunPath(runsFolder, recipe.name)
  if (!found) throw new UsageError(`${runsFolder}: there is no run "${recipe.name}" to go on with. Leave --resume out.`)
  if (existsSync(found)) unlock = lockRun(found) // before anything in it is repaired
  try {
    const run = openRun(found)
    checkUnchanged(run, stringifyRecipe(recipe, found))
    return { open: () => run, close }
  } catch (error) {
    unlock()
    throw error
  }
}

/** A run that goes on by another recipe would be neither of the two. */
function checkUnchanged({ path: folder }: RunFolder, recipe: string): void {
  const file = path.join(folder, 'recipe.yaml')
  const [before, now] = [readFileSync(file, 'utf8'), recipe].map((text) => text.split('\n'))
  const at = before!.findIndex((line, i) => line !== now![i])
  if (at < 0 && now!.length === before!.length) return
  const [was, is] = [before, now].map((lines) => lines![at]?.trim() ?? 'nothing')
  throw new UsageError(
    `${file}:${at + 1} the recipe has changed since the run began, here from "${was}" to "${is}". Change it back to ` +
      `resume, or begin a new run (with model: ${folder} it starts from this one's weights).`,
  )
}

const resumeHint = ({ recipeFile, overrides = [] }: TrainOptions, run: RunFolder): string =>
  ['rubato', 'train', recipeFile, ...overrides.flatMap((text) => ['--set', text]), '--resume', '--run', run.path]
    .map(shellWord)
    .join(' ')

/** A word as a shell reads it back. */
const shellWord = (word: string): string => (/^[\w./=:,@+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)

/** How a rubric is put and worded where all of it is shown: as the RL stage does it. */
function wholeRubric(recipe: Recipe) {
  const stage = recipe.stages.find((s): s is RlStage => s.kind === 'rl' && s.scaffold !== null)
  const wording = stage?.scaffold ?? scaffoldSchema.parse({})
  return {
    scaffoldOf: (rubric: Rubric): string | null => renderScaffold(rubric.criteria, wording),
    scaffoldTurn: wording.turn,
  }
}

const groupOptions = (groups: RlStage['groups']): GroupOptions => ({
  whenUseless: groups.when_useless,
  maxRounds: 'max_rounds' in groups ? groups.max_rounds : 1,
  minReward: groups.min_reward,
  maxReward: groups.max_reward,
})

/** One run: its stages in order, each step by step, with evaluations around them. */
class Trainer {
  readonly #recipe: Recipe
  readonly #data: FittingData
  readonly #model: Model
  readonly #store: FeatureStore
  readonly #run: RunFolder
  readonly #progress: Progress
  readonly #signal: AbortSignal | undefined
  readonly #resumeHint: string
  readonly #alarms: AlarmWatch
  readonly #sitting = performance.now()
  #state: RunState = {
    stage: 0,
    step: 0,
    globalStep: 0,
    seconds: 0,
    secondsByStage: {},
    started: new Date().toISOString(),
  }

  constructor(
    recipe: Recipe,
    data: FittingData,
    model: Model,
    store: FeatureStore,
    run: RunFolder,
    progress: Progress,
    signal: AbortSignal | undefined,
    hint: string,
  ) {
    this.#recipe = recipe
    this.#data = data
    this.#model = model
    this.#store = store
    this.#run = run
    this.#progress = progress
    this.#signal = signal
    this.#resumeHint = hint
    this.#alarms = alarmWatch()
  }

  async run(): Promise<RunSummary> {
    const { stages } = this.#recipe
    await this.#resume()
    const firstRl = stages.findIndex(({ kind }) => kind !== 'sft')
    const evaluateBefore = Math.max(0, firstRl)
    for (let i = this.#state.stage; i < stages.length; i++) {
      if (i > this.#state.stage) this.#state = { ...this.#state, stage: i, step: 0 }
      if (i === evaluateBefore && this.#state.step === 0) await this.#evaluateAll('before')
      await this.#stage(stages[i]!, i)
    }
    await this.#evaluateAll('after')
    return this.#finish()
  }

  async #resume(): Promise<void> {
    const newest = this.#run.checkpoints.list().at(-1)
    if (!newest) {
      this.#run.truncate(0)
      return
    }
    this.#state = await restoreCheckpoint(newest, this.#model, this.#recipe.stages)
    this.#run.truncate(this.#state.globalStep)
    for (const step of this.#run.readMetrics()) this.#alarms.check(step)
    this.#progress.note(`resumed after step ${this.#state.globalStep}, from ${newest.folder}`)
  }

  async #stage(stage: Stage, index: number): Promise<void> {
    const total = this.#stepsOf(stage, index)
    if (this.#state.step >= total) return
    if (this.#state.step === 0) {
      await this.#model.policy.freeze(stage.freeze)
      await this.#model.policy.resetOptimiser(stage.optimiser)
      if (stage.kind === 'rl' && stage.loss.kl > 0) await this.#model.policy.snapshot(REFERENCE)
    }
    for (const line of trainableLines(this.#model.policy)) this.#progress.note(line)
    this.#progress.stage(this.#stageName(stage, index), total, this.#state.step)
    const takeStep =
      stage.kind === 'sft'
        ? this.#sft(stage, index, total)
        : stage.kind === 'preference'
          ? this.#preference(stage, index, total)
          : this.#rl(stage, index, total)
    for (let step = this.#state.step + 1; step <= total; step++) {
      const started = performance.now()
      const metrics = await takeStep(step).catch((error: unknown) => this.#explain(error, stage, index, step))
      this.#record(stage, index, step, metrics, (performance.now() - started) / 1000)
      const last = step === total
      if (last || this.#signal?.aborted || (stage.save_every && step % stage.save_every === 0)) await this.#save(stage)
      if (!(last && index === this.#recipe.stages.length - 1)) this.#stopIfAsked()
    }
  }

  /** After a save: nothing that was done is lost. An evaluation that was cut short is made again. */
  #stopIfAsked(): void {
    if (!this.#signal?.aborted) return
    throw new Interrupted(`stopped after step ${this.#state.globalStep}, saved. Go on with: ${this.#resumeHint}`)
  }

  /** Name of a stage in metrics and pictures: its kind, numbered where the recipe has several of it. */
  #stageName({ kind }: Stage, index: number): string {
    const same = this.#recipe.stages.flatMap((stage, i) => (stage.kind === kind ? [i] : []))
    return same.length > 1 ? `${kind}-${same.indexOf(index) + 1}` : kind
  }

  #stepsOf(stage: Stage, index: number): number {
    if (stage.kind === 'rl') return stage.steps
    if ('steps' in stage && stage.steps !== undefined) return stage.steps
    const epochs = 'epochs' in stage ? (stage.epochs ?? 1) : 1
    return Math.max(1, Math.ceil((this.#data.taught.get(index)!.length * epochs) / stage.batch))
  }

  #sft(stage: SftStage, index: number, total: number) {
    const items = this.#data.taught.get(index)!
    const seed = `${this.#recipe.seed}/${index}`
    const load = (step: number) =>
      Promise.all(
        itemsOfStep(items, stage.batch, step, seed).map(async (item, i) => {
          const prepared = await prepare({ ...item, rubric: NO_RUBRIC }, this.#store)
          const { spec_augment: masks } = stage
          if (!masks) return prepared
          const random = seededRandom(`${seed}/masks/${step}/${i}`)
          const drawn = {
            nTimeMasks: masks.time_masks,
            maxFrames: masks.max_frames,
            nFrequencyMasks: masks.frequency_masks,
            maxMels: masks.max_mels,
            maxTimeShare: masks.max_time_share,
          }
          return { ...prepared, features: prepared.features.map((clip) => specAugment(clip, drawn, random)) }
        }),
      )
    const ahead = lookAhead(load, total)
    const options = {
      steps: total,
      learningRate: stage.learning_rate,
      warmupSteps: Math.round(stage.warmup_ratio * total),
      schedule: stage.schedule,
      minLearningRate: stage.min_learning_rate,
      weightDecay: stage.weight_decay,
      maxGradNorm: stage.max_grad_norm,
      accumulation: stage.gradient_accumulation,
    }
    const { policy, renderer } = this.#model
    return async (step: number) => sftStep(policy, renderer, await ahead(step), options, step)
  }

  #preference(stage: PreferenceStage, index: number, total: number) {
    const pairs = preparePairs(this.#data.taught.get(index)!, this.#store)
    const seed = `${this.#recipe.seed}/${index}`
    const ahead = lookAhead(
      (step) => Promise.all(itemsOfStep(pairs, stage.batch, step, seed).map((prepared) => prepared())),
      total,
    )
    const { policy, renderer } = this.#model
    const file = path.join(this.#run.path, `reference-${index + 1}.json`)
    let reference: Awaited<ReturnType<typeof referenceOfStage>> | undefined
    const options = {
      steps: total,
      learningRate: stage.learning_rate,
      warmupSteps: Math.round(stage.warmup_ratio * total),
      schedule: stage.schedule,
      minLearningRate: stage.min_learning_rate,
      weightDecay: stage.weight_decay,
      maxGradNorm: stage.max_grad_norm,
      accumulation: stage.gradient_accumulation,
      loss: {
        kind: stage.loss.kind,
        beta: stage.loss.beta,
        sft: stage.loss.sft,
        labelSmoothing: stage.loss.label_smoothing ?? 0,
        lengthNormalised: stage.loss.length_normalised ?? preferenceLosses[stage.loss.kind].defaults.lengthNormalised,
        gamma: stage.loss.gamma ?? 1,
        desirableWeight: stage.loss.desirable_weight ?? 1,
        undesirableWeight: stage.loss.undesirable_weight ?? 1,
      },
    }
    return async (step: number) => {
      reference ??= await referenceOfStage(policy, renderer, pairs, stage, file, step === 1)
      return preferenceStep(policy, renderer, await ahead(step), reference, options, step)
    }
  }

  #rl(stage: RlStage, index: number, total: number) {
    const items = this.#data.asked.get(index)!
    const seed = `${this.#recipe.seed}/${index}`
    const ahead = lookAhead(
      (step) => Promise.all(itemsOfStep(items, stage.prompts, step, seed).map((item) => prepare(item, this.#store))),
      total,
    )
    const { scaffold } = stage
    const options: RlOptions = {
      steps: total,
      prompts: stage.prompts,
      group: stage.group,
      learningRate: stage.learning_rate,
      warmupSteps: Math.round(stage.warmup_ratio * total),
      schedule: stage.schedule,
      minLearningRate: stage.min_learning_rate,
      weightDecay: stage.weight_decay,
      maxGradNorm: stage.max_grad_norm,
      minibatches: stage.minibatches,
      maxCompletionTokens: stage.max_completion_tokens,
      sampling: { temperature: stage.temperature, topP: stage.top_p, topK: stage.top_k },
      aggregation: stage.loss.aggregation,
      loss: {
        kind: stage.loss.kind,
        clipLow: stage.loss.clip_low,
        clipHigh: stage.loss.clip_high,
        dualClip: stage.loss.dual_clip,
        kl: stage.loss.kl,
        klEstimator: stage.loss.kl_estimator,
        entropy: stage.loss.entropy,
      },
      ratio: stage.loss.ratio,
      cutAnswers: stage.loss.cut_answers,
      algorithm: stage.algorithm,
      groups: groupOptions(stage.groups),
      overlong: stage.overlong,
      ...(this.#data.heldOut.has(index) ? { heldOut: this.#data.heldOut.get(index)! } : {}),
      ...(scaffold ? { scaffoldTurn: scaffold.turn } : {}),
      seed,
      more: (step, round) => {
        const further = itemsOfStep(items, stage.prompts, step, `${seed}/round/${round}`)
        return Promise.all(further.map((item) => prepare(item, this.#store)))
      },
      scaffold(rubric, place, step, random) {
        if (!scaffold) return { ratio: 0, criterionIds: [], text: null }
        const at = { step, totalSteps: total, index: place, groupSize: stage.group }
        const ratio = scaffoldRatio(at, scaffold)
        const shown = drawScaffold(rubric, ratio, random, scaffold.choice)
        return { ratio, criterionIds: shown.map(({ id }) => id), text: renderScaffold(shown, scaffold) }
      },
    }
    const { policy, renderer } = this.#model
    return async (step: number) => {
      const { rollouts, metrics } = await rlStep(policy, renderer, await ahead(step), options, step)
      this.#run.rollouts(this.#state.globalStep + 1, rollouts.map(rolloutRecord))
      return metrics
    }
  }

  #record(stage: Stage, index: number, step: number, metrics: Record<string, number>, seconds: number): void {
    const name = this.#stageName(stage, index)
    const globalStep = this.#state.globalStep + 1
    const { secondsByStage } = this.#state
    this.#state = {
      ...this.#state,
      stage: index,
      step,
      globalStep,
      secondsByStage: { ...secondsByStage, [name]: (secondsByStage[name] ?? 0) + seconds },
    }
    const record = { stage: name, step, global_step: globalStep, seconds: this.#seconds(), ...metrics }
    this.#run.metrics(record)
    for (const alarm of this.#alarms.check(record)) {
      this.#run.alarm(alarm)
      this.#progress.warn(alarm.message)
    }
    this.#progress.update(step, shownValues(metrics))
  }

  /** Keeps the batch whose loss or gradient was no number, and says where it is and how to go on. */
  #explain(error: unknown, stage: Stage, index: number, step: number): never {
    if (!(error instanceof Diverged)) throw error
    const name = this.#stageName(stage, index)
    const globalStep = this.#state.globalStep + 1
    const file = path.join(this.#run.path, `diverged-step-${globalStep}.json`)
    const kept = { stage: name, step, global_step: globalStep, error: error.message, batches: error.batches }
    writeFileSync(file, `${JSON.stringify(kept)}\n`)
    const message = `step ${globalStep} (${name} ${step}): ${error.message}. Its batch is in ${file}.`
    this.#run.alarm({ stage: name, step, global_step: globalStep, alarm: 'not-finite', message })
    const saved = this.#run.checkpoints.list().at(-1)
    throw new RunError(
      `${message} Lower learning_rate or max_grad_norm, and ${saved ? `go on after step ${saved.globalStep} with: ${this.#resumeHint}` : 'begin anew'}`,
    )
  }

  #seconds(): number {
    return this.#state.seconds + (performance.now() - this.#sitting) / 1000
  }

  async #save(stage: Stage): Promise<void> {
    const state = { ...this.#state, seconds: this.#seconds() }
    await saveCheckpoint(this.#run, this.#model, state, {
      maxSeconds: this.#recipe.clips.max_seconds,
      keep: 2,
      hasReference: stage.kind === 'rl' && stage.loss.kl > 0,
    })
  }

  async #evaluateAll(name: 'before' | 'after'): Promise<void> {
    const done = new Set(this.#run.readEvaluations().map((record) => `${record.name}/${record.control}`))
    for (const [i, options] of this.#recipe.eval.entries()) {
      const label = options.name ? `${name}-${options.name}` : name
      const samples = await Promise.all(this.#data.evaluated[i]!.map((sample) => prepare(sample, this.#store)))
      for (const control of options.controls) {
        if (done.has(`${label}/${control}`)) continue
        const started = performance.now()
        this.#progress.stage(`evaluation ${label}${control === 'none' ? '' : `, ${control}`}`, samples.length)
        const { policy, renderer } = this.#model
        const asked = underControl(samples, control, policy.nMels)
        const result = await evaluate(policy, renderer, asked, {
          control,
          maxNewTokens: options.max_completion_tokens,
          sampling: { temperature: options.temperature, topP: options.top_p, topK: options.top_k },
          random: seededRandom(`${this.#recipe.seed}/eval/${i}`),
          ...(control === 'none' ? { bestOf: options.best_of } : {}),
          ...(control === 'none' && name === 'after' && this.#keepsReference() ? { reference: REFERENCE } : {}),
          ...(control === 'scaffolded' ? wholeRubric(this.#recipe) : {}),
          onProgress: (n) => {
            this.#progress.update(n, {})
            if (n < samples.length) this.#stopIfAsked()
          },
        })
        const place = {
          stage: this.#recipe.stages[this.#state.stage]!.kind,
          step: this.#state.step,
          global_step: this.#state.globalStep,
        }
        this.#run.evaluations(evaluationRecords(label, place, result))
        const { secondsByStage } = this.#state
        const seconds = (secondsByStage.evaluation ?? 0) + (performance.now() - started) / 1000
        this.#state = { ...this.#state, secondsByStage: { ...secondsByStage, evaluation: seconds } }
      }
    }
    if (name === 'before') this.#sayLift()
  }

  /** Whether the policy from before the last stage is still at hand: novelty is measured against it. */
  #keepsReference(): boolean {
    const last = this.#recipe.stages.at(-1)
    return last?.kind === 'rl' && last.loss.kl > 0
  }

  /** Scaffold lift: without it a scaffolded rollout teaches nothing (papers.md §12.1), so a run without one is warned. */
  #sayLift(): void {
    for (const { lift, plain, scaffolded } of lifts(this.#run)) {
      const said = `scaffold lift ${lift >= 0 ? '+' : ''}${lift.toFixed(3)} (plain ${plain.toFixed(3)}, rubric shown ${scaffolded.toFixed(3)})`
      if (lift > 0.02) this.#progress.note(said)
      else
        this.#progress.warn(`${said}: the policy does not follow criteria it is shown, so scaffolds cannot teach it.`)
    }
  }

  async #finish(): Promise<RunSummary> {
    const evaluations = this.#run.readEvaluations()
    const scores = (name: string) =>
      Object.fromEntries(
        evaluations.filter((record) => record.name === name).map(({ control, score }) => [control, score]),
      )
    const [lift] = lifts(this.#run)
    const last = this.#recipe.stages.at(-1)!
    await saveModel(path.join(this.#run.path), this.#model, this.#recipe.clips.max_seconds)
    const metrics = this.#run.readMetrics()
    const agreement = metrics.flatMap(({ max_logprob_diff: gap }) => (typeof gap === 'number' ? [gap] : []))
    const summary: RunSummary = {
      name: this.#recipe.name,
      seed: this.#recipe.seed,
      started: this.#state.started,
      finished: new Date().toISOString(),
      seconds: this.#seconds(),
      time_by_stage: this.#state.secondsByStage,
      alarms: this.#run.nAlarms(),
      before: scores('before'),
      after: scores('after'),
      ...(lift ? { lift: lift.lift } : {}),
      ...(agreement.length > 0 ? { max_logprob_diff: Math.max(...agreement) } : {}),
      n_parameters: this.#model.policy.nParameters,
      clips_cut: this.#store.nCut,
      samples_over_length: this.#data.nOverLength,
      left_out: this.#data.notes,
      last_stage: last.kind,
    }
    this.#run.summary(summary)
    await writeReport(this.#run.path).catch((error: unknown) => {
      // The run is done all the same.
      this.#progress.warn(`the report was not written: ${error instanceof Error ? error.message : String(error)}`)
    })
    return summary
  }
}

function lifts(run: RunFolder): { lift: number; plain: number; scaffolded: number }[] {
  const evaluations = run.readEvaluations()
  return evaluations.flatMap((record) => {
    if (record.control !== 'scaffolded' || !record.name.startsWith('before')) return []
    const plain = evaluations.find(({ name, control }) => name === record.name && control === 'none')
    return plain ? [{ lift: record.score - plain.score, plain: plain.score, scaffolded: record.score }] : []
  })
}

const NO_RUBRIC: Rubric = { name: 'none', criteria: [] }

/** What a person watches while a stage runs. */
const shownValues = ({ loss, reward, reward_std, ...metrics }: Record<string, number>): Record<string, number> =>
  reward === undefined
    ? {
        loss: loss!,
        ...(metrics['rewards/accuracies'] === undefined ? {} : { accuracy: metrics['rewards/accuracies'] }),
      }
    : {
        reward,
        'reward/std': reward_std!,
        scaffold: metrics['scaffold/ratio']!,
        length: metrics['completions/mean_length']!,
      }

/** Loads the next step's samples while the engine works on this one's. */
function lookAhead<T>(load: (step: number) => Promise<T>, total: number): (step: number) => Promise<T> {
  let next: { step: number; value: Promise<T> } | undefined
  return async (step) => {
    const value = await (next?.step === step ? next.value : load(step))
    if (step < total) {
      const ahead = load(step + 1)
      ahead.catch(() => {}) // thrown when it is asked for
      next = { step: step + 1, value: ahead }
    }
    return value
  }
}
