import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { openChat } from '../../../src/chat.ts'
import { openJudge } from '../../../src/judge/openJudge.ts'
import { openRewardModel } from '../../../src/judge/rewardModel.ts'
import { silentProgress } from '../../../src/progress/index.ts'
import { loadRankings, parseRanking } from '../../../src/stages/rankedAnswers.ts'
import { measureRewards, scoreScale } from '../../../src/stages/rewardMeasures.ts'
import { Interrupted, trainRun } from '../../../src/train/index.ts'
import { folderWith, jsonLines } from '../temporary.ts'
import { tinyFiles } from '../tinyRun.ts'

const KINDS = ['low', 'high', 'noise']
/** Nine clips, each with an answer that names its sound, one that hears a sound, and one that hears none. */
const rankings = Array.from({ length: 18 }, (_, i) => ({
  id: `r${i}`,
  prompt: [
    {
      role: 'user',
      content: [
        { type: 'audio', path: `clips/${i % 9}.wav` },
        { type: 'text', text: i < 9 ? 'what?' : 'and?' },
      ],
    },
  ],
  answers: [
    { answer: 'none', score: 1 },
    { answer: `a ${KINDS[i % 3]} sound`, score: 5 },
    { answer: 'a sound', score: 3 },
  ],
}))
const recipe = `name: tiny
seed: 5
model:
  audio: { width: 16, layers: 1, heads: 2, pool: 4 }
  language: { hidden: 32, layers: 1, heads: 2, kv_heads: 1, ffn: 32, vocab: 300, max_positions: 512 }
clips: { max_seconds: 1 }
stages:
  - sft: { data: taught.jsonl, steps: 2, batch: 4, learning_rate: 1.0e-3 }
  - reward:
      data: ranked.jsonl
      test_share: 0.2
      steps: 14
      batch: 6
      gradient_accumulation: 2
      learning_rate: 1.0e-2
      loss: { pointwise: 0.5 }
      save_every: 5
`
const files = { ...tinyFiles(), 'ranked.jsonl': jsonLines(...rankings), 'recipe.yaml': recipe }
const train = (folder: string, more: object = {}) =>
  trainRun({
    recipeFile: path.join(folder, 'recipe.yaml'),
    runFolder: path.join(folder, 'run'),
    progress: silentProgress,
    ...more,
  })
const hashOf = (folder: string, file: string) =>
  createHash('sha256')
    .update(readFileSync(path.join(folder, 'run', file)))
    .digest('hex')

