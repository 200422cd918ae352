import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Engine, mergeAdapter, readSafetensors, startEngine, writeSafetensors } from '../../../models/index.ts'
import { folderWith } from '../../src/temporary.ts'
import { expectClose } from '../closeTo.ts'
import { peftGolden, policyOf } from './peftGolden.ts'

let engine: Engine
beforeEach(() => {
  engine = startEngine()
})
afterEach(() => engine.close())

describe('a merged model', () => {
  it.each(['language', 'speech'] as const)(
    'gives what transformers gives with base and adapter, and is whole without either (%s)',
    async (name) => {
      const golden = peftGolden(name)
      const out = path.join(folderWith(), 'merged')
      const summary = await mergeAdapter(out, { adapter: golden.adapter, base: golden.base, dtype: 'F32' })
      expect(summary).toMatchObject({ linears: 14, replaced: name === 'language' ? 0 : 2 })
      const merged = await policyOf(golden, out, engine)
      expectClose(await merged.logProbs(golden.batch, golden), golden.logProbs, 1e-4, 'log-probability')
      expect(merged.adapter).toBeUndefined()
    },
  )

  it('has the types of its base unless told otherwise, and what no update touches keeps its bits', async () => {
    const { adapter, base } = peftGolden('language')
    const [kept, narrow] = ['kept', 'narrow'].map((name) => path.join(folderWith(), name)) as [string, string]
    const { types } = await mergeAdapter(kept, { adapter, base })
    const [merged, stored] = [readSafetensors(kept), readSafetensors(base)]
    expect(types).toEqual({ BF16: stored.tensors.size })
    for (const name of ['model.embed_tokens.weight', 'model.norm.weight', 'model.layers.0.self_attn.q_proj.bias']) {
      expect(merged.read(name)).toEqual(stored.read(name))
    }
    expect(merged.read('model.layers.0.mlp.up_proj.weight')).not.toEqual(
      stored.read('model.layers.0.mlp.up_proj.weight'),
    )
    expect(readFileSync(path.join(kept, 'config.json'), 'utf8')).toContain('"dtype": "bfloat16"')
    expect((await mergeAdapter(narrow, { adapter, base, dtype: 'F16' })).types).toEqual({ F16: stored.tensors.size })
    expect(readFileSync(path.join(narrow, 'config.json'), 'utf8')).toContain('"dtype": "float16"')
  })

  it('keeps the shards of its base, and an index that fits them', async () => {
    const golden = peftGolden('language')
    const base = shardedBase(golden.base)
    const out = path.join(folderWith(), 'merged')
    await mergeAdapter(out, { adapter: golden.adapter, base, dtype: 'F32' })
    const merged = readSafetensors(out) // refuses an index and shards that disagree
    expect(new Set([...merged.tensors.values()].map(({ file }) => path.basename(file)))).toEqual(
      new Set(['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']),
    )
    const index = JSON.parse(readFileSync(path.join(out, INDEX), 'utf8')) as { metadata: { total_size: number } }
    const bytes = [...merged.tensors.values()].reduce((sum, { byteLength }) => sum + byteLength, 0)
    expect(index.metadata.total_size).toBe(bytes)
    expectClose(
      await (await policyOf(golden, out, engine)).logProbs(golden.batch, golden),
      golden.logProbs,
      1e-4,
      'log-probability',
    )
  })
})

describe('an adapter that does not fit its base', () => {
  const { adapter, base } = peftGolden('language')
  const merging = (options: { adapter?: string; base?: string }) =>
    mergeAdapter(path.join(folderWith(), 'merged'), { adapter, base, ...options })

  it('is refused by file and tensor: of another shape, of another architecture', async () => {
    const qwen3 = path.join(base, '../qwen3')
    await expect(merging({ base: qwen3 })).rejects.toThrow(
      /adapter_model\.safetensors tensor "base_model\.model\.model\.layers\.0\.self_attn\.\w_proj\.lora_[AB]\.weight": has shape \[.*\]\. The base asks for \[/,
    )
    await expect(merging({ base: peftGolden('speech').base })).rejects.toThrow(
      /adapter_model\.safetensors tensor "base_model\.model\.model\.layers\.0\..*": has no place in the base\. Is it an adapter for another model\?/,
    )
  })

  it('is refused with the field of its config that is not computed here', async () => {
    const changed = (change: object) => {
      const folder = folderWith()
      cpSync(adapter, folder, { recursive: true })
      const file = path.join(folder, 'adapter_config.json')
      writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...change }))
      return folder
    }
    const refused = (change: object) => expect(merging({ adapter: changed(change) })).rejects
    await refused({ peft_type: 'IA3' }).toThrow(/adapter_config\.json: peft_type is "IA3"\. Read is "LORA"\./)
    await refused({ use_dora: true }).toThrow(/adapter_config\.json: use_dora is true\. Read is false\./)
    await refused({ lora_alpha: '16' }).toThrow(/adapter_config\.json: lora_alpha is "16"\. It must be a number\./)
  })

  it('is refused with the tensor that is no number, in the adapter and in the base', async () => {
    const folder = folderWith()
    cpSync(adapter, folder, { recursive: true })
    withNaN(path.join(folder, 'adapter_model.safetensors'), 'base_model.model.model.layers.1.mlp.up_proj.lora_B.weight')
    await expect(merging({ adapter: folder })).rejects.toThrow(
      /adapter_model\.safetensors tensor "base_model\.model\.model\.layers\.1\.mlp\.up_proj\.lora_B\.weight": holds NaN at place 5\./,
    )
    const broken = folderWith()
    cpSync(base, broken, { recursive: true })
    withNaN(path.join(broken, 'model.safetensors'), 'model.layers.0.input_layernorm.weight')
    await expect(merging({ base: broken })).rejects.toThrow(
      /model\.safetensors tensor "model\.layers\.0\.input_layernorm\.weight": holds NaN at place 5\./,
    )
  })

  it('is refused when a base lacks a shard', async () => {
    const sharded = shardedBase(base)
    rmSync(path.join(sharded, 'model-00002-of-00002.safetensors'))
    await expect(merging({ base: sharded })).rejects.toThrow(/model-00002-of-00002\.safetensors: cannot be opened/)
  })
})

const INDEX = 'model.safetensors.index.json'

/** A copy of a base whose weights lie in two shards. */
function shardedBase(base: string): string {
  const folder = folderWith({ 'config.json': readFileSync(path.join(base, 'config.json')) })
  const stored = readSafetensors(base)
  const names = [...stored.tensors.keys()]
  const map: Record<string, string> = {}
  for (const shard of [1, 2]) {
    const own = names.filter((_, i) => i % 2 === shard - 1)
    const file = `model-0000${shard}-of-00002.safetensors`
    const tensors = own.map((name) => {
      map[name] = file
      return [name, { shape: stored.tensors.get(name)!.shape, data: stored.read(name), dtype: 'BF16' }] as const
    })
    writeSafetensors(path.join(folder, file), new Map(tensors))
  }
  writeFileSync(path.join(folder, INDEX), JSON.stringify({ metadata: {}, weight_map: map }))
  return folder
}

/** Makes one number of a tensor no number. */
function withNaN(file: string, name: string): void {
  const stored = readSafetensors(file)
  const tensors = [...stored.tensors.values()].map(({ name: own, shape }) => {
    const data = stored.read(own)
    if (own === name) data[5] = Number.NaN
    return [own, { shape, data }] as const
  })
  writeSafetensors(file, new Map(tensors))
}
