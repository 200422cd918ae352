import { type Engine, startEngine } from '../../models/index.ts'
import { featureStore } from '../features/featureStore.ts'
import { type RecipeJudges, recipeJudges } from '../judge/recipeJudge.ts'
import type { Progress } from '../progress/index.ts'
import { type Recipe, readRecipe } from '../recipe/index.ts'
import type { RunSummary } from '../runs/index.ts'
import { fitData } from './fitData.ts'
import { type FolderOptions, reserveFolder, resumeHint } from './folder.ts'
import { freshOrLoaded } from './freshModel.ts'
import { hearData } from './hearData.ts'
import { loadData } from './loadData.ts'
import { Trainer } from './trainer.ts'
import { wholeRubric } from './wholeRubric.ts'

export interface TrainOptions extends FolderOptions {
  readonly recipeFile: string
  /** `path=value`, as `--set` takes them. */
  readonly overrides?: readonly string[]
  /** Execution provider of ONNX Runtime. */
  readonly device?: string
  /** Threads inside one operator; one a physical core unless given. Fewer leave cores to other runs. */
  readonly threads?: number
  readonly progress: Progress
  /** When aborted, the run saves after the step at hand and throws {@link Interrupted}. */
  readonly signal?: AbortSignal
  /** Told of the run's folder, as soon as there is one. */
  readonly onRun?: (folder: string) => void
}

/**
 * Trains what a recipe says, in a run folder that holds everything; returns what `summary.json` holds.
 *
 * @throws UsageError when recipe, data or folder are not fit; RunError when a loss is no number; Interrupted when stopped
 */
export async function trainRun(options: TrainOptions): Promise<RunSummary> {
  const { progress, signal, recipeFile, overrides = [] } = options
  const recipe = await readRecipe(recipeFile, overrides)
  const folder = reserveFolder(options, recipe)
  const engines: Engine[] = []
  const openEngine = () => {
    const engine = startEngine({ executionProviders: [options.device ?? 'cpu'], threads: options.threads ?? 0 })
    engines.push(engine)
    return engine
  }
  try {
    const loaded = await loadData(recipe)
    const engine = openEngine()
    const model = await freshOrLoaded(recipe, loaded, engine)
    const store = featureStore({
      nMels: model.policy.nMels,
      maxSeconds: recipe.clips.max_seconds,
      overLength: recipe.clips.over_length,
    })
    const audible = await hearData(recipe, loaded, store, progress)
    const data = await fitData(recipe, audible, model, store, wholeRubric(recipe).scaffoldOf)
    for (const note of data.notes) progress.warn(note)
    const run = folder.open()
    options.onRun?.(run.path)
    const hint = resumeHint(recipeFile, overrides, run)
    const judges = recipeJudges(run.path, (line) => progress.warn(line))
    try {
      await openAll(judges, recipe)
      const rest = { progress, signal, resumeHint: hint, openEngine }
      return await new Trainer({ recipe, data, model, store, judges, run, ...rest }).run()
    } finally {
      await judges.close()
    }
  } finally {
    folder.close()
    await Promise.all(engines.map((engine) => engine.close()))
  }
}

/** Opens every judge now: a key that is missing is told before an hour of training, not after. */
async function openAll(judges: RecipeJudges, { stages, eval: evaluations }: Recipe): Promise<void> {
  for (const stage of stages) {
    if (!('judge' in stage)) continue
    await judges.of(stage.judge)
    if ('held_out' in stage && stage.held_out) await judges.of(stage.held_out.judge)
  }
  for (const { judge } of evaluations) await judges.of(judge)
}
