import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSafetensors, startEngine } from '../../../models/index.ts'
import { mergeAdapterFolder } from '../../../src/adapters/mergeAdapter.ts'
import { estimate } from '../../../src/estimate.ts'
import { evaluateModel } from '../../../src/evaluateModel.ts'
import { infoOf } from '../../../src/info.ts'
import { openModel } from '../../../src/model/modelFolder.ts'
import { silentProgress } from '../../../src/progress/index.ts'
import { readRecipe } from '../../../src/recipe/index.ts'
import { startServer } from '../../../src/serve/serve.ts'
import { trainRun } from '../../../src/train/index.ts'
import { folderToRemove, jsonLines } from '../temporary.ts'
import { rubato, tinyFiles, trainTiny } from '../tinyRun.ts'

const SECONDS = 1000 // milliseconds
const RECIPE = `name: adapted
seed: 3
model: run
adapter: { rank: 4, dropout: 0.1, towers: [encoder, decoder], targets: [q_proj, v_proj, "mlp.*", fc1], train_whole: [projector] }
clips: { max_seconds: 1 }
stages:
  - sft: { data: taught.jsonl, steps: 3, batch: 4, gradient_accumulation: 2, learning_rate: 1.0e-2, save_every: 2 }
  - preference: { data: pairs.jsonl, steps: 2, batch: 2, learning_rate: 1.0e-3, save_every: 1 }
  - rl: { data: asked.jsonl, steps: 3, prompts: 2, group: 4, learning_rate: 1.0e-2, max_completion_tokens: 8, loss: { kl: 0.01 }, save_every: 2 }
`

