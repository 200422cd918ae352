import { evaluate, evaluationRecords, underControl } from '../evaluate.ts'
import type { FeatureStore } from '../features/featureStore.ts'
import type { RecipeJudges } from '../judge/recipeJudge.ts'
import type { Model } from '../model/modelFolder.ts'
import type { Progress } from '../progress/index.ts'
import { seededRandom } from '../random.ts'
import type { Recipe } from '../recipe/index.ts'
import { prepare } from '../rollout/prepare.ts'
import type { RunFolder } from '../runs/index.ts'
import { REFERENCE } from '../update/policyUpdate.ts'
import type { FittingData } from './fitData.ts'
import { wholeRubric } from './wholeRubric.ts'

/** When in a run an evaluation is made. */
export interface EvaluationPlace {
  readonly stage: string
  readonly step: number
  readonly global_step: number
}

export interface EvaluationsOptions {
  readonly recipe: Recipe
  readonly data: FittingData
  readonly model: Model
  readonly store: FeatureStore
  readonly judges: RecipeJudges
  /** When aborted, an evaluation that waits for a judge is given up. */
  readonly signal: AbortSignal | undefined
  readonly run: RunFolder
  readonly progress: Progress
  readonly name: 'before' | 'after'
  readonly place: EvaluationPlace
  /** Whether the policy from before the last stage is still at hand: novelty is measured against it. */
  readonly hasReference: boolean
  /** Called between answers; what it throws ends the evaluation, which is made again when the run goes on. */
  stopIfAsked(): void
}

/** Makes a recipe's evaluations under all their controls, less those that the run has; returns the seconds they took. */
export async function makeEvaluations(options: EvaluationsOptions): Promise<number> {
  const { recipe, data, model, store, judges, signal, run, progress, name, place, hasReference } = options
  const done = new Set(run.readEvaluations().map((record) => `${record.name}/${record.control}`))
  let seconds = 0
  for (const [i, wanted] of recipe.eval.entries()) {
    const label = wanted.name ? `${name}-${wanted.name}` : name
    const judge = await judges.of(wanted.judge)
    const samples = await Promise.all(data.evaluated[i]!.map((sample) => prepare(sample, store)))
    for (const control of wanted.controls) {
      if (done.has(`${label}/${control}`)) continue
      const started = performance.now()
      progress.stage(`evaluation ${label}${control === 'none' ? '' : `, ${control}`}`, samples.length)
      const asked = underControl(samples, control, model.policy.nMels)
      const plain = control === 'none'
      const result = await evaluate(model.policy, model.renderer, asked, {
        control,
        maxNewTokens: wanted.max_completion_tokens,
        sampling: { temperature: wanted.temperature, topP: wanted.top_p, topK: wanted.top_k },
        random: seededRandom(`${recipe.seed}/eval/${i}`),
        ...(judge && { judge, ...(signal && { signal }) }),
        ...(plain && { bestOf: wanted.best_of }),
        ...(plain && name === 'after' && hasReference && { reference: REFERENCE }),
        ...(control === 'scaffolded' && wholeRubric(recipe)),
        onProgress: (n) => {
          progress.update(n, {})
          if (n < samples.length) options.stopIfAsked()
        },
      })
      run.evaluations(evaluationRecords(label, place, result))
      seconds += (performance.now() - started) / 1000
    }
  }
  return seconds
}

/** Scores before training, plain and with the rubric shown, and what lies between them. */
export interface ScaffoldLift {
  readonly lift: number
  readonly plain: number
  readonly scaffolded: number
}

/** Scaffold lift of each evaluation that was made before: how much better the policy answers criteria it is shown. */
export function scaffoldLifts(run: RunFolder): ScaffoldLift[] {
  const evaluations = run.readEvaluations()
  return evaluations.flatMap((record) => {
    if (record.control !== 'scaffolded' || !record.name.startsWith('before')) return []
    const plain = evaluations.find(({ name, control }) => name === record.name && control === 'none')
    return plain ? [{ lift: record.score - plain.score, plain: plain.score, scaffolded: record.score }] : []
  })
}

/** Says each lift: without one a scaffolded rollout teaches nothing (papers.md §12.1), so a run without one is warned. */
export function sayLifts(run: RunFolder, progress: Progress): void {
  for (const { lift, plain, scaffolded } of scaffoldLifts(run)) {
    const said = `scaffold lift ${lift >= 0 ? '+' : ''}${lift.toFixed(3)} (plain ${plain.toFixed(3)}, rubric shown ${scaffolded.toFixed(3)})`
    if (lift > 0.02) progress.note(said)
    else progress.warn(`${said}: the policy does not follow criteria it is shown, so scaffolds cannot teach it.`)
  }
}
