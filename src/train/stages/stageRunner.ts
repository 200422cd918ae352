import type { Engine } from '../../../models/index.ts'
import type { FeatureStore } from '../../features/featureStore.ts'
import type { RecipeJudges } from '../../judge/recipeJudge.ts'
import type { Model } from '../../model/modelFolder.ts'
import type { Recipe, Stage } from '../../recipe/index.ts'
import type { RolloutRecord } from '../../runs/index.ts'
import type { FittingData } from '../fitData.ts'
import type { Taught } from '../loadData.ts'

/** What a stage works with. */
export interface StageContext {
  readonly recipe: Recipe
  readonly data: FittingData
  readonly model: Model
  readonly store: FeatureStore
  /** Who decides what no verifier does. */
  readonly judges: RecipeJudges
  /** When aborted, a step that waits for a judge is given up. */
  readonly signal: AbortSignal | undefined
  /** The run's folder, for what a stage keeps beside its checkpoints. */
  readonly runPath: string
  /** Another engine on the same device, for what is trained beside the model; whoever opens it closes it. */
  openEngine(): Engine
  /** The checkpoint that the run goes on from within this stage; null when the stage begins. */
  readonly checkpoint: string | null
  /** Place of the stage in the recipe, from 0. */
  readonly index: number
  /** Optimiser steps of the stage. */
  readonly total: number
  /** Everything random of the stage follows from it and the step. */
  readonly seed: string
  /** Writes where a model comes from into its folder: card and lineage. */
  writeCard(folder: string): Promise<void>
  /** Keeps the answers of the step at hand in the run. */
  keepRollouts(records: readonly RolloutRecord[]): void
}

/** Takes one step, counted from 1, and returns its metrics. */
export type TakeStep = (step: number) => Promise<Record<string, number>>

/** A stage that trains something beside the run's model. */
export interface SideStage {
  take: TakeStep
  /** Writes into a checkpoint what going on needs of it; `StageContext.checkpoint` is where it reads that back. */
  save(folder: string): Promise<void>
  /** After the last step: keeps what was trained in the run. Called again where a run goes on from before that step. */
  finish(): Promise<void>
}

/** How a kind of stage is run: one file a kind, listed in `index.ts`. */
export interface StageRunner<S extends Stage> {
  steps(stage: S, data: FittingData, index: number): number
  /** Whether the weights that the stage starts from are kept beside those that train. */
  keepsReference(stage: S): boolean
  /** False for a stage that leaves the run's model as it is: it gets no optimiser (true). */
  readonly trainsModel?: false
  start(stage: S, context: StageContext): TakeStep | SideStage
}

/** Steps of a stage that passes over what it was taught: those it names, or its passes. */
export function stepsOfPasses(
  stage: { readonly steps?: number; readonly epochs?: number; readonly batch: number },
  data: FittingData,
  index: number,
  counts: (sample: Taught) => boolean = () => true,
): number {
  if (stage.steps !== undefined) return stage.steps
  return Math.max(1, Math.ceil((data.taught.get(index)!.filter(counts).length * (stage.epochs ?? 1)) / stage.batch))
}

/** What every stage tells its optimiser. */
export const optimiserOptions = (stage: Stage, total: number) => ({
  steps: total,
  learningRate: stage.learning_rate,
  warmupSteps: Math.round(stage.warmup_ratio * total),
  schedule: stage.schedule,
  minLearningRate: stage.min_learning_rate,
  weightDecay: stage.weight_decay,
  maxGradNorm: stage.max_grad_norm,
})

/** Loads the next step's samples while the engine works on this one's. */
export function lookAhead<T>(load: (step: number) => Promise<T>, total: number): (step: number) => Promise<T> {
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
