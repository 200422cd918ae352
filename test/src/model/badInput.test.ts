import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CheckpointError, type Engine, readSafetensors, startEngine, writeSafetensors } from '../../../models/index.ts'
import { openModel } from '../../../src/model/modelFolder.ts'
import { composeGolden } from '../../goldens/composed.ts'
import { folderToRemove, folderWith } from '../temporary.ts'

const home = folderToRemove()
const [language, hearing] = [path.join(home, 'language'), path.join(home, 'composed')]
let engine: Engine
beforeAll(async () => {
  engine = startEngine()
  await composeGolden(home)
}, 60_000)
afterAll(async () => {
  await engine.close()
  rmSync(home, { recursive: true, force: true })
})

type Tensors = Parameters<typeof writeSafetensors>[1]

/** A copy of a model whose files were changed. */
function changed(model: string, change: (folder: string) => void): string {
  const folder = path.join(folderWith(), 'model')
  cpSync(model, folder, { recursive: true })
  change(folder)
  return folder
}

/** Writes the weights anew, in two shards, after they were changed. */
function reshard(folder: string, change: (name: string, data: Float32Array, shape: readonly number[]) => object): void {
  const file = path.join(folder, 'model.safetensors')
  const stored = readSafetensors(file)
  const map: Record<string, string> = {}
  const shards = [1, 2].map((n) => [`model-0000${n}-of-00002.safetensors`, new Map()] as const)
  for (const [i, { name, shape }] of [...stored.tensors.values()].entries()) {
    const [shard, tensors] = shards[i % 2]!
    map[name] = shard
    tensors.set(name, { shape, data: stored.read(name), ...change(name, stored.read(name), shape) })
  }
  for (const [shard, tensors] of shards) writeSafetensors(path.join(folder, shard), tensors as Tensors)
  writeFileSync(path.join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: map }))
  rmSync(file)
}

function reconfigure(folder: string, change: (json: Record<string, unknown>) => object): void {
  const file = path.join(folder, 'config.json')
  writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>)))
}

const MATRIX = 'model.layers.0.mlp.up_proj.weight'
const NORM = 'model.layers.1.input_layernorm.weight'

const cases: [string, () => string, RegExp][] = [
  [
    'a shard is missing',
    () =>
      changed(language, (folder) => {
        reshard(folder, () => ({}))
        rmSync(path.join(folder, 'model-00002-of-00002.safetensors'))
      }),
    /model-00002-of-00002\.safetensors: cannot be opened \(ENOENT/,
  ],
  [
    'a tensor has another shape',
    () => changed(language, (folder) => reconfigure(folder, (json) => ({ ...json, intermediate_size: 40 }))),
    /\/model\.safetensors tensor "model\.layers\.0\.mlp\.gate_proj\.weight": has shape \[24, 32\]\. The model asks for \[40, 32\]\./,
  ],
  [
    'a tensor is missing',
    () => changed(language, (folder) => reconfigure(folder, (json) => ({ ...json, num_hidden_layers: 3 }))),
    /tensor "model\.layers\.2\.input_layernorm\.weight": not in this checkpoint of 20 tensors\. Did you mean "model\.layers\.[01]\.input_layernorm\.weight"\?/,
  ],
  [
    'a weight is no number',
    () =>
      changed(language, (folder) =>
        reshard(folder, (name, data) => (name === MATRIX ? { data: data.fill(Number.NaN, 7, 8) } : {})),
      ),
    /-of-00002\.safetensors tensor "model\.layers\.0\.mlp\.up_proj\.weight": holds NaN at place 7\. Every weight must be a finite number\./,
  ],
  [
    'the tokenizer is another model’s',
    () =>
      changed(language, (folder) => cpSync(path.join(hearing, 'tokenizer.json'), path.join(folder, 'tokenizer.json'))),
    /\/tokenizer\.json: has ids up to \d+, and vocab_size in config\.json is \d+\. Are they of one model\?/,
  ],
  [
    'a model that hears has the config of one that does not',
    () =>
      changed(hearing, (folder) =>
        reconfigure(folder, ({ text_config }) => ({
          ...(text_config as object),
          architectures: ['LlamaForCausalLM'],
          eos_token_id: 2,
        })),
      ),
    /\/config\.json: architectures is that of a model that hears nothing, and the weights hold "audio_tower\./,
  ],
  [
    'a model that hears nothing has the config of one that does',
    () =>
      changed(hearing, (folder) => {
        const file = path.join(folder, 'model.safetensors')
        const stored = readSafetensors(file)
        const left = [...stored.tensors.values()].filter(({ name }) => !name.startsWith('audio_tower.'))
        writeSafetensors(file, new Map(left.map(({ name, shape }) => [name, { shape, data: stored.read(name) }])))
      }),
    /\/config\.json: architectures says that the model hears, and no weight is called audio_tower\./,
  ],
  [
    'a config has no audio_config',
    () => changed(hearing, (folder) => reconfigure(folder, ({ audio_config: _, ...json }) => json)),
    /\/config\.json: audio_config is undefined, expected an object\./,
  ],
]

describe('a model folder is refused by file and field where', () => {
  it.each(cases)('%s', async (_, make, message) => {
    await expect(openModel(make(), engine)).rejects.toThrow(message)
  })

  it('a weight that stays in its file is no number, which its norms tell', async () => {
    const folder = changed(language, (folder) =>
      reshard(folder, (name, data) => (name === NORM ? { data: data.fill(Number.POSITIVE_INFINITY, 0, 1) } : {})),
    )
    const opened = openModel(folder, engine, { frozen: true })
    await expect(opened).rejects.toThrow(CheckpointError)
    await expect(opened).rejects.toThrow(
      /tensor "model\.layers\.1\.input_layernorm\.weight": holds Infinity at place 0\./,
    )
  })
})
