import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Engine } from '../../models/index.ts'
import { type AlarmWatch, alarmWatch } from '../alarms.ts'
import { RunError } from '../errors.ts'
import type { FeatureStore } from '../features/featureStore.ts'
import { BudgetSpent, JudgeError } from '../judge/index.ts'
import type { RecipeJudges } from '../judge/recipeJudge.ts'
import { type Model, saveModel } from '../model/modelFolder.ts'
import { trainableLines } from '../model/trainable.ts'
import type { Progress } from '../progress/index.ts'
import type { Recipe, Stage } from '../recipe/index.ts'
import { writeReport } from '../report/index.ts'
import { type Lineage, writeCard } from '../runs/card.ts'
import type { RunFolder, RunSummary } from '../runs/index.ts'
import { Diverged } from '../stages/diverged.ts'
import { REFERENCE } from '../update/policyUpdate.ts'
import { makeEvaluations, sayLifts } from './evaluations.ts'
import type { FittingData } from './fitData.ts'
import { Interrupted } from './interrupted.ts'
import { type Origin, originOf, towerHashes } from './lineage.ts'
import { type MixtureShares, mixtureOf } from './mixture.ts'
import { beginMerging, mergingSettings } from './onlineMerging.ts'
import { scoresOf } from './scores.ts'
import { shownValues } from './shownValues.ts'
import { runnerOf, type SideStage } from './stages/index.ts'
import { type RunState, restoreCheckpoint, saveCheckpoint } from './state.ts'

export interface TrainerOptions {
  readonly recipe: Recipe
  readonly data: FittingData
  readonly model: Model
  readonly store: FeatureStore
  readonly judges: RecipeJudges
  readonly run: RunFolder
  readonly progress: Progress
  readonly signal: AbortSignal | undefined
  /** The line that goes on with this run. */
  readonly resumeHint: string
  /** Another engine on the run's device. */
  openEngine(): Engine
}

