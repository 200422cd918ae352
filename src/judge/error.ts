import type { JudgeVerdict } from './judge.ts'

/** No judgement can be had: a wrong key, no such model, nothing there. Says which endpoint, and what it answered. */
export class JudgeError extends Error {
  override name = 'JudgeError'
}

/** The budget forbids another call. What was judged before is in the cache, and costs nothing when asked again. */
export class BudgetSpent extends Error {
  override name = 'BudgetSpent'
  /** What had been decided of the task by then. */
  readonly verdicts: readonly JudgeVerdict[]

  constructor(message: string, verdicts: readonly JudgeVerdict[] = []) {
    super(message)
    this.verdicts = verdicts
  }
}
