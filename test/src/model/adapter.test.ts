import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Adapter, importGguf, linearsOf, startEngine, writeAdapter } from '../../../models/index.ts'
import { mergeAdapterFolder } from '../../../src/adapters/mergeAdapter.ts'
import { openChat } from '../../../src/chat.ts'
import { configOf, openModel } from '../../../src/model/modelFolder.ts'
import { expectClose } from '../../models/closeTo.ts'
import { folderToRemove, folderWith } from '../temporary.ts'

const gguf = path.join(import.meta.dirname, '../../goldens/data/gguf/llama.gguf')
const home = folderToRemove()
const base = path.join(home, 'models/base')
const adapter = path.join(home, 'adapters/mine')
afterAll(() => rmSync(home, { recursive: true, force: true }))

/** An adapter whose updates are not 0, in its folder. */
function saveAdapter(folder: string, named: string): void {
  const config = configOf(base)
  const linears = new Map([...linearsOf(config).keys()].map((module) => [module, { rank: 2, alpha: 8 }]))
  const own: Adapter = { linears, rsLora: false, dropout: 0, trainFully: [] }
  const shapes = new Map<string, readonly number[]>()
  for (const [module, [nOut, nIn]] of linearsOf(config)) {
    shapes.set(`${module}.lora_A.weight`, [2, nIn]).set(`${module}.lora_B.weight`, [nOut, 2])
  }
  const weights = new Map(
    [...shapes].map(([name, [rows, columns]]) => [
      name,
      Float32Array.from({ length: rows! * columns! }, (_, i) => 0.4 * Math.sin(i * i + name.length)),
    ]),
  )
  mkdirSync(folder, { recursive: true })
  writeAdapter(folder, { adapter: own, weights, shapes, config, base: named })
}

beforeAll(async () => {
  mkdirSync(path.dirname(base), { recursive: true })
  await importGguf(gguf, base)
  saveAdapter(adapter, '../../models/base')
}, 60_000)

const ids = [5, 9, 21, 40, 33, 8, 7, 12]
const asked = {
  batch: { audios: [], sequences: [{ ids, audios: [] }] },
  tokens: ids.slice(1).map((_, i) => ({ sequence: 0, position: i + 1 })),
}

/** What a model thinks of a text, in an engine of its own, since graphs are those of one adapter. */
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
