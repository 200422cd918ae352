import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { silentProgress } from '../../../src/progress/index.ts'
import { Interrupted, trainRun } from '../../../src/train/index.ts'
import { folderWith } from '../temporary.ts'
import { tinyFiles } from '../tinyRun.ts'

const recipe = (rl: string) => `name: tiny
seed: 5
model:
  audio: { width: 16, layers: 1, heads: 2, pool: 4 }
  language: { hidden: 32, layers: 1, heads: 2, kv_heads: 1, ffn: 32, vocab: 300, max_positions: 512 }
clips: { max_seconds: 1 }
stages:
  - rl: { data: asked.jsonl, steps: 3, prompts: 2, group: 2, minibatches: 2, max_completion_tokens: 6, learning_rate: 1.0e-3, save_every: 1, ${rl} }
`
async function train(rl: string, stopAfter = 0) {
  const folder = folderWith({ ...tinyFiles(), 'recipe.yaml': recipe(rl) })
  const options = { recipeFile: path.join(folder, 'recipe.yaml'), runFolder: path.join(folder, 'run') }
  if (stopAfter > 0) {
    const stop = new AbortController()
    let n = 0
    const update: typeof silentProgress.update = (_, values) => {
      if (values && 'reward' in values && ++n === stopAfter) stop.abort()
    }
    const halted = trainRun({ ...options, progress: { ...silentProgress, update }, signal: stop.signal })
    await expect(halted).rejects.toThrow(Interrupted)
  }
  await trainRun({ ...options, progress: silentProgress, resume: stopAfter > 0 })
  const file = (name: string) => readFileSync(path.join(folder, 'run', name))
  const steps = file('metrics.jsonl').toString().trim().split('\n')
  return {
    steps: steps.map((line) => JSON.parse(line) as Record<string, number>),
    weights: createHash('sha256').update(file('model.safetensors')).digest('hex'),
    names: Object.keys(
      JSON.parse(file('model.safetensors').toString('latin1').replace(/^.{8}/s, '').split('}}')[0] + '}}'),
    ),
  }
}

describe('a stage of rl', () => {
  it('by ppo learns values along, ends without them, and goes on bit by bit where it was stopped', async () => {
    const ppo =
      'algorithm: ppo, critic: { lambda: 0.9, value_weight: 0.5 }, loss: { kl: 0.05, kl_in: reward, kl_estimator: k1 }'
    const [whole, stopped] = [await train(ppo), await train(ppo, 2)]
    const [first, , last] = whole.steps
    expect(first!['values/old_mean']).toBe(0) // the head begins at 0
    expect(last!['values/old_mean']).not.toBe(0)
    expect(first!['kl/reward']).toBeCloseTo(0, 5) // policy and reference are one
    expect(last!.value_loss).toBeGreaterThan(0)
    expect(last).not.toHaveProperty('kl') // it is no term of the loss
    expect(whole.names.filter((name) => name.includes('v_head'))).toEqual([])
    expect(stopped.weights).toBe(whole.weights)
  }, 300_000)

  it('takes a KL over the likeliest words off the reward of each answer, and is held to what it could do', async () => {
    const { steps } = await train(
      'loss: { kl: 0.1, kl_in: reward, kl_estimator: top-k, kl_top: 20 }, algorithm: reinforce++, ptx: { data: taught.jsonl, batch: 2, weight: 0.5, top: 300 }',
    )
    expect(steps[0]!['kl/reward']).toBeCloseTo(0, 5)
    for (const step of steps.slice(1)) expect(step['kl/reward']).toBeGreaterThan(0)
    expect(steps[0]!.pull).toBeGreaterThanOrEqual(0)
    expect(steps.at(-1)!.pull).toBeGreaterThan(0)
  }, 300_000)
})