/** One run: its stages in order, each step by step, with evaluations around them. */
export class Trainer {
  readonly #options: TrainerOptions
  readonly #alarms: AlarmWatch = alarmWatch()
  readonly #sitting = performance.now()
  #side: SideStage | undefined
  #origin: Origin | undefined
  #state: RunState = {
    stage: 0,
    step: 0,
    globalStep: 0,
    seconds: 0,
    secondsByStage: {},
    started: new Date().toISOString(),
  }

  constructor(options: TrainerOptions) {
    this.#options = options
  }

  /** Trains to the end of the recipe, from the newest checkpoint where there is one. */
  async run(): Promise<RunSummary> {
    const { recipe, run } = this.#options
    const { stages } = recipe
    this.#origin = await originOf(recipe, run.path)
    await this.#resume()
    const firstRl = stages.findIndex(({ kind }) => kind !== 'sft')
    const evaluateBefore = Math.max(0, firstRl)
    for (let i = this.#state.stage; i < stages.length; i++) {
      if (i > this.#state.stage) this.#state = { ...this.#state, stage: i, step: 0 }
      if (i === evaluateBefore && this.#state.step === 0) await this.#evaluate('before')
      await this.#stage(stages[i]!, i)
    }
    await this.#evaluate('after')
    return this.#finish()
  }

  async #resume(): Promise<void> {
    const { recipe, model, run, progress } = this.#options
    const newest = run.checkpoints.list().at(-1)
    if (!newest) {
      run.truncate(0)
      return
    }
    this.#state = await restoreCheckpoint(newest, model, recipe.stages)
    run.truncate(this.#state.globalStep)
    for (const step of run.readMetrics()) this.#alarms.check(step)
    progress.note(`resumed after step ${this.#state.globalStep}, from ${newest.folder}`)
  }

  async #stage(stage: Stage, index: number): Promise<void> {
    const { recipe, data, model, store, judges, run, progress, signal } = this.#options
    const runner = runnerOf(stage)
    const total = runner.steps(stage, data, index)
    if (this.#state.step >= total) return
    const trainsModel = runner.trainsModel !== false
    const checkpoint = this.#state.step === 0 ? null : (run.checkpoints.list().at(-1)?.folder ?? null)
    if (this.#state.step === 0) {
      await model.policy.freeze(trainsModel ? stage.freeze : [])
      if (trainsModel) {
        await model.policy.resetOptimiser(stage.optimiser, mergingSettings(stage, index))
        await beginMerging(model.policy, stage, index)
      }
      if (runner.keepsReference(stage)) await model.policy.snapshot(REFERENCE)
      const around = { stage: this.#stageName(stage, index), before: await towerHashes(model) }
      this.#state = { ...this.#state, towers: [...(this.#state.towers ?? []), around] }
    }
    if (trainsModel) for (const line of trainableLines(model.policy)) progress.note(line)
    const mixture = this.#mixture(stage, index)
    if (mixture) {
      const drawn = mixture.sources.map(
        ({ name, samples, share }) => `${(100 * share).toFixed(1)} % ${name} (${samples})`,
      )
      progress.note(`draws ${drawn.join(', ')}`)
    }
    progress.stage(this.#stageName(stage, index), total, this.#state.step)
    const started = runner.start(stage, {
      recipe,
      data,
      model,
      store,
      judges,
      signal,
      openEngine: this.#options.openEngine,
      checkpoint,
      runPath: run.path,
      index,
      total,
      seed: `${recipe.seed}/${index}`,
      writeCard: (folder) => writeCard(folder, this.#lineage(), recipe.about),
      keepRollouts: (records) => run.rollouts(this.#state.globalStep + 1, records),
    })
    this.#side = typeof started === 'function' ? undefined : started
    const takeStep = typeof started === 'function' ? started : started.take
    for (let step = this.#state.step + 1; step <= total; step++) {
      const begun = performance.now()
      const metrics = await takeStep(step).catch((error: unknown) => this.#explain(error, stage, index, step))
      this.#record(stage, index, step, metrics, (performance.now() - begun) / 1000)
      const last = step === total
      if (last) {
        await this.#side?.finish() // before the checkpoint, which says that the stage is done
        this.#side = undefined
        await this.#hashAfter()
      }
      if (last || signal?.aborted || (stage.save_every && step % stage.save_every === 0)) await this.#save(stage)
      if (!(last && index === recipe.stages.length - 1)) this.#stopIfAsked()
    }
  }

  /** After a save: nothing that was done is lost. An evaluation that was cut short is made again. */
  #stopIfAsked(): void {
    const { signal, resumeHint } = this.#options
    if (!signal?.aborted) return
    throw new Interrupted(`stopped after step ${this.#state.globalStep}, saved. Go on with: ${resumeHint}`)
  }

  #mixture(stage: Stage, index: number): MixtureShares | null {
    const { recipe, data } = this.#options
    const items = data.asked.get(index) ?? data.taught.get(index)!
    return mixtureOf(items, stage.data ?? recipe.data!)
  }

  /** Name of a stage in metrics and pictures: its kind, numbered where the recipe has several of it. */
  #stageName({ kind }: Stage, index: number): string {
    const same = this.#options.recipe.stages.flatMap((stage, i) => (stage.kind === kind ? [i] : []))
    return same.length > 1 ? `${kind}-${same.indexOf(index) + 1}` : kind
  }

  #record(stage: Stage, index: number, step: number, metrics: Record<string, number>, seconds: number): void {
    const { run, progress } = this.#options
    const name = this.#stageName(stage, index)
    const globalStep = this.#state.globalStep + 1
    this.#state = { ...this.#state, stage: index, step, globalStep, secondsByStage: this.#plusSeconds(name, seconds) }
    const record = { stage: name, step, global_step: globalStep, seconds: this.#seconds(), ...metrics }
    run.metrics(record)
    for (const alarm of this.#alarms.check(record)) {
      run.alarm(alarm)
      progress.warn(alarm.message)
    }
    progress.update(step, shownValues(metrics))
  }

  /**
   * A step that was given up while its judge was waited for has changed nothing: the run is saved as it was before. Of a
   * loss or gradient that was no number the batch is kept. All say how to go on.
   */
  async #explain(error: unknown, stage: Stage, index: number, step: number): Promise<never> {
    if (isOfJudge(error) || this.#isStop(error)) {
      await this.#saveOnce(stage)
      this.#stopIfAsked()
      this.#failOfJudge(error, `step ${this.#state.globalStep + 1}`)
    }
    if (!(error instanceof Diverged)) throw error
    const { run, resumeHint } = this.#options
    const name = this.#stageName(stage, index)
    const globalStep = this.#state.globalStep + 1
    const file = path.join(run.path, `diverged-step-${globalStep}.json`)
    const kept = { stage: name, step, global_step: globalStep, error: error.message, batches: error.batches }
    writeFileSync(file, `${JSON.stringify(kept)}\n`)
    const message = `step ${globalStep} (${name} ${step}): ${error.message}. Its batch is in ${file}.`
    run.alarm({ stage: name, step, global_step: globalStep, alarm: 'not-finite', message })
    const saved = run.checkpoints.list().at(-1)
    throw new RunError(
      `${message} Lower learning_rate or max_grad_norm, and ${saved ? `go on after step ${saved.globalStep} with: ${resumeHint}` : 'begin anew'}`,
    )
  }

  #isStop(error: unknown): boolean {
    const { signal } = this.#options
    return signal?.aborted === true && error === signal.reason
  }

  /** What was judged before is in the judge's cache, so going on pays for nothing twice. */
  #failOfJudge(error: unknown, where: string): never {
    if (!isOfJudge(error)) throw error
    const again = error instanceof BudgetSpent ? 'Go on, with as much again, with' : 'Go on with'
    throw new RunError(
      `${where}: ${error.message} Saved after step ${this.#state.globalStep}. ${again}: ${this.#options.resumeHint}`,
    )
  }

  /** Saves the run as it stands, unless it has been. */
  async #saveOnce(stage: Stage): Promise<void> {
    const { globalStep } = this.#state
    const saved = this.#options.run.checkpoints.list().at(-1)?.globalStep ?? 0
    if (saved !== globalStep) await this.#save(stage)
  }

  #seconds(): number {
    return this.#state.seconds + (performance.now() - this.#sitting) / 1000
  }

  #plusSeconds(name: string, seconds: number): RunState['secondsByStage'] {
    const { secondsByStage } = this.#state
    return { ...secondsByStage, [name]: (secondsByStage[name] ?? 0) + seconds }
  }

  async #save(stage: Stage): Promise<void> {
    const { run, model, recipe } = this.#options
    const state = { ...this.#state, seconds: this.#seconds() }
    await saveCheckpoint(run, model, state, {
      maxSeconds: recipe.clips.max_seconds,
      keep: 2,
      hasReference: runnerOf(stage).keepsReference(stage),
      saveSide: this.#side?.save,
      writeCard: (folder) => writeCard(folder, this.#lineage(), recipe.about),
    })
  }

  /** What the stage at hand has moved, and what not. */
  async #hashAfter(): Promise<void> {
    const { towers = [] } = this.#state
    const around = towers.at(-1)!
    this.#state = {
      ...this.#state,
      towers: [...towers.slice(0, -1), { ...around, after: await towerHashes(this.#options.model) }],
    }
  }

  #lineage(): Lineage {
    const { recipe, data, run } = this.#options
    const { stage: at, step } = this.#state
    const done = recipe.stages.slice(0, at + 1)
    return {
      ...this.#origin!,
      stages: done.map((stage, i) => {
        const of = runnerOf(stage).steps(stage, data, i)
        const { kind, optimiser, learning_rate } = stage
        return { stage: this.#stageName(stage, i), kind, steps: i < at ? of : step, of, optimiser, learning_rate }
      }),
      towers: this.#state.towers ?? [],
      scores: Object.fromEntries(
        run.readEvaluations().map(({ name, control, score }) => [`${name}, ${control}`, score]),
      ),
    }
  }

  async #evaluate(name: 'before' | 'after'): Promise<void> {
    const { recipe, run, progress } = this.#options
    const last = recipe.stages.at(-1)!
    const seconds = await makeEvaluations({
      ...this.#options,
      name,
      place: {
        stage: recipe.stages[this.#state.stage]!.kind,
        step: this.#state.step,
        global_step: this.#state.globalStep,
      },
      hasReference: runnerOf(last).keepsReference(last),
      stopIfAsked: () => this.#stopIfAsked(),
    }).catch((error: unknown) => {
      if (this.#isStop(error)) this.#stopIfAsked()
      return this.#failOfJudge(error, 'evaluation')
    })
    if (seconds > 0) this.#state = { ...this.#state, secondsByStage: this.#plusSeconds('evaluation', seconds) }
    if (name === 'before') sayLifts(run, progress)
  }

  async #finish(): Promise<RunSummary> {
    const { recipe, data, model, store, run, progress } = this.#options
    await saveModel(run.path, model, recipe.clips.max_seconds)
    const { graphs } = await model.policy.engine.memory()
    progress.note(`built ${graphs} graphs, one for each set of sizes`)
    const mixtures = recipe.stages.flatMap((stage, i) => {
      const mixture = this.#mixture(stage, i)
      return mixture ? [[this.#stageName(stage, i), mixture] as const] : []
    })
    const summary: RunSummary = {
      name: recipe.name,
      seed: recipe.seed,
      started: this.#state.started,
      finished: new Date().toISOString(),
      seconds: this.#seconds(),
      time_by_stage: this.#state.secondsByStage,
      alarms: run.nAlarms(),
      ...scoresOf(run),
      n_parameters: model.policy.nParameters,
      graphs,
      clips_cut: store.nCut,
      samples_over_length: data.nOverLength,
      left_out: data.notes,
      last_stage: recipe.stages.at(-1)!.kind,
      towers: this.#state.towers ?? [],
      ...(mixtures.length > 0 && { mixtures: Object.fromEntries(mixtures) }),
    }
    run.summary(summary)
    await writeCard(run.path, this.#lineage(), recipe.about)
    await writeReport(run.path).catch((error: unknown) => {
      // The run is done all the same.
      progress.warn(`the report was not written: ${error instanceof Error ? error.message : String(error)}`)
    })
    return summary
  }
}

const isOfJudge = (error: unknown): error is BudgetSpent | JudgeError =>
  error instanceof BudgetSpent || error instanceof JudgeError
