import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeWav } from '../../audio/index.ts'
import { evaluateModel } from '../../src/evaluateModel.ts'
import { infoOf } from '../../src/info.ts'
import { silentProgress } from '../../src/progress/index.ts'
import type { RunSummary } from '../../src/runs/index.ts'
import { folderToRemove, jsonLines } from './temporary.ts'
import { tinyFiles, trainTiny } from './tinyRun.ts'

let folder: string
let summary: RunSummary
const at = (...parts: string[]) => path.join(folder, ...parts)
beforeAll(async () => {
  const asked = (content: object[]) => [{ role: 'user', content: [...content, { type: 'text', text: 'what?' }] }]
  folder = folderToRemove({
    ...tinyFiles(),
    'long.wav': encodeWav(new Float32Array(40_000).fill(0.1), 16_000),
    'long.jsonl': jsonLines({
      id: 'long',
      messages: asked([{ type: 'audio', path: 'long.wav' }]),
      rubric: 'audio-analysis',
    }),
    'bare.jsonl': jsonLines({ id: 'bare', messages: asked([]) }),
  })
  // Greedy, so that the run's own last evaluation is what another one must find.
  summary = await trainTiny(folder, ['eval[0].best_of=[1]'])
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const linesOf = (file: string) =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
const evaluated = (options: Partial<Parameters<typeof evaluateModel>[0]> = {}) =>
  evaluateModel({ model: at('run'), data: at('asked.jsonl'), controls: ['none'], maxCompletionTokens: 8, ...options })

describe('evaluateModel', () => {
  it('finds the answers and scores that the run found of its model when it ended, under every control', async () => {
    const controls = ['none', 'silenced', 'swapped'] as const
    const answersFile = at('all-answers.jsonl')
    const records = await evaluated({ controls, answersFile })
    const texts = (file: string) => linesOf(file).map(({ completion }) => completion)
    const files = controls.map((control) => at('run', 'answers', `after-${control}.jsonl`))
    expect(texts(answersFile)).toEqual(files.flatMap(texts))
    expect(records.map(({ control }) => control)).toEqual(controls)
    expect(Object.fromEntries(records.map(({ control, score }) => [control, score]))).toEqual({
      none: summary.after!.none,
      silenced: summary.after!.silenced,
      swapped: summary.after!.swapped,
    })
    expect(records[0]).toMatchObject({ name: 'eval', n_samples: 9, n_unknown: 0 })
  })

  it('keeps the judged answers where it is told to', async () => {
    const answersFile = at('answers.jsonl')
    await evaluated({ controls: ['none', 'silenced'], limit: 2, answersFile })
    const lines = linesOf(answersFile)
    expect(lines.map(({ control, sample_id }) => [control, sample_id])).toEqual([
      ['none', 's0'],
      ['none', 's1'],
      ['silenced', 's0'],
      ['silenced', 's1'],
    ])
    expect(lines[0].verdicts).toHaveLength(5)
  })

  it('counts the clips that it cuts', async () => {
    const told: string[] = []
    await evaluated({ data: at('long.jsonl'), progress: { ...silentProgress, warn: (line) => void told.push(line) } })
    expect(told).toEqual(['clips longer than the 1 s that the model hears: 1, cut there'])
  })

  it('takes a rubric for samples that carry none, and refuses them without one', async () => {
    await expect(evaluated({ data: at('bare.jsonl') })).rejects.toThrow(
      '"bare": has no rubric. Name one with --rubric.',
    )
    const [record] = await evaluated({ data: at('bare.jsonl'), rubric: 'voice-assistant' })
    expect(record!.n_unknown).toBeGreaterThan(0) // criteria that only a judge can decide
  })

  it('refuses a prompt that leaves no room for the answer, by its sample', async () => {
    await expect(evaluated({ maxCompletionTokens: 500 })).rejects.toThrow(
      /"s0": the prompt has \d+ tokens and the answer up to 500, the model has 512 positions\. Lower --max-tokens\.$/,
    )
  })

  it('stops when it is asked to', async () => {
    await expect(evaluated({ controls: ['none', 'silenced'], signal: AbortSignal.abort() })).rejects.toThrow('stopped')
  })
})

describe('infoOf', () => {
  it('says of a run what was done, what came of it, and what its model is', async () => {
    const { Run, 'Scores, %': scores, Model, Speaks } = await infoOf(at('run'))
    expect(Run).toMatchObject({
      name: 'tiny',
      seed: 5,
      'steps of sft': 7,
      'steps of rl-1': 5,
      'steps with rollouts': 8,
    })
    expect(Run!.state).toMatch(/^finished 20/)
    expect(scores!.after).toMatch(/^\d+\.\d \[/)
    expect(Model).toMatchObject({ parameters: summary.n_parameters, stored: 'F32' })
    expect(Speaks).toMatchObject({ positions: 512 })
  })

  it('counts of a model folder what its towers have, all of it', async () => {
    const { Model } = await infoOf(at('run', 'checkpoints', 'step-15'))
    const { parameters, folder: _folder, stored: _stored, ...towers } = Model!
    expect(Object.keys(towers).sort()).toEqual(['audio tower', 'language model', 'projector'])
    expect(Object.values(towers).reduce<number>((sum, n) => sum + Number(n), 0)).toBe(parameters)
  })

  it('says of samples how many have answers, rubrics and sound', async () => {
    expect((await infoOf(at('asked.jsonl'))).Data).toMatchObject({
      samples: 9,
      'with an answer': 0,
      'with a rubric': 9,
      clips: 9,
    })
    expect((await infoOf(at('taught.jsonl'))).Data).toMatchObject({
      samples: 9,
      'with an answer': 9,
      'with a rubric': 0,
    })
  })

  it('knows recipes, and rubrics of the library', async () => {
    expect((await infoOf(at('recipe.yaml')))['Stage 1: sft']).toMatchObject({ steps: 7, batch: 4 })
    expect((await infoOf('voice-assistant')).Rubric).toMatchObject({ criteria: 8, 'points to gain': 20 })
  })

  it('refuses what it does not know', async () => {
    await expect(infoOf(at('clips'))).rejects.toThrow(
      'not a run (recipe.yaml), a model (config.json), an adapter (adapter_config.json) or an audio folder',
    )
    await expect(infoOf(at('long.wav'))).rejects.toThrow('neither a recipe')
    await expect(infoOf('nothing-like-it')).rejects.toThrow('no such file or folder, and no rubric of the library')
  })
})
