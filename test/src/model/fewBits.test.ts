import { mkdirSync, readdirSync, rmSync, utimesSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { importGguf, startEngine } from '../../../models/index.ts'
import { openWithAdapter } from '../../../src/adapters/openWithAdapter.ts'
import { openModel } from '../../../src/model/modelFolder.ts'
import { quantisedLine, trainableLines } from '../../../src/model/trainable.ts'
import { adapterSchema } from '../../../src/recipe/adapter.ts'
import { folderToRemove } from '../temporary.ts'

const gguf = path.join(import.meta.dirname, '../../goldens/data/gguf/llama.gguf')
const home = folderToRemove()
const base = path.join(home, 'base')
const cache = path.join(home, 'cache')

beforeAll(async () => {
  vi.stubEnv('RUBATO_CACHE', cache)
  mkdirSync(home, { recursive: true })
  await importGguf(gguf, base)
}, 60_000)
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(home, { recursive: true, force: true })
})

const ids = [5, 9, 21, 40, 33, 8, 7, 12]
const asked = {
  batch: { audios: [], sequences: [{ ids, audios: [] }] },
  tokens: ids.slice(1).map((_, i) => ({ sequence: 0, position: i + 1 })),
}

/** What a base thinks of a text beside an adapter that changes nothing yet, its line on bits, and its greedy answer. */
async function opened(quantise: 4 | 8 | null) {
  const engine = startEngine()
  try {
    const { policy } = await openWithAdapter(base, adapterSchema.parse({ quantise }), engine, 1)
    const rows = [{ prompt: 0, seed: 1 }]
    const sampled = { rows, maxNewTokens: 6, stopIds: [], sampling: { temperature: 0 } }
    const [answer] = await policy.generate({ batch: asked.batch, ...sampled })
    const whole = [...ids, ...answer!.completionIds]
    const again = await policy.logProbs(
      { audios: [], sequences: [{ ids: whole, audios: [] }] },
      { tokens: answer!.completionIds.map((_, i) => ({ sequence: 0, position: ids.length + i })) },
    )
    const gap = Math.max(...again.map((value, i) => Math.abs(value - answer!.logProbs[i]!)))
    return { logProbs: await policy.logProbs(asked.batch, asked), said: trainableLines(policy).at(-1)!, gap }
  } finally {
    await engine.close()
  }
}

describe('a base that is held in few bits', () => {
  it('is close to itself, closer in 8 bits than in 4, and says how far its weights are off', async () => {
    const [exact, eight, four] = [await opened(null), await opened(8), await opened(4)]
    const off = ({ logProbs }: typeof exact) =>
      Math.max(...logProbs.map((value, i) => Math.abs(value - exact.logProbs[i]!)))
    expect(off(eight)).toBeGreaterThan(0)
    expect(off(eight)).toBeLessThan(off(four) / 4)
    expect(eight.said).toMatch(
      /^holds \d+ linears in 8 bits, off by 0\.\d\d % of their size, at most 0\.\d\d % \(model\./,
    )
    expect(four.said).toMatch(
      /^holds \d+ linears in 4 bits, off by \d\.\d % of their size, at most \d+\.\d % \(model\./,
    )
    expect(exact.said).toMatch(/^trains all/)
  })

  it('samples what it trains: both read the same codes', async () => {
    expect((await opened(4)).gap).toBeLessThan(1e-4)
  })

  it('answers when it is only asked as it does in training: the same codes', async () => {
    for (const quantise of [4, 8] as const) {
      const engine = startEngine()
      const said: string[] = []
      try {
        const options = { frozen: true, quantise, onNotice: (line: string) => said.push(line) }
        const { policy } = await openModel(base, engine, options)
        expect(await policy.logProbs(asked.batch, asked)).toEqual((await opened(quantise)).logProbs)
        expect(said.at(-1)).toMatch(new RegExp(`^holds 12 linears in ${quantise} bits, off by .*; 2 stay as they are`))
      } finally {
        await engine.close()
      }
    }
  })

  it('is told where no linear fits into blocks', () => {
    expect(quantisedLine(new Map(), 3)).toBe(
      'holds none of 3 linears in few bits: no row is a whole number of blocks of 32',
    )
  })

  it('is made once, and anew when the model’s file has changed', async () => {
    const made = () => readdirSync(path.join(cache, 'quantised')).length
    const before = made()
    await opened(4)
    expect(made()).toBe(before)
    utimesSync(path.join(base, 'model.safetensors'), new Date(), new Date(Date.now() + 5000))
    await opened(4)
    expect(made()).toBe(before + 1)
  })
})
