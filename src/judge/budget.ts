import { BudgetSpent } from './error.ts'

/** Most that may be spent, from the making of the judge on. */
export interface BudgetOptions {
  /** Requests, failed ones included. */
  readonly calls?: number
  /** In the currency of the prices. */
  readonly money?: number
}

/** Price of a million tokens. */
export interface Prices {
  readonly input: number
  readonly output: number
}

export interface Budget {
  /**
   * Sets aside what a call may cost at most, and waits where calls under way may still leave room for it.
   *
   * @throws BudgetSpent when there is no room; `signal.reason` when aborted
   */
  reserve(most: Tokens, signal: AbortSignal): Promise<Reservation>
  readonly spent: number | null
}

export interface Reservation {
  /** What it took; null for an unknown count, which is charged in full. */
  settle(used: { readonly [Key in keyof Tokens]: number | null }): void
}

interface Tokens {
  readonly prompt: number
  readonly completion: number
}

/** Counts calls and money; a call that could go beyond the budget is not made. */
export function budgetOf(limits: BudgetOptions, prices: Prices | undefined): Budget {
  const { calls: maxCalls = Number.POSITIVE_INFINITY, money: maxMoney = Number.POSITIVE_INFINITY } = limits
  const costOf = ({ prompt, completion }: Tokens) =>
    prices === undefined ? 0 : (prompt * prices.input + completion * prices.output) / 1e6
  let calls = 0
  let spent = 0
  let reserved = 0
  let nOpen = 0
  const settled = new Set<() => void>()

  return {
    async reserve(most, signal) {
      const cost = costOf(most)
      for (;;) {
        signal.throwIfAborted()
        if (calls >= maxCalls) throw new BudgetSpent(`the budget of ${maxCalls} calls is spent.`)
        if (spent + reserved + cost <= maxMoney) break
        if (nOpen === 0) {
          const left = (maxMoney - spent).toPrecision(2)
          throw new BudgetSpent(
            `the budget of ${maxMoney} is spent: ${left} is left, and a call may cost ${cost.toPrecision(2)}.`,
          )
        }
        await nextSettled(settled, signal)
      }
      calls++
      reserved += cost
      nOpen++
      let open = true
      return {
        settle({ prompt, completion }) {
          if (!open) return
          open = false
          reserved = --nOpen === 0 ? 0 : reserved - cost // no rest of rounding stays
          spent += costOf({ prompt: prompt ?? most.prompt, completion: completion ?? most.completion })
          for (const wake of [...settled]) wake()
        },
      }
    },
    get spent() {
      return prices === undefined ? null : spent
    },
  }
}

function nextSettled(waiters: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (end: () => void) => () => {
      waiters.delete(wake)
      signal.removeEventListener('abort', stop)
      end()
    }
    const wake = done(resolve)
    const stop = done(() => reject(signal.reason))
    waiters.add(wake)
    signal.addEventListener('abort', stop, { once: true })
  })
}
