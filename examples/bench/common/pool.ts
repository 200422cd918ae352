import { availableParallelism } from 'node:os'

/** How many trainings go on at once, and the threads of each: small models gain more from the first than from the second. */
export function sharedCores(nTasks: number): { readonly jobs: number; readonly threads: number } {
  const cores = availableParallelism()
  const jobs = Math.max(1, Math.min(cores, nTasks))
  return { jobs, threads: Math.max(1, Math.floor(cores / jobs)) }
}

/** Works through tasks in their order, `jobs` at once. @throws the first error, when the tasks begun by then have ended */
export async function pooled<T>(tasks: readonly T[], jobs: number, work: (task: T) => Promise<void>): Promise<void> {
  const waiting = [...tasks]
  const failed: unknown[] = []
  const worker = async () => {
    while (failed.length === 0 && waiting.length > 0) {
      await work(waiting.shift()!).catch((error) => failed.push(error))
    }
  }
  await Promise.all(Array.from({ length: jobs }, worker))
  if (failed.length > 0) throw failed[0]
}