const folder = folderToRemove({
  ...tinyFiles(),
  'pairs.jsonl': jsonLines(
    ...[0, 1, 2, 3].map((i) => ({
      prompt: [{ role: 'user', content: [{ type: 'audio', path: `clips/${i}.wav` }] }],
      chosen: [{ role: 'assistant', content: 'a low sound' }],
      rejected: [{ role: 'assistant', content: `a noise ${i}` }],
    })),
  ),
  'adapted.yaml': RECIPE,
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (...names: string[]) => path.join(folder, ...names)

const notes: string[] = []
const train = (recipe: string, run: string, overrides: readonly string[] = []) =>
  trainRun({
    recipeFile: at(recipe),
    overrides,
    runFolder: at(run),
    progress: { ...silentProgress, note: (line) => notes.push(line) },
  })

beforeAll(async () => {
  await trainTiny(folder, [
    'eval=[]',
    'stages=[{sft: {data: taught.jsonl, steps: 5, batch: 4, learning_rate: 1.0e-2}}]',
  ])
  await train('adapted.yaml', 'whole')
}, 240 * SECONDS)

/** A run's steps, without the clock's figures. */
const steps = (run: string): unknown[] =>
  readFileSync(at(run, 'metrics.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const entries = Object.entries(JSON.parse(line) as Record<string, unknown>)
      return Object.fromEntries(entries.filter(([key]) => !/time|seconds/.test(key)))
    })

describe('a run with an adapter', () => {
  it('saves the adapter alone, in its end and in its checkpoints, with the base it stands beside', () => {
    const saved = at('whole/checkpoints', readdirSync(at('whole/checkpoints')).sort().at(-1)!)
    for (const place of [at('whole'), saved]) {
      expect(existsSync(path.join(place, 'model.safetensors'))).toBe(false)
      const { tensors } = readSafetensors(path.join(place, 'adapter_model.safetensors'))
      const names = [...tensors.keys()].map((name) => name.replace('base_model.model.', ''))
      expect(names).toContain('model.language_model.layers.0.self_attn.q_proj.lora_A.weight')
      expect(names).toContain('model.audio_tower.layers.0.fc1.lora_B.weight')
      expect(names).toContain('model.multi_modal_projector.linear.weight')
      expect(names.filter((name) => name.includes('lora_')).length).toBe(2 * (3 + 5))
    }
    expect(JSON.parse(readFileSync(at('whole/adapter_config.json'), 'utf8'))).toMatchObject({
      base_model_name_or_path: at('run'),
      r: 4,
      lora_alpha: 8,
      lora_dropout: 0.1,
      modules_to_save: ['multi_modal_projector'],
    })
    const state = readSafetensors(path.join(saved, 'optimiser.safetensors'))
    expect(state.tensors.size).toBe(2 * (2 * (3 + 5) + 2))
  })

  it('says what it trains, by tower, and trains all of it', async () => {
    expect(notes.filter((line) => line.startsWith('trains')).slice(0, 4)).toEqual([
      expect.stringMatching(/^trains encoder +\d[\d,]* of +[\d,]+ parameters \(\d+\.\d %\)$/),
      expect.stringMatching(/^trains projector +(\d[\d,]*) of +\1 parameters \(100\.0 %\)$/),
      expect.stringMatching(/^trains decoder /),
      expect.stringMatching(/^trains all /),
    ])
    const engine = startEngine()
    try {
      const { policy } = await openModel(at('whole'), engine)
      const base = readSafetensors(at('run'))
      for (const [name, data] of await policy.adapterWeights()) {
        if (name.endsWith('lora_B.weight'))
          expect(
            data.some((value) => value !== 0),
            name,
          ).toBe(true)
        else if (!name.includes('lora_')) expect(data, name).not.toEqual(base.read(name))
      }
    } finally {
      await engine.close()
    }
  })

  it(
    'that is killed and resumed ends in the same bits as one that never stopped',
    async () => {
      const words = ['train', 'adapted.yaml', '--json', '--run', 'killed']
      const { signal } = await rubato(words, {
        cwd: folder,
        onOutput: (text, kill) => /"stage":"rl".*"done":1\b/.test(text) && kill('SIGKILL'),
      })
      expect(signal).toBe('SIGKILL')
      const { code, err } = await rubato([...words, '--resume'], { cwd: folder })
      expect([code, err]).toEqual([0, ''])
      expect(steps('killed')).toEqual(steps('whole'))
      for (const file of [
        'adapter_model.safetensors',
        'adapter_config.json',
        'checkpoints/step-8/optimiser.safetensors',
      ]) {
        expect(readFileSync(at('killed', file)).equals(readFileSync(at('whole', file))), file).toBe(true)
      }
    },
    240 * SECONDS,
  )

  it('is gone on with by a recipe that names it as its model', async () => {
    writeFileSync(
      at('further.yaml'),
      'name: further\nmodel: whole\nstages: [{ sft: { data: taught.jsonl, steps: 1, batch: 2 } }]\nclips: { max_seconds: 1 }\n',
    )
    await train('further.yaml', 'further')
    const config = (run: string) => JSON.parse(readFileSync(at(run, 'adapter_config.json'), 'utf8')) as unknown
    expect(config('further')).toEqual(config('whole'))
    await expect(train('further.yaml', 'twice', ['adapter={}'])).rejects.toThrow(
      /whole is an adapter, which goes on being trained as it is\. Leave adapter out, or merge it first/,
    )
  })

  it('is told of by info, and by the estimate of its recipe', async () => {
    const about = await infoOf(at('whole'))
    expect(about.Adapter).toMatchObject({ base: at('run'), updates: 'rank 4, alpha 8', dropout: 0.1 })
    expect(about.Adapter!.encoder).toMatch(/^[\d,]+ in 3 linears$/)
    expect(about.Adapter!.projector).toBe('544 in 2 tensors whole')
    const said = (await infoOf(at('adapted.yaml'))).Recipe!.adapter
    expect(said).toBe('LoRA, rank 4, alpha 8, on q_proj, v_proj, mlp.*, fc1 of encoder, decoder; whole: projector')
    const { trains, parameters } = await estimate(await readRecipe(at('adapted.yaml')))
    expect(trains).toMatch(/^encoder \S+ k? ?of .*, projector \S+ k? ?of .*, decoder \S+ k? ?of .*$/)
    expect(parameters).toMatch(/^[\d.]+ k \(/)
  })

  it('is evaluated against its base, and against itself, and no other model', async () => {
    const options = {
      model: at('whole'),
      data: at('asked.jsonl'),
      controls: ['none'] as const,
      limit: 2,
      maxCompletionTokens: 6,
      answersPerSample: 2,
    }
    const novelty = async (reference: string) => {
      const [record] = await evaluateModel({ ...options, reference })
      return record!.analysis!.novelty!.median
    }
    expect(await novelty(at('whole'))).toBeCloseTo(1, 3)
    expect(Math.abs((await novelty(at('run'))) - 1)).toBeGreaterThan(1e-3)
    await expect(evaluateModel({ ...options, model: at('run'), reference: at('whole') })).rejects.toThrow(
      /whole: is an adapter, the model is none\. Merge it first/,
    )
  })

  it('is served beside its base', async () => {
    const server = await startServer({ models: [at('run'), at('whole')], base: at('run'), port: 0 })
    try {
      const asked = { model: 'whole', messages: [{ role: 'user', content: 'what?' }], max_tokens: 4 }
      const reply = await fetch(`${server.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(asked),
      })
      expect(reply.status).toBe(200)
      expect(await reply.json()).toMatchObject({ model: 'whole', choices: [{ message: { role: 'assistant' } }] })
    } finally {
      await server.close()
    }
  })

  it('is merged into its base, and is a base itself then', async () => {
    const merged = await mergeAdapterFolder({ adapter: at('whole'), out: at('merged') })
    expect(merged).toMatchObject({ base: at('run'), linears: 8, replaced: 2 })
    const engine = startEngine()
    try {
      expect((await openModel(at('merged'), engine)).policy.adapter).toBeUndefined()
    } finally {
      await engine.close()
    }
  })
})

describe('a recipe whose adapter does not fit', () => {
  it.each([
    [
      'adapter.targets=[q_prj]',
      /adapter\.targets: no linear of encoder, decoder is called "q_prj".*Did you mean "q_proj"\?/,
    ],
    ['adapter.train_whole=[encoder]', /adapter\.train_whole.*: encoder trains whole and would get updates as well/],
    ['adapter.rnk=4', /unknown key.*"rank"|"rank"/],
    [
      'stages[0].sft.freeze=[encoder, projector, decoder]',
      /stages\[0\]\.sft\.freeze: encoder, projector, decoder, so nothing would train\./,
    ],
    [
      'stages=[{reward: {data: pairs.jsonl, steps: 1}}]',
      /stages\[0\]\.reward: trains a reward head, which an adapter has no place for/,
    ],
    [
      'model={audio: {width: 16, layers: 1, heads: 2}, language: {hidden: 32, layers: 1, heads: 2}}',
      /stands beside a model that has learnt/,
    ],
  ])('is refused by key: %s', async (override, message) => {
    await expect(train('adapted.yaml', 'refused', [override])).rejects.toThrow(message)
    expect(existsSync(at('refused'))).toBe(false)
  })
})
