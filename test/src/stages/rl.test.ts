import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RolloutRecord, StepMetrics } from '../../../src/runs/records.ts'
import { folderToRemove } from '../temporary.ts'
import { tinyFiles, trainTiny } from '../tinyRun.ts'

const linesOf = <T>(file: string): T[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T)

/** Trains the tiny recipe and reads the steps of its two RL stages, and every answer of them. */
async function train(overrides: readonly string[]) {
  const folder = folderToRemove(tinyFiles())
  folders.push(folder)
  await trainTiny(folder, [
    'stages[0].sft.steps=2',
    'stages[1].rl.steps=2',
    'stages[2].rl.steps=2',
    'eval=[]',
    ...overrides,
  ])
  const steps = linesOf<StepMetrics>(path.join(folder, 'run', 'metrics.jsonl'))
  const answers = (step: number) =>
    linesOf<RolloutRecord>(path.join(folder, 'run', 'rollouts', `step-${String(step).padStart(6, '0')}.jsonl`))
  return { first: steps.slice(2, 4), second: steps.slice(4), answers }
}

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

const SHOWN = 'stages[1].rl.scaffold={ "step": "constant", "style": "compact" }'

describe('the ratio', () => {
  let plain: Awaited<ReturnType<typeof train>>
  let below: Awaited<ReturnType<typeof train>>
  let both: Awaited<ReturnType<typeof train>>
  beforeAll(async () => {
    const with_ = (ratio: string) => train([SHOWN, 'stages[1].rl.minibatches=1', `stages[1].rl.loss.ratio=${ratio}`])
    plain = await with_('plain/plain')
    below = await with_('plain/scaffold')
    both = await with_('scaffold/scaffold')
  })

  it('plain/plain and scaffold/scaffold is 1 with one minibatch, plain/scaffold is not', () => {
    expect(plain.first[0]!.ratio_mean).toBeCloseTo(1, 6)
    expect(both.first[0]!.ratio_mean).toBeCloseTo(1, 6)
    expect(Math.abs((below.first[0]!.ratio_mean as number) - 1)).toBeGreaterThan(1e-3)
  })

  it('with the scaffold below has the sampler’s own probabilities there, of scaffolded answers too', () => {
    for (const { first } of [below, both]) expect(first[0]!.max_logprob_diff).toBeLessThan(1e-4)
  })

  it('leads to other weights by each choice, from the same answers of the first step', () => {
    const texts = ({ answers }: typeof plain) => answers(3).map(({ completion }) => completion)
    expect(texts(below)).toEqual(texts(plain))
    expect(texts(both)).toEqual(texts(plain))
    const norms = [plain, below, both].map(({ first }) => first[0]!.grad_norm)
    expect(new Set(norms).size).toBe(3)
  })
})

describe('a stage', () => {
  let run: Awaited<ReturnType<typeof train>>
  beforeAll(async () => {
    run = await train([
      'stages[1].rl.minibatches=1',
      'stages[1].rl.loss={ "kl": 0.01, "kl_estimator": "exact" }',
      'stages[2].rl.algorithm=dr-grpo',
      'stages[2].rl.minibatches=2',
      'stages[2].rl.loss={ "kind": "gspo", "kl": 0, "aggregation": "constant" }',
      'stages[2].rl.overlong={ "buffer": 8, "penalty": 0.5 }',
      'stages[2].rl.groups={ "when_useless": "resample", "max_rounds": 2, "max_reward": 0.3 }',
    ])
  })

  it('has an exact KL of 0 while the policy is its reference, and above it later', () => {
    expect(run.first[0]!.kl).toBeLessThan(1e-6)
    expect(run.first[1]!.kl).toBeGreaterThan(run.first[0]!.kl as number)
  })

  it('asks further samples for groups that teach nothing, up to max_rounds', () => {
    for (const [i, { 'groups/rounds': rounds, 'groups/learnt': learnt }] of run.second.entries()) {
      const answers = run.answers(5 + i)
      expect(answers).toHaveLength((rounds as number) * 2 * 4)
      const groups = Array.from({ length: answers.length / 4 }, (_, g) => answers.slice(4 * g, 4 * g + 4))
      const useful = groups.filter((group) => {
        const rewards = group.map(({ reward }) => reward)
        return new Set(rewards).size > 1 && rewards.reduce((sum, reward) => sum + reward, 0) / 4 <= 0.3
      })
      expect(learnt).toBe(Math.min(2, useful.length))
      expect(rounds === 2 || learnt === 2).toBe(true)
    }
  })

  it('takes the penalty off the reward, and reports its mean', () => {
    for (const [i, { 'completions/overlong_penalty': penalty }] of run.second.entries()) {
      const lost = run.answers(5 + i).map(({ n_tokens }) => -0.5 * (n_tokens / 8)) // the buffer is the whole length
      expect(penalty).toBeCloseTo(lost.reduce((sum, x) => sum + x, 0) / lost.length, 12)
    }
  })

  it('reports entropy a token, whatever the aggregation sums', () => {
    const entropy = run.second.flatMap(({ entropy }) => (entropy === undefined ? [] : [entropy as number]))
    expect(entropy.length).toBeGreaterThan(0)
    for (const nats of entropy) expect(Math.abs(nats - (run.first[1]!.entropy as number))).toBeLessThan(1)
  })
})
