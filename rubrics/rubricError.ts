/**
 * A rubric, an option or a verdict that cannot be used. Its message holds one line a fault: where, what was found,
 * what would be right.
 */
export class RubricError extends Error {
  override name = 'RubricError'
}
