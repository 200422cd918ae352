import { checkRubric, criterionId, lintRubric, type Rubric } from '../../../rubrics/index.ts'
import { objectsIn, type Parsed } from '../../judge/parse.ts'
import { FEWEST, MOST, WORTH } from './prompts.ts'

/**
 * The rubric in a writer's reply, or what is wrong with it: `rubrics` must be 5 to 15 criteria of different texts, each worth a whole
 * number from −10 to 10 that is not 0, one above 0 at least, none of which the linter refuses.
 */
export function readRubric(reply: string, name: string): Parsed<Rubric> {
  const bad = (problem: string) => ({ ok: false as const, problem })
  const found = objectsIn(reply).find((value) => Array.isArray(value.rubrics))
  if (!found) return bad('no {"rubrics": […]} in the reply')
  const items = found.rubrics as unknown[]
  const criteria = items.flatMap((item) => {
    if (typeof item !== 'object' || item === null) return []
    const { criterion, points } = item as Record<string, unknown>
    if (typeof criterion !== 'string' || criterion.trim() === '') return []
    if (typeof points !== 'number' || !Number.isInteger(points) || points === 0 || Math.abs(points) > WORTH) return []
    const text = criterion.trim()
    return [{ id: criterionId(text), criterion: text, points }]
  })
  if (criteria.length < items.length) {
    return bad(
      `${items.length - criteria.length} of ${items.length} criteria lack a text, or points from −${WORTH} to ${WORTH}`,
    )
  }
  if (criteria.length < FEWEST || criteria.length > MOST) {
    return bad(`${criteria.length} criteria, expected ${FEWEST} to ${MOST}`)
  }
  if (new Set(criteria.map(({ id }) => id)).size < criteria.length) return bad('two criteria of one text')
  const rubric = checkRubric({ name, criteria })
  const refused = lintRubric(rubric).find(({ severity }) => severity === 'error')
  return refused ? bad(refused.message) : { ok: true, value: rubric }
}
