/**
 * Work by key: who asks for what is under way already waits for it instead of paying twice. The work is aborted when
 * all who wait for it have been.
 */
export function sharedWork<T>(): (
  key: string,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
) => Promise<T> {
  const running = new Map<string, { readonly result: Promise<T>; readonly stop: AbortController; waiting: number }>()
  return (key, signal, work) => {
    signal.throwIfAborted()
    let entry = running.get(key)
    if (entry === undefined) {
      const stop = new AbortController()
      const result = work(stop.signal).finally(() => {
        if (running.get(key) === begun) running.delete(key)
      })
      const begun = { result, stop, waiting: 0 }
      result.catch(() => {}) // those who wait hear of it
      running.set(key, begun)
      entry = begun
    }
    const { result, stop } = entry
    const joined = entry
    joined.waiting++
    return new Promise<T>((resolve, reject) => {
      const leave = () => {
        if (--joined.waiting === 0) {
          running.delete(key)
          stop.abort(signal.reason)
        }
        reject(signal.reason)
      }
      signal.addEventListener('abort', leave, { once: true })
      result.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
    })
  }
}
