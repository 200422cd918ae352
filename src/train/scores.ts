import type { RunFolder } from '../runs/index.ts'
import { scaffoldLifts } from './evaluations.ts'

/**
 * What a run's own records say of it: scores by control (`name/control` of evaluations that have a name), the lift, and
 * how far sampler and trainer were apart at most.
 */
export function scoresOf(run: RunFolder) {
  const evaluations = run.readEvaluations()
  const scores = (when: 'before' | 'after') =>
    Object.fromEntries(
      evaluations
        .filter(({ name, best_of }) => best_of === undefined && (name === when || name.startsWith(`${when}-`)))
        .map(({ name, control, score }) => [
          name === when ? control : `${name.slice(when.length + 1)}/${control}`,
          score,
        ]),
    )
  const [lift] = scaffoldLifts(run)
  const gaps = run.readMetrics().flatMap(({ max_logprob_diff: gap }) => (typeof gap === 'number' ? [gap] : []))
  return {
    before: scores('before'),
    after: scores('after'),
    ...(lift && { lift: lift.lift }),
    ...(gaps.length > 0 && { max_logprob_diff: Math.max(...gaps) }),
  }
}