it('a reward stage learns a ranking, leaves the model as it was, and goes on bit by bit where it was stopped', async () => {
  const [whole, stopped, without] = [folderWith(files), folderWith(files), folderWith(files)]
  await train(whole)
  const lines = readFileSync(path.join(whole, 'run', 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
  const steps = lines.slice(2).map((line) => JSON.parse(line) as Record<string, number>)
  expect(steps.at(-1)!.pairwise_loss).toBeLessThan(0.4)
  expect(steps.at(-1)!['train/accuracy']).toBeGreaterThan(0.9)
  const report = JSON.parse(readFileSync(path.join(whole, 'run', 'reward-2.json'), 'utf8'))
  expect(report).toMatchObject({ stage: 1, train: { n_lists: 14 }, test: { n_lists: 4 } })
  expect(report.gap).toBeCloseTo(report.train.accuracy - report.test.accuracy, 12)

  await train(without, { overrides: ['stages[1].reward.steps=1', 'stages[1].reward.gradient_accumulation=1'] })
  expect(hashOf(whole, 'model.safetensors')).toBe(hashOf(without, 'model.safetensors'))

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
  for (const file of ['model.safetensors', 'reward-model/model.safetensors', 'reward-2.json']) {
    expect(hashOf(stopped, file), file).toBe(hashOf(whole, file))
  }
}, 300_000)

it('a reward model is opened from its run, judges like any other, shapes rewards of a later stage, and is no model to talk with', async () => {
  const rl = 'steps: 1, prompts: 2, group: 2, max_completion_tokens: 6, loss: { kl: 0 }, reward_model: { alpha: 2 }'
  const short = recipe.replace('steps: 14', 'steps: 2').replace('save_every: 5', '').trimEnd()
  const folder = folderWith({ ...files, 'recipe.yaml': `${short}\n  - rl: { data: asked.jsonl, ${rl} }\n` })
  await train(folder)
  const run = path.join(folder, 'run')
  const step = JSON.parse(readFileSync(path.join(run, 'metrics.jsonl'), 'utf8').trim().split('\n').at(-1)!)
  const rollouts = readFileSync(path.join(run, 'rollouts', 'step-000005.jsonl'), 'utf8')
    .trim()
    .split('\n')
  for (const { reward, score, model_reward } of rollouts.map((line) => JSON.parse(line))) {
    expect(reward).toBeCloseTo(1 / (1 + Math.exp(-2 * model_reward)) + score - 1, 6)
  }
  expect(step['reward/verified']).toBeGreaterThanOrEqual(0)

  const model = await openRewardModel({ model: run })
  const asked = [{ role: 'user' as const, content: 'what?' }]
  const [one, again, other] = await Promise.all(
    ['a low sound', 'a low sound', 'none'].map((content) => model.reward([...asked, { role: 'assistant', content }])),
  )
  await model.close()
  expect(one).toBe(again)
  expect(one).not.toBe(other)
  const judge = await openJudge({ kind: 'engine', model: run, threshold: 1 / (1 + Math.exp(-one!)) - 1e-6 })
  const criteria = [{ id: 'good', criterion: 'Is good.', points: 1 }]
  const [verdict] = await judge.judge({ messages: asked, answer: { text: 'a low sound' }, criteria })
  await judge.close()
  expect(verdict).toMatchObject({
    criterionId: 'good',
    met: true,
    reason: expect.stringContaining(`reward ${one!.toFixed(3)}`),
  })
  await expect(openChat({ model: path.join(run, 'reward-model') })).rejects.toThrow(
    'a reward model, which scores answers and writes none',
  )
  await expect(openRewardModel({ model: path.join(run, 'checkpoints', 'step-5') })).rejects.toThrow('no reward model')
}, 300_000)

const read = (row: unknown) => parseRanking(row, { folder: '/data', id: 'x' })

describe('a row of rankings', () => {
  const user = { role: 'user', content: 'q' }
  const with_ = (content: string) => [user, { role: 'assistant', content }]

  it('is a pair, with scores where it has them, or a list by score, rank or truth', () => {
    const pair = {
      id: 'x',
      answers: [
        { messages: with_('a'), order: 1, score: null },
        { messages: with_('b'), order: 0, score: null },
      ],
    }
    expect(read({ prompt: 'q', chosen: 'a', rejected: 'b' })).toEqual(pair)
    const scored = read({ prompt: 'q', chosen: 'a', rejected: 'b', score_chosen: 8, score_rejected: 3 })
    expect(scored.answers.map(({ score }) => score)).toEqual([8, 3])
    const list = (key: string, values: unknown[]) =>
      read({ prompt: 'q', answers: values.map((value, i) => ({ answer: 'ab'[i], [key]: value })) }).answers
    expect(list('score', [2, 7]).map(({ order, score }) => [order, score])).toEqual([
      [2, 2],
      [7, 7],
    ])
    expect(list('rank', [2, 1]).map(({ order, score }) => [order, score])).toEqual([
      [-2, null],
      [-1, null],
    ])
    expect(list('correct', [true, false]).map(({ order, score }) => [order, score])).toEqual([
      [1, null],
      [0, null],
    ])
  })

  it('is refused with what would be right', () => {
    expect(() => read({ prompt: 'q', answers: [{ answer: 'a', score: 1 }] })).toThrow('expected a list of two or more')
    expect(() => read({ prompt: 'q', answers: [{ answer: 'a' }, { answer: 'b' }] })).toThrow(
      'expected one of score, rank, correct, got none',
    )
    const mixed = {
      prompt: 'q',
      answers: [
        { answer: 'a', score: 1 },
        { answer: 'b', rank: 1 },
      ],
    }
    expect(() => read(mixed)).toThrow('answers[1].rank: unknown key. Keys: answer, score.')
    const word = {
      prompt: 'q',
      answers: [
        { answer: 'a', correct: true },
        { answer: 'b', correct: 'no' },
      ],
    }
    expect(() => read(word)).toThrow('answers[1].correct: expected true or false, got "no".')
  })

  it('that ranks no answer above another is left out and counted', async () => {
    const alike = {
      prompt: 'q',
      answers: [
        { answer: 'a', correct: true },
        { answer: 'b', correct: true },
      ],
    }
    const folder = folderWith({ 'r.jsonl': jsonLines(alike, { prompt: 'q', chosen: 'a', rejected: 'b' }) })
    const { rankings: read, notes } = await loadRankings(path.join(folder, 'r.jsonl'))
    expect(read).toHaveLength(1)
    expect(notes.join()).toContain('1 of 2 lists left out')
  })
})

describe('measures of rewards', () => {
  const list = (orders: number[], scores: (number | null)[] = []) => ({
    answers: orders.map((order, i) => ({ messages: [], order, score: scores[i] ?? null })),
  })

  it('are those that a hand computes', () => {
    const lists = [list([1, 0]), list([2, 1, 0])]
    // Margins: 2 | of (a, b) −1, (a, c) 1, (b, c) 2.
    const found = measureRewards(
      lists,
      [
        [1, -1],
        [0, 1, -1],
      ],
      { mean: 0, deviation: 1 },
    )
    expect(found).toMatchObject({ n_lists: 2, n_pairs: 4, pointwise: null })
    expect(found.accuracy).toBeCloseTo((1 + 2 / 3) / 2, 12)
    expect(found.margin).toBeCloseTo((2 + 2 / 3) / 2, 12)
    const softplus = (x: number) => Math.log1p(Math.exp(-x))
    expect(found.pairwise_loss).toBeCloseTo((softplus(2) + (softplus(-1) + softplus(1) + softplus(2)) / 3) / 2, 12)
    const sigma = (x: number) => 1 / (1 + Math.exp(-x))
    // Two bins: margins of 2 are right twice of two, those of 1 once of two.
    expect(found.ece).toBeCloseTo(0.5 * (1 - sigma(2)) + 0.5 * (sigma(1) - 0.5), 12)
    expect(found.calibration.map(({ n }) => n)).toEqual([2, 2])
  })

  it('of absolute scores compare with them on their own scale', () => {
    const lists = [list([3, 1], [3, 1]), list([5, 3], [5, 3])]
    const scale = scoreScale(lists)
    expect(scale).toEqual({ mean: 3, deviation: Math.SQRT2 })
    const exact = lists.map(({ answers }) => answers.map(({ score }) => (score! - 3) / Math.SQRT2))
    expect(measureRewards(lists, exact, scale).pointwise).toEqual({ n: 4, mse: 0, correlation: expect.closeTo(1, 9) })
    expect(scoreScale([list([1, 0])])).toEqual({ mean: 0, deviation: 1 })
  })
})
