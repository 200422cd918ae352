import { ApiError } from './errors.ts'

/** One thing after another, in the order of arrival. */
export interface Queue {
  /**
   * Runs `work` when its turn comes. Whoever gives up while waiting leaves the queue at once.
   *
   * @throws ApiError 429 when too many wait already; the signal's reason when it was aborted before its turn
   */
  run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>
  /** Requests that wait, and that are worked on. */
  readonly nWaiting: number
  readonly nRunning: number
}

/** @param maxWaiting  requests that may wait; the next is refused, so that memory stays bounded */
export function requestQueue(maxWaiting: number): Queue {
  const waiting: (() => void)[] = []
  let nRunning = 0
  const next = () => {
    nRunning = 0
    waiting.shift()?.()
  }
  const turn = (signal: AbortSignal): Promise<void> => {
    if (nRunning === 0) {
      nRunning = 1
      return Promise.resolve()
    }
    if (waiting.length >= maxWaiting) {
      const message = `${waiting.length} requests wait already. Try again later.`
      return Promise.reject(new ApiError(429, message, { code: 'queue_full' }))
    }
    return new Promise((resolve, reject) => {
      const start = () => {
        signal.removeEventListener('abort', leave)
        nRunning = 1
        resolve()
      }
      const leave = () => {
        waiting.splice(waiting.indexOf(start), 1)
        reject(signal.reason)
      }
      signal.addEventListener('abort', leave, { once: true })
      waiting.push(start)
    })
  }
  return {
    get nWaiting() {
      return waiting.length
    },
    get nRunning() {
      return nRunning
    },
    async run(work, signal) {
      signal.throwIfAborted()
      await turn(signal)
      try {
        return await work()
      } finally {
        next()
      }
    },
  }
}
