/** Means by task as metrics, `task/<name>/<of>`; what names no task is left out, and so is a task of which nothing is there. */
export function taskMeans(
  of: string,
  values: Iterable<{ readonly task?: string | undefined; readonly value: number }>,
): Record<string, number> {
  const sums = new Map<string, { sum: number; n: number }>()
  for (const { task, value } of values) {
    if (task === undefined) continue
    const own = sums.get(task) ?? { sum: 0, n: 0 }
    sums.set(task, { sum: own.sum + value, n: own.n + 1 })
  }
  return Object.fromEntries([...sums].map(([task, { sum, n }]) => [`task/${task}/${of}`, sum / n]))
}
