/** A server that answers for the judge. */
export interface Endpoint {
  /** Base URL such as `https://host/v1`, or the whole address of `chat/completions`. */
  readonly url: string
  readonly apiKey?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Requests under way at once (16). */
  readonly concurrency?: number
}

/** A right to one request at an endpoint. */
export interface Slot {
  readonly endpoint: Endpoint
  release(): void
}

export interface EndpointPool {
  /**
   * A slot at the endpoint that is least busy for its size, in the order of asking; waits while all are full or resting.
   *
   * @param avoid  taken only where no other has room: the endpoint that has just failed
   */
  acquire(signal: AbortSignal, avoid?: Endpoint): Promise<Slot>
  /** Gives an endpoint no request for so many milliseconds from now. */
  rest(endpoint: Endpoint, ms: number): void
  /** Requests that all endpoints together take at once. */
  readonly size: number
}

const CONCURRENCY = 16

/** The one queue in front of all endpoints of a judge. */
export function endpointPool(endpoints: readonly Endpoint[]): EndpointPool {
  const places = endpoints.map((endpoint) => ({
    endpoint,
    size: endpoint.concurrency ?? CONCURRENCY,
    active: 0,
    restsUntil: 0,
  }))
  const waiting = new Set<{ readonly avoid?: Endpoint | undefined; readonly take: (slot: Slot) => void }>()
  let timer: NodeJS.Timeout | undefined

  function dispatch(): void {
    const now = Date.now()
    for (const waiter of waiting) {
      const free = places
        .filter(({ active, size, restsUntil }) => active < size && restsUntil <= now)
        .sort((a, b) => a.active / a.size - b.active / b.size)
      const place = free.find(({ endpoint }) => endpoint !== waiter.avoid) ?? free[0]
      if (place === undefined) break
      waiting.delete(waiter)
      place.active++
      let held = true
      waiter.take({
        endpoint: place.endpoint,
        release() {
          if (!held) return
          held = false
          place.active--
          dispatch()
        },
      })
    }
    clearTimeout(timer)
    if (waiting.size === 0) return
    const wakes = places.filter(({ active, size, restsUntil }) => active < size && restsUntil > now)
    if (wakes.length > 0) timer = setTimeout(dispatch, Math.min(...wakes.map(({ restsUntil }) => restsUntil - now)) + 1)
  }

  return {
    size: places.reduce((sum, { size }) => sum + size, 0),
    acquire: (signal, avoid) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason)
        const leave = () => {
          waiting.delete(waiter)
          reject(signal.reason)
        }
        const waiter = {
          avoid,
          take(slot: Slot) {
            signal.removeEventListener('abort', leave)
            resolve(slot)
          },
        }
        signal.addEventListener('abort', leave, { once: true })
        waiting.add(waiter)
        dispatch()
      }),
    rest(endpoint, ms) {
      const place = places.find((candidate) => candidate.endpoint === endpoint)
      if (place) place.restsUntil = Math.max(place.restsUntil, Date.now() + ms)
    },
  }
}
