import { ApiError } from './errors.ts'

/** One who waits, or whose request is worked on; `signal` is aborted once nobody waits for the answer any more. */
export interface Asked<Request, Reply> {
  readonly request: Request
  readonly signal: AbortSignal
  /** Hands over the reply, which may be before the batch is done; the first of `answer` and `fail` counts. */
  answer(reply: Reply): void
  fail(error: unknown): void
}

/** Requests in the order of arrival, one batch after another. */
export interface Queue<Request, Reply> {
  /**
   * The reply, when its turn has come. Whoever gives up leaves at once.
   *
   * @throws ApiError 429 when too many wait already; the signal's reason when it was aborted
   */
  ask(request: Request, signal: AbortSignal): Promise<Reply>
  /** @throws ApiError 429 as `ask` would now, for those who must say so before they begin a stream */
  checkRoom(): void
  /** Requests that wait, and that are worked on. */
  readonly nWaiting: number
  readonly nRunning: number
}

export interface QueueOptions<Request, Reply> {
  /** Requests that may wait; the next is refused, so that memory stays bounded. */
  readonly maxWaiting: number
  /** Answers a batch; whoever is left without an answer when it returns is failed. */
  work(batch: readonly Asked<Request, Reply>[]): Promise<void>
  /** Whether a request may join others that were taken already (never). The oldest is always taken: nobody starves. */
  goesWith?(request: Request, others: readonly Request[]): boolean
}

export function requestQueue<Request, Reply>(options: QueueOptions<Request, Reply>): Queue<Request, Reply> {
  const { maxWaiting, work, goesWith = () => false } = options
  const waiting: Asked<Request, Reply>[] = []
  let running: Asked<Request, Reply>[] = []
  let isBusy = false // still so when all of a batch were answered and its work is about to end

  const takeBatch = (): Asked<Request, Reply>[] => {
    const batch = waiting.splice(0, 1)
    for (let i = 0; i < waiting.length; ) {
      const others = batch.map(({ request }) => request)
      if (goesWith(waiting[i]!.request, others)) batch.push(...waiting.splice(i, 1))
      else i++
    }
    return batch
  }
  const workOn = async () => {
    isBusy = true
    while (waiting.length > 0) {
      const batch = takeBatch()
      running = [...batch]
      try {
        await work(batch)
        for (const asked of batch) asked.fail(new Error('internal: the batch ended without an answer'))
      } catch (error) {
        for (const asked of batch) asked.fail(error)
      }
    }
    isBusy = false
  }
  const checkRoom = () => {
    if (isBusy && waiting.length >= maxWaiting) {
      throw new ApiError(429, `${waiting.length} requests wait already. Try again later.`, { code: 'queue_full' })
    }
  }

  return {
    get nWaiting() {
      return waiting.length
    },
    get nRunning() {
      return running.length
    },
    checkRoom,
    async ask(request, signal) {
      signal.throwIfAborted()
      checkRoom()
      return new Promise<Reply>((resolve, reject) => {
        const done = () => {
          signal.removeEventListener('abort', leave)
          const at = waiting.indexOf(asked)
          if (at >= 0) waiting.splice(at, 1)
          running = running.filter((other) => other !== asked)
        }
        const settle =
          <T>(how: (value: T) => void) =>
          (value: T) => {
            done()
            how(value)
          }
        const asked = { request, signal, answer: settle(resolve), fail: settle(reject) }
        const leave = () => asked.fail(signal.reason)
        signal.addEventListener('abort', leave, { once: true })
        waiting.push(asked)
        if (!isBusy) void workOn()
      })
    },
  }
}
