import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { asApiError } from '../../../src/serve/errors.ts'
import { heldBytes } from '../../../src/serve/heldBytes.ts'

function heldApp(most: number) {
  const app = new Hono()
  const ends: (() => void)[] = []
  app.onError((error, c) => c.json(asApiError(error).body, asApiError(error).status))
  app.use(heldBytes(most, 50))
  app.post('/', async (c) => {
    await new Promise<void>((resolve) => ends.push(resolve))
    return c.text('ok')
  })
  app.get('/', (c) => c.text('ok'))
  const post = async (size?: number) =>
    (await app.request('/', { method: 'POST', headers: size === undefined ? {} : { 'content-length': String(size) } }))
      .status
  return { app, post, ends }
}

describe('the bytes of bodies under way', () => {
  it('refuses the body that would exceed them, and takes it when another is done', async () => {
    const { app, post, ends } = heldApp(100)
    const first = post(80)
    await Promise.resolve()
    expect(await post(30)).toBe(429)
    expect((await app.request('/')).status).toBe(200)
    ends[0]!()
    expect(await first).toBe(200)
    const next = post(30)
    await Promise.resolve()
    ends[1]!()
    expect(await next).toBe(200)
  })

  it('counts the most there may be for a body that does not say its length', async () => {
    const { post, ends } = heldApp(100)
    const two = [post(), post()]
    await Promise.resolve()
    expect(await post()).toBe(429)
    for (const end of ends) end()
    expect(await Promise.all(two)).toEqual([200, 200])
  })

  it('takes a body that alone is longer than all: the limit of one body is another’s matter', async () => {
    const { post, ends } = heldApp(100)
    const only = post(1000)
    await Promise.resolve()
    ends[0]!()
    expect(await only).toBe(200)
  })
})
