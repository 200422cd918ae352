import { closeSync, ftruncateSync, openSync, readFileSync, symlinkSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import {
  fromConfigJson,
  mapTensors,
  Policy,
  readSafetensors,
  startEngine,
  toConfigJson,
  trainTokenizer,
  writeSafetensors,
} from '../../../models/index.ts'
import { openModel } from '../../../src/model/modelFolder.ts'
import { folderWith } from '../temporary.ts'

const golden = path.join(import.meta.dirname, '../../goldens/data/decoders/yarn')
const { config } = fromConfigJson(JSON.parse(readFileSync(path.join(golden, 'config.json'), 'utf8')), golden)
const engine = startEngine()
afterAll(() => engine.close())

/** A decoder's folder without its weights. */
function folderOf(language: typeof config.language): string {
  const files = trainTokenizer(['a dog barks'], { vocab: 270 })
  return folderWith({
    'config.json': JSON.stringify({ ...toConfigJson({ audio: null, language }, -1), eos_token_id: 2 }),
    'tokenizer.json': JSON.stringify(files.tokenizer),
    'tokenizer_config.json': JSON.stringify(files.config),
  })
}

describe('weights that stay in their files', () => {
  const prompts = (() => {
    const expected = readSafetensors(path.join(golden, 'expected.safetensors'))
    const ids = [...expected.read('ids').subarray(0, 24)]
    return { ids, tokens: [...expected.read('greedy/tokens').subarray(0, 64)] }
  })()
  const answerOf = async (policy: Policy) => {
    const batch = { audios: [], sequences: [{ ids: prompts.ids, audios: [] }] }
    const asked = { rows: [{ prompt: 0, seed: 0 }], maxNewTokens: 64, stopIds: [], sampling: { temperature: 0 } }
    return (await policy.generate({ batch, ...asked }))[0]!.completionIds
  }

  it.each(['BF16', 'F32'] as const)(
    'give what loaded ones give: transformers’ greedy tokens, from %s',
    async (dtype) => {
      const stored = readSafetensors(golden)
      const folder = folderOf(config.language)
      const tensors = [...stored.tensors.values()].map(
        ({ name, shape }) => [name, { shape, data: stored.read(name), dtype }] as const,
      )
      writeSafetensors(path.join(folder, 'model.safetensors'), new Map(tensors))
      // As Hugging Face's cache has it: the folder holds links into another one.
      const links = folderWith()
      symlinkSync(path.join(folder, 'model.safetensors'), path.join(links, 'model.safetensors'))
      const mapped = mapTensors([...readSafetensors(links).tensors.values()])
      const own = startEngine()
      try {
        const policy = new Policy({ config, engine: own, audioId: -1, padId: 0, mapped })
        expect(await answerOf(policy)).toEqual(prompts.tokens)
        expect((await own.memory()).arrays).toBe(0)
      } finally {
        await own.close()
      }
    },
  )

  it('of two files in two folders are both found', () => {
    const folder = folderWith()
    const one = folderWith()
    writeSafetensors(path.join(folder, 'a.safetensors'), new Map([['a', { shape: [1], data: Float32Array.of(1) }]]))
    writeSafetensors(path.join(one, 'b.safetensors'), new Map([['b', { shape: [1], data: Float32Array.of(2) }]]))
    const stored = [folder, one].flatMap((place, i) => [
      ...readSafetensors(path.join(place, `${'ab'[i]}.safetensors`)).tensors.values(),
    ])
    const mapped = mapTensors(stored)
    for (const { location } of mapped.tensors.values()) {
      expect(location.startsWith('..')).toBe(false)
      expect(readFileSync(path.join(mapped.folder, location)).length).toBeGreaterThan(0)
    }
  })
})

describe('a folder of 7 B parameters', () => {
  const language = {
    ...config.language,
    vocab: 32_000,
    hidden: 4096,
    nLayers: 32,
    nHeads: 32,
    nKvHeads: 32,
    ffn: 11_008,
    qkvBias: false,
  }
  it('is opened within a second, and its weights are not read', async () => {
    const folder = folderOf(language)
    const shapes = new Policy({ config: { audio: null, language }, engine, audioId: -1, padId: 0 }).parameters
    writeSparse(path.join(folder, 'model.safetensors'), shapes)
    await engine.memory() // the thread runs
    const before = (await engine.memory()).rss
    const started = performance.now()
    const { policy } = await openModel(folder, engine, { frozen: true })
    expect(performance.now() - started).toBeLessThan(1000)
    expect(policy.nParameters).toBeGreaterThan(6.7e9)
    expect((await engine.memory()).rss - before).toBeLessThan(100e6)
  })
})

/** A checkpoint of zeros that takes no room on the disk. */
function writeSparse(file: string, shapes: ReadonlyMap<string, readonly number[]>): void {
  let end = 0
  const header = [...shapes].map(([name, shape]) => {
    const begin = end
    end += 4 * shape.reduce((product, n) => product * n, 1)
    return [name, { dtype: 'F32', shape, data_offsets: [begin, end] }]
  })
  const json = Buffer.from(JSON.stringify(Object.fromEntries(header)))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(json.length))
  writeFileSync(file, '')
  const descriptor = openSync(file, 'r+')
  writeSync(descriptor, Buffer.concat([length, json]))
  ftruncateSync(descriptor, 8 + json.length + end)
  closeSync(descriptor)
}
