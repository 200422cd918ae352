import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { sharedBase, startEngine } from '../../../models/index.ts'
import { mergeAdapterFolder } from '../../../src/adapters/mergeAdapter.ts'
import { openChat } from '../../../src/chat.ts'
import { openModel } from '../../../src/model/modelFolder.ts'
import { expectClose } from '../../models/closeTo.ts'
import { saveAdapter as saveAdapterOf, saveBase } from '../adapters/savedAdapter.ts'
import { folderToRemove, folderWith } from '../temporary.ts'

const home = folderToRemove()
const base = path.join(home, 'models/base')
const adapter = path.join(home, 'adapters/mine')
afterAll(() => rmSync(home, { recursive: true, force: true }))

const saveAdapter = (folder: string, named: string) => saveAdapterOf(folder, base, named)

beforeAll(async () => {
  await saveBase(base)
  saveAdapter(adapter, '../../models/base')
}, 60_000)

const ids = [5, 9, 21, 40, 33, 8, 7, 12]
const asked = {
  batch: { audios: [], sequences: [{ ids, audios: [] }] },
  tokens: ids.slice(1).map((_, i) => ({ sequence: 0, position: i + 1 })),
}

/** What a model thinks of a text, in an engine of its own. */
async function logProbsOf(model: string, options?: Parameters<typeof openModel>[2]): Promise<Float32Array> {
  const engine = startEngine()
  try {
    return await (await openModel(model, engine, options)).policy.logProbs(asked.batch, asked)
  } finally {
    await engine.close()
  }
}

describe('an adapter’s folder', () => {
  it('opens beside the base that its config names, as the model that a merge of the two is', async () => {
    const merged = path.join(folderWith(), 'merged')
    const summary = await mergeAdapterFolder({ adapter, out: merged })
    expect(summary).toMatchObject({ base, linears: 14, parameters: 12_448 })
    const found = await logProbsOf(adapter)
    expectClose(await logProbsOf(merged), found, 1e-4, 'log-probability')
    const bare = await logProbsOf(base)
    expect(Math.max(...bare.map((value, i) => Math.abs(value - found[i]!)))).toBeGreaterThan(0.1)
  })

  it('opens beside the base that is given, wherever its own has gone', async () => {
    const folder = folderWith()
    const [moved, alone] = [path.join(folder, 'moved'), path.join(folder, 'alone')]
    cpSync(base, moved, { recursive: true })
    saveAdapter(alone, '/nowhere/base')
    await expect(logProbsOf(alone)).rejects.toThrow(
      `${alone}/adapter_config.json: base_model_name_or_path is "/nowhere/base", and there is no such folder. Give the base with --base.`,
    )
    expect(await logProbsOf(alone, { base: moved })).toEqual(await logProbsOf(adapter))
  })

  it('opens beside a base of the hub', async () => {
    const cache = folderWith({ 'models--someone--base/refs/main': 'abc' })
    cpSync(base, path.join(cache, 'models--someone--base/snapshots/abc'), { recursive: true })
    const folder = path.join(folderWith(), 'adapter')
    saveAdapter(folder, 'someone/base')
    vi.stubEnv('HF_HUB_CACHE', cache)
    vi.stubEnv('HF_HUB_OFFLINE', '1')
    try {
      expect(await logProbsOf(folder)).toEqual(await logProbsOf(adapter))
      // An adapter of the hub has no config.json.
      cpSync(folder, path.join(cache, 'models--someone--adapter/snapshots/def'), { recursive: true })
      mkdirSync(path.join(cache, 'models--someone--adapter/refs'))
      writeFileSync(path.join(cache, 'models--someone--adapter/refs/main'), 'def')
      expect(await logProbsOf('someone/adapter')).toEqual(await logProbsOf(adapter))
    } finally {
      vi.unstubAllEnvs()
    }
  })

  it('is talked with', async () => {
    const chat = await openChat({ model: adapter, maxCompletionTokens: 6 })
    try {
      const question = [{ role: 'user' as const, content: 'the cat' }]
      expect(await chat.answer(question)).toBe(await chat.answer(question))
    } finally {
      await chat.close()
    }
  })

  it('is open beside others and the base in one engine, which reads the base once', async () => {
    const other = path.join(home, 'adapters/other')
    saveAdapterOf(other, base, '../../models/base', 3)
    const engine = startEngine()
    try {
      const share = sharedBase(engine)
      const held: number[] = []
      for (const model of [adapter, base, other, adapter]) {
        const { policy } = await openModel(model, engine, { frozen: true, share })
        expect(await policy.logProbs(asked.batch, asked)).toEqual(await logProbsOf(model, { frozen: true }))
        held.push((await engine.memory()).arrays)
      }
      expect(held[1]).toBe(held[0])
      expect(held[2]! - held[1]!).toBe(1.5 * (held[3]! - held[2]!)) // rank 3 and rank 2 again
    } finally {
      await engine.close()
    }
  })

  it('is no base of another, and a model without one takes no base', async () => {
    const folder = path.join(folderWith(), 'second')
    saveAdapter(folder, adapter)
    await expect(logProbsOf(folder)).rejects.toThrow(/the base is an adapter itself\. Merge it into its own base first/)
    await expect(logProbsOf(base, { base })).rejects.toThrow(/is no adapter, so it stands beside no base/)
    await expect(mergeAdapterFolder({ adapter: base, out: path.join(folder, 'out') })).rejects.toThrow(
      /a model, no adapter \(adapter_config\.json\): there is nothing to merge/,
    )
    await expect(mergeAdapterFolder({ adapter, out: base })).rejects.toThrow(/exists already/)
  })
})
