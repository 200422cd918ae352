/** More tasks than this are no curves that a person could tell apart. */
const MOST_TASKS = 24

/** What samples that name no task are called beside others that do. */
const OTHERS = 'others'

/**
 * Samples of a stage with the task that they are counted under in metrics. Of one task, and of more than 24, none is: the
 * metrics of the stage say the same, or nobody could read them.
 */
export function nameTasks<T extends { readonly task?: string }>(samples: readonly T[]): T[] {
  const tasks = new Set(samples.map(({ task }) => task))
  if (tasks.size > 1 && tasks.size <= MOST_TASKS) return samples.map((sample) => ({ task: OTHERS, ...sample }))
  return samples.map(({ task: _, ...sample }) => sample as T)
}
