import { type Rubric, renderScaffold, scaffoldSchema } from '../../rubrics/index.ts'
import type { Recipe, RlStage } from '../recipe/index.ts'

/** How a rubric is put and worded where all of it is shown: as the RL stage does it. */
export function wholeRubric(recipe: Recipe) {
  const stage = recipe.stages.find((s): s is RlStage => s.kind === 'rl' && s.scaffold !== null)
  const wording = stage?.scaffold ?? scaffoldSchema.parse({})
  return {
    scaffoldOf: (rubric: Rubric): string | null => renderScaffold(rubric.criteria, wording),
    scaffoldTurn: wording.turn,
  }
}
