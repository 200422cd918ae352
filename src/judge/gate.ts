/** Lets at most `size` pieces of work run at once, in the order of asking. */
export function gate(size: number): <T>(signal: AbortSignal, work: () => Promise<T>) => Promise<T> {
  let running = 0
  const waiting = new Set<() => void>()

  const enter = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      if (running < size) {
        running++
        return resolve()
      }
      const leave = () => {
        waiting.delete(go)
        reject(signal.reason)
      }
      const go = () => {
        waiting.delete(go)
        signal.removeEventListener('abort', leave)
        resolve() // takes the place of the one that left
      }
      waiting.add(go)
      signal.addEventListener('abort', leave, { once: true })
    })

  return async (signal, work) => {
    await enter(signal)
    try {
      return await work()
    } finally {
      const [next] = waiting
      if (next) next()
      else running--
    }
  }
}
