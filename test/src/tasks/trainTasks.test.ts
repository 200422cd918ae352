import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startEngine } from '../../../models/index.ts'
import { evaluateModel } from '../../../src/evaluateModel.ts'
import { openModel } from '../../../src/model/modelFolder.ts'
import { silentProgress } from '../../../src/progress/index.ts'
import { promptStyleFields } from '../../../src/tasks/index.ts'
import { trainRun } from '../../../src/train/index.ts'
import { folderToRemove, jsonLines } from '../temporary.ts'
import { clip } from '../tinyRun.ts'

const TIMES = { low: '<|0.00|><|sil|><|0.10|>low<|0.50|>', high: '<|0.00|><|sil|><|0.10|>high<|0.50|>' } as const
const line = (kind: 'low' | 'high', task: string, answer: string) => ({
  id: `${kind}-${task}`,
  task,
  messages: [
    { role: 'user', content: [{ type: 'audio', path: `${kind}.wav` }] },
    { role: 'assistant', content: answer },
  ],
})
const RECIPE = `name: tasks
seed: 3
model:
  format: base
  audio: { width: 16, layers: 1, heads: 2, pool: 4 }
  language: { hidden: 32, layers: 1, heads: 2, kv_heads: 1, ffn: 64, vocab: 320, max_positions: 128 }
clips: { max_seconds: 1 }
data: tasks.jsonl
prompts: { style: tags }
stages: [{ sft: { steps: 110, batch: 4, learning_rate: 1.0e-2, schedule: constant } }]
eval: [{ name: words, data: { path: tasks.jsonl, prompts: { style: words } }, controls: [none], max_completion_tokens: 12 }]
`

const folder = folderToRemove({
  'recipe.yaml': RECIPE,
  'low.wav': clip('low', 1),
  'high.wav': clip('high', 1),
  'tasks.jsonl': jsonLines(
    ...(['low', 'high'] as const).flatMap((kind) => [
      line(kind, 'sound-classification', kind),
      line(kind, 'word-times', TIMES[kind]),
    ]),
  ),
})
const run = path.join(folder, 'run')
beforeAll(async () => {
  await trainRun({ recipeFile: path.join(folder, 'recipe.yaml'), runFolder: run, progress: silentProgress })
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const json = (file: string) => JSON.parse(readFileSync(file, 'utf8'))
const ask = (options: object) =>
  evaluateModel({
    model: run,
    data: path.join(folder, 'tasks.jsonl'),
    controls: ['none'],
    maxCompletionTokens: 12,
    prompts: promptStyleFields.parse({ style: 'tags' }),
    ...options,
  })

describe('a model trained on tasks in the base format', () => {
  it('answers the same clip by its tags, times included, and each task is measured by its own figures', async () => {
    const answersFile = path.join(folder, 'answers.jsonl')
    const [record] = await ask({ answersFile })
    const answers = readFileSync(answersFile, 'utf8')
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text))
    expect(Object.fromEntries(answers.map(({ sample_id, completion }) => [sample_id, completion]))).toEqual({
      'low-sound-classification': 'low',
      'low-word-times': TIMES.low,
      'high-sound-classification': 'high',
      'high-word-times': TIMES.high,
    })
    expect(record!.tasks!.map(({ task, metric, value }) => [task, metric, value])).toEqual([
      ['sound-classification', 'map', 100],
      ['sound-classification', 'accuracy', 100],
      ['word-times', 'aas', 0],
      ['word-times', 'wer', 0],
    ])
    expect(record!.score).toBe(1)
  })

  it('is asked one task alone where that is asked for', async () => {
    const [record] = await ask({ tasks: ['word-times'] })
    expect(record!.n_samples).toBe(2)
    expect([...new Set(record!.tasks!.map(({ task }) => task))]).toEqual(['word-times'])
  })

  it('says in its folder how it is spoken to, and which tags it may answer with', async () => {
    expect(json(path.join(run, 'tokenizer_config.json')).chat_template).not.toContain('im_start')
    const engine = startEngine()
    const { renderer, tokenizer } = await openModel(run, engine)
    await engine.close()
    const suppressed: number[] = json(path.join(run, 'generation_config.json')).suppress_tokens
    expect([...renderer.answerIds!].map((id) => tokenizer.decode([id])).sort()).toEqual([
      '<|0.00|>',
      '<|0.10|>',
      '<|0.50|>',
      '<|sil|>',
    ])
    expect(suppressed).toContain(tokenizer.idOf('<|startofanalysis|>'))
    expect(suppressed).not.toContain(tokenizer.idOf('<|0.50|>'))
    const prompt = tokenizer.decode(renderer.prompt([{ role: 'user', content: 'low' }], []))
    expect(prompt).toBe('low')
  })

  it('keeps the figures of its evaluations in the run', () => {
    const [before, after] = readFileSync(path.join(run, 'evaluations.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text))
    expect([before.name, after.name]).toEqual(['before-words', 'after-words'])
    expect(after.tasks.map(({ metric }: { metric: string }) => metric)).toEqual(['map', 'accuracy', 'aas', 'wer'])
  })
})
