import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { silentProgress } from '../../../src/progress/index.ts'
import { parsePair } from '../../../src/stages/preferencePairs.ts'
import { Interrupted, trainRun } from '../../../src/train/index.ts'
import { folderWith, jsonLines } from '../temporary.ts'
import { tinyFiles } from '../tinyRun.ts'

const KINDS = ['low', 'high', 'noise']
const pairs = Array.from({ length: 9 }, (_, i) => ({
  id: `p${i}`,
  prompt: [
    {
      role: 'user',
      content: [
        { type: 'audio', path: `clips/${i}.wav` },
        { type: 'text', text: 'what?' },
      ],
    },
  ],
  chosen: [{ role: 'assistant', content: `a ${KINDS[i % 3]} sound` }],
  rejected: [{ role: 'assistant', content: `a ${KINDS[(i + 1) % 3]} sound, or so` }],
}))
const recipe = (loss: string) => `name: tiny
seed: 5
model:
  audio: { width: 16, layers: 1, heads: 2, pool: 4 }
  language: { hidden: 32, layers: 1, heads: 2, kv_heads: 1, ffn: 32, vocab: 300, max_positions: 512 }
clips: { max_seconds: 1 }
stages:
  - sft: { data: taught.jsonl, steps: 2, batch: 4, learning_rate: 1.0e-3 }
  - preference: { data: pairs.jsonl, steps: 8, batch: 4, gradient_accumulation: 2, learning_rate: 1.0e-2, warmup_ratio: 0, loss: ${loss} }
`
const filesWith = (loss: string) => ({
  ...tinyFiles(),
  'pairs.jsonl': jsonLines(...pairs),
  'recipe.yaml': recipe(loss),
})
const metricsOf = (folder: string): Record<string, number>[] =>
  readFileSync(path.join(folder, 'run', 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, number>)
const weightsOf = (folder: string) =>
  createHash('sha256')
    .update(readFileSync(path.join(folder, 'run', 'model.safetensors')))
    .digest('hex')

it.each(['{ kind: dpo }', '{ kind: kto }', '{ kind: orpo }'])(
  'a chain of sft and preference %s prefers what was chosen, and goes on bit by bit where it was stopped',
  async (loss) => {
    const [whole, stopped] = [folderWith(filesWith(loss)), folderWith(filesWith(loss))]
    const train = (folder: string, more: object = {}) =>
      trainRun({
        recipeFile: path.join(folder, 'recipe.yaml'),
        runFolder: path.join(folder, 'run'),
        progress: silentProgress,
        ...more,
      })
    await train(whole)
    const steps = metricsOf(whole).slice(2)
    if (loss.includes('dpo')) {
      expect(steps[0]!.loss).toBeCloseTo(Math.LN2, 4)
      expect(steps[0]!['rewards/margins']).toBeCloseTo(0, 4)
    }
    expect(steps.at(-1)!['rewards/margins']).toBeGreaterThan(steps[0]!['rewards/margins']!)
    expect(steps.at(-1)!['rewards/accuracies']).toBeGreaterThanOrEqual(0.75)

    const stop = new AbortController()
    let updates = 0
    const progress = {
      ...silentProgress,
      update: (...told: Parameters<typeof silentProgress.update>) => {
        silentProgress.update(...told)
        if ('accuracy' in (told[1] ?? {}) && ++updates === 3) stop.abort()
      },
    }
    await expect(train(stopped, { progress, signal: stop.signal })).rejects.toThrow(Interrupted)
    await train(stopped, { resume: true })
    expect(weightsOf(stopped)).toBe(weightsOf(whole))
  },
  60_000,
)

const read = (row: unknown) => parsePair(row, { folder: '/data', id: 'x' })

it("reads TRL's layouts and ours alike", () => {
  const user = { role: 'user', content: 'q' }
  const assistant = (content: string) => ({ role: 'assistant', content })
  const expected = { id: 'x', nPrompt: 1, messages: [user, assistant('a')], rejected: [user, assistant('b')] }
  expect(read({ prompt: 'q', chosen: 'a', rejected: 'b' })).toEqual(expected)
  expect(read({ prompt: [user], chosen: [assistant('a')], rejected: [assistant('b')] })).toEqual(expected)
  expect(read({ chosen: [user, assistant('a')], rejected: [user, assistant('b')] })).toEqual(expected)
  expect(read({ messages: [user], chosen: 'a', rejected: 'b' })).toEqual(expected)
})

it('refuses rows that hold no pair, and says why', () => {
  expect(() => read({ prompt: 'q', chosen: 'a' })).toThrow('rejected: expected an answer as text or as messages')
  expect(() => read({ prompt: 'q', chosen: 'a', rejected: 'a' })).toThrow('nothing to prefer')
  expect(() => read({ prompt: 'q', messages: [], chosen: 'a', rejected: 'b' })).toThrow('Keep one of them')
})
