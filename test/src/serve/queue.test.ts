import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Asked, type QueueOptions, requestQueue } from '../../../src/serve/queue.ts'

const never = () => new AbortController().signal
const tick = () => new Promise((resolve) => setTimeout(resolve, 0))

/** A queue whose batches end when the test says so. */
function heldQueue(options: Partial<QueueOptions<number, string>> = {}) {
  const batches: number[][] = []
  const ends: (() => void)[] = []
  const queue = requestQueue<number, string>({
    maxWaiting: 3,
    work: async (batch) => {
      batches.push(batch.map(({ request }) => request))
      await new Promise<void>((resolve) => ends.push(resolve))
      for (const asked of batch) asked.answer(`reply ${asked.request}`)
    },
    ...options,
  })
  return { queue, batches, ends }
}

describe('the queue of requests', () => {
  it('works on one after another, in the order of arrival', async () => {
    const { queue, batches, ends } = heldQueue()
    const all = [1, 2, 3].map((n) => queue.ask(n, never()))
    expect([queue.nRunning, queue.nWaiting]).toEqual([1, 2])
    for (let i = 0; i < 3; i++) {
      ends[i]!()
      await tick()
    }
    expect(await Promise.all(all)).toEqual(['reply 1', 'reply 2', 'reply 3'])
    expect(batches).toEqual([[1], [2], [3]])
    expect([queue.nRunning, queue.nWaiting]).toEqual([0, 0])
  })

  it('takes those that go together with the oldest, and leaves the others their place', async () => {
    const alike = (n: number, others: readonly number[]) => n % 2 === others[0]! % 2 && others.length < 3
    const { queue, batches, ends } = heldQueue({ maxWaiting: 9, goesWith: alike })
    const all = [0, 1, 2, 3, 4, 5, 7, 9].map((n) => queue.ask(n, never()))
    for (let i = 0; i < 4; i++) {
      await tick()
      ends[i]!()
    }
    await Promise.all(all)
    expect(batches).toEqual([[0], [1, 3, 5], [2, 4], [7, 9]])
  })

  it('refuses with 429 when too many wait, before a stream is begun and after', async () => {
    const { queue, ends } = heldQueue()
    const kept = [1, 2, 3, 4].map((n) => queue.ask(n, never()))
    expect(() => queue.checkRoom()).toThrow('3 requests wait already')
    await expect(queue.ask(5, never())).rejects.toMatchObject({ status: 429, code: 'queue_full' })
    for (let i = 0; i < 4; i++) {
      ends[i]!()
      await tick()
    }
    await Promise.all(kept)
    expect(() => queue.checkRoom()).not.toThrow()
  })

  it('lets who gives up leave at once, waiting or worked on', async () => {
    const { queue, batches, ends } = heldQueue()
    const gone = [new AbortController(), new AbortController()]
    const [running, waiting] = gone.map(({ signal }, i) => queue.ask(i, signal))
    const last = queue.ask(2, never())
    for (const { reject, at } of [
      { reject: waiting, at: 1 },
      { reject: running, at: 0 },
    ]) {
      gone[at]!.abort(new Error('gone'))
      await expect(reject).rejects.toThrow('gone')
    }
    ends[0]!()
    await tick()
    ends[1]!()
    expect(await last).toBe('reply 2')
    expect(batches).toEqual([[0], [2]])
  })

  it('hands over a reply before its batch is done, and does not begin the next until it is', async () => {
    const { queue, batches, ends } = heldQueue({
      work: async (batch) => {
        batches.push(batch.map(({ request }) => request))
        for (const asked of batch) asked.answer('early')
        await new Promise<void>((resolve) => ends.push(resolve))
      },
    })
    expect(await queue.ask(1, never())).toBe('early')
    const second = queue.ask(2, never())
    await tick()
    expect(batches).toEqual([[1]])
    ends[0]!()
    expect(await second).toBe('early')
  })

  it('goes on after work that failed, or that forgot somebody', async () => {
    let n = 0
    const queue = requestQueue<number, string>({
      maxWaiting: 9,
      work: async ([asked]: readonly Asked<number, string>[]) => {
        if (n++ === 0) throw new Error('the engine has stopped')
        if (n > 2) asked!.answer('fine')
      },
    })
    const all = await Promise.allSettled([1, 2, 3].map((i) => queue.ask(i, never())))
    expect(all.map((one) => (one.status === 'rejected' ? (one.reason as Error).message : one.value))).toEqual([
      'the engine has stopped',
      'internal: the batch ended without an answer',
      'fine',
    ])
  })

  it('answers everybody once, whatever comes and goes', async () => {
    const move = fc.record({ gives: fc.boolean(), group: fc.integer({ min: 0, max: 2 }) })
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 30 }), async (moves) => {
        let inWork = 0
        const queue = requestQueue<{ id: number; group: number }, number>({
          maxWaiting: 100,
          goesWith: ({ group }, others) => group === others[0]!.group && others.length < 4,
          work: async (batch) => {
            expect(++inWork).toBe(1)
            await tick()
            for (const asked of batch) asked.answer(asked.request.id)
            inWork--
          },
        })
        const replies = await Promise.all(
          moves.map(async ({ gives, group }, id) => {
            const signal = new AbortController()
            const reply = queue.ask({ id, group }, signal.signal).catch(() => -1)
            if (gives) signal.abort()
            return reply
          }),
        )
        expect(replies).toEqual(moves.map(({ gives }, id) => (gives ? -1 : id)))
        expect([queue.nRunning, queue.nWaiting]).toEqual([0, 0])
      }),
      { numRuns: 40 },
    )
  })
})
