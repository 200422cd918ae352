import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkRubric } from '../../../rubrics/index.ts'
import type { Message } from '../../../src/prompts/message.ts'
import type { PromptRenderer } from '../../../src/prompts/renderer.ts'
import type { PreparedSample } from '../../../src/rollout/prepare.ts'
import { REFERENCE, type RlOptions, type RlStep, type Rollout, rlStep } from '../../../src/stages/rl.ts'
import { updatePolicy } from '../../../src/update/policyUpdate.ts'
import { STOP_ID, tinyPolicy } from '../../models/tinyPolicy.ts'

const LETTERS = 'abcdefghijklmnopqrstuvwxyz '
/** A token a letter: 10 is a, 36 a space. */
const idsOf = (text: string): number[] => [...text].map((letter) => 10 + Math.max(0, LETTERS.indexOf(letter)))
const renderer: PromptRenderer = {
  prompt: (messages: readonly Message[]) => [1, ...messages.flatMap(({ content }) => [2, ...idsOf(String(content))])],
  conversation: () => ({ ids: [], isAssistant: [] }),
  stopIds: [STOP_ID],
  text: (ids) => ids.map((id) => LETTERS[id - 10] ?? '').join(''),
}
const rubric = checkRubric({
  name: 'letters',
  criteria: [...'aeiou'].map((letter) => ({
    id: letter,
    criterion: `has ${letter}`,
    points: 1,
    verify: { kind: 'regex', pattern: letter },
  })),
})
const sampleOf = (id: string): PreparedSample => ({
  id,
  messages: [{ role: 'user', content: `say ${id}` }],
  rubric,
  paths: [],
  features: [],
})
const SAMPLES = [sampleOf('one'), sampleOf('two')]
const GROUP = 4
const LONGEST = 8

const OPTIONS: RlOptions = {
  steps: 10,
  prompts: 2,
  group: GROUP,
  learningRate: 1e-2,
  warmupSteps: 0,
  schedule: 'constant',
  minLearningRate: 0,
  weightDecay: 0,
  maxGradNorm: 1,
  minibatches: 1,
  maxCompletionTokens: LONGEST,
  sampling: { temperature: 1 },
  aggregation: 'token-mean',
  loss: { clipLow: 0.2, clipHigh: 0.2, dualClip: null, kl: 0, entropy: 0 },
  seed: 1,
  scaffold: (_, index) =>
    index < 2 ? { ratio: 1, criterionIds: ['a'], text: 'aim for a' } : { ratio: 0, criterionIds: [], text: null },
}

let tiny: Awaited<ReturnType<typeof tinyPolicy>>
beforeAll(async () => {
  tiny = await tinyPolicy()
}, 60_000)
afterAll(() => tiny.engine.close())

/** Steps from the same fresh weights. */
async function steps(n: number, options: Partial<RlOptions>): Promise<RlStep[]> {
  const { policy } = tiny
  await policy.initialise(1)
  await policy.resetOptimiser()
  await policy.snapshot(REFERENCE)
  const taken: RlStep[] = []
  for (let step = 1; step <= n; step++) {
    taken.push(await rlStep(policy, renderer, SAMPLES, { ...OPTIONS, ...options }, step))
  }
  return taken
}

const rewardsByGroup = ({ rollouts }: RlStep) =>
  Array.from({ length: rollouts.length / GROUP }, (_, g) =>
    rollouts.slice(g * GROUP, (g + 1) * GROUP).map(({ reward }) => reward),
  )

describe('a step of reinforcement learning', { timeout: 60_000 }, () => {
  it('plain/plain and scaffold/scaffold has ratio 1 with one minibatch, plain/scaffold has not', async () => {
    const [[plain], [below], [both]] = [
      await steps(1, { ratio: 'plain/plain' }),
      await steps(1, { ratio: 'plain/scaffold' }),
      await steps(1, { ratio: 'scaffold/scaffold' }),
    ] as [[RlStep], [RlStep], [RlStep]]
    expect(plain.metrics.ratio_mean).toBeCloseTo(1, 6)
    expect(both.metrics.ratio_mean).toBeCloseTo(1, 6)
    expect(Math.abs(below.metrics.ratio_mean! - 1)).toBeGreaterThan(1e-4)
    // With the scaffold below, the old probability is the sampler's own, of scaffolded answers too.
    expect(below.metrics.max_logprob_diff).toBeLessThan(1e-4)
    expect(both.metrics.max_logprob_diff).toBeLessThan(1e-4)
    // The same answers teach something else by each choice.
    const texts = ({ rollouts }: RlStep) => rollouts.map(({ completion }) => completion.text)
    expect(texts(below)).toEqual(texts(plain))
    expect(texts(both)).toEqual(texts(plain))
    expect(new Set([plain, below, both].map(({ metrics }) => metrics.grad_norm)).size).toBe(3)
  })

  it('has an exact KL of 0 while the policy is its reference, and above it later', async () => {
    const loss = { ...OPTIONS.loss, kl: 0.1, klEstimator: 'exact' } as const
    const [first, second] = await steps(2, { loss })
    expect(first!.metrics.kl).toBeLessThan(1e-6)
    expect(second!.metrics.kl).toBeGreaterThan(1e-5)
  })

  it('by gspo has a ratio an answer, that leaves 1 with the second minibatch', async () => {
    const loss = { ...OPTIONS.loss, kind: 'gspo', clipLow: 3e-4, clipHigh: 4e-4 } as const
    const [step] = await steps(1, { loss, minibatches: 2, aggregation: 'sequence-mean' })
    expect(Number.isFinite(step!.metrics.loss)).toBe(true)
    expect(step!.metrics.ratio_mean).not.toBe(1)
    expect(step!.metrics['clip_ratio/region_mean']).toBeGreaterThan(0)
  })

  it('reports means a token, whatever the aggregation sums', async () => {
    const [mean] = await steps(1, { aggregation: 'token-mean' })
    const [constant] = await steps(1, { aggregation: 'constant' })
    const [sum] = await steps(1, { aggregation: 'sequence-sum' })
    for (const { metrics } of [constant!, sum!]) {
      expect(metrics.entropy).toBeCloseTo(mean!.metrics.entropy!, 4)
      expect(metrics.ratio_mean).toBeCloseTo(1, 5)
    }
  })

  it('takes the penalty of over-long answers off their rewards', async () => {
    const overlong = { buffer: LONGEST, penalty: 0.5 }
    const [free] = await steps(1, {})
    const [charged] = await steps(1, { overlong })
    const lost = charged!.rollouts.map(({ completion }) => (-0.5 * completion.completionIds.length) / LONGEST)
    for (const [i, { reward }] of charged!.rollouts.entries()) {
      expect(reward).toBeCloseTo(free!.rollouts[i]!.reward + lost[i]!, 12)
    }
    expect(charged!.metrics['completions/overlong_penalty']).toBeCloseTo(
      lost.reduce((total, one) => total + one, 0) / lost.length,
      12,
    )
  })

  it('leaves answers that were cut out of the gradient, when told', async () => {
    const [step] = await steps(1, { cutAnswers: 'skip', sampling: { temperature: 1 }, maxCompletionTokens: 1 })
    expect(step!.metrics['completions/clipped_ratio']).toBe(1) // no answer ends after one token
    expect(step!.metrics.grad_norm).toBe(0)
  })

  it('asks further samples for groups that teach nothing, until there are enough or the rounds are over', async () => {
    const groups = { whenUseless: 'resample', maxRounds: 3, minReward: null, maxReward: 0.15 } as const
    const asked: string[] = []
    const more = async (_: number, round: number) => {
      asked.push(`round ${round}`)
      return [sampleOf(`more${round}`), sampleOf(`other${round}`)]
    }
    const [step] = await steps(1, { groups, more })
    const useful = rewardsByGroup(step!).filter(
      (rewards) => new Set(rewards).size > 1 && rewards.reduce((sum, reward) => sum + reward, 0) / GROUP <= 0.15,
    )
    const { 'groups/rounds': rounds, 'groups/learnt': learnt } = step!.metrics
    expect(asked).toEqual(Array.from({ length: rounds! - 1 }, (_, i) => `round ${i + 1}`))
    expect(step!.rollouts).toHaveLength(rounds! * SAMPLES.length * GROUP)
    expect(learnt).toBe(Math.min(2, useful.length))
    expect(rounds === 3 || learnt === 2).toBe(true)
  })

  it('that learns from nothing leaves the weights as they were', async () => {
    const groups = { whenUseless: 'drop', maxRounds: 1, minReward: 2, maxReward: null } as const
    const [step] = await steps(1, { groups })
    expect(step!.metrics['groups/learnt']).toBe(0)
    expect(step!.metrics).not.toHaveProperty('loss')
    const after = await tiny.policy.weights()
    await tiny.policy.initialise(1)
    for (const [name, data] of await tiny.policy.weights()) expect(after.get(name)).toEqual(data)
  })

  it('that drops a group learns exactly what it would have learnt without it', async () => {
    const [{ rollouts }] = (await steps(1, {})) as [RlStep]
    const learn = async (part: readonly { rollout: Rollout; counts: boolean }[]) => {
      await tiny.policy.initialise(1)
      await tiny.policy.resetOptimiser()
      return updatePolicy(tiny.policy, renderer, part, OPTIONS, 1)
    }
    const whole = await learn(rollouts.map((rollout, i) => ({ rollout, counts: i < GROUP })))
    const alone = await learn(rollouts.slice(0, GROUP).map((rollout) => ({ rollout, counts: true })))
    for (const name of ['loss', 'grad_norm', 'entropy']) expect(whole[name]).toBeCloseTo(alone[name]!, 5)
  })

  it('scores the same answers by a held-out rubric, and learns nothing of it', async () => {
    const heldOut = checkRubric({
      name: 'held out',
      criteria: [{ id: 'z', criterion: 'has z', points: 1, verify: { kind: 'regex', pattern: 'z' } }],
    })
    const [without] = await steps(1, {})
    const [watched] = await steps(1, { heldOut })
    const share = watched!.rollouts.filter(({ completion }) => completion.text.includes('z')).length
    expect(watched!.metrics['reward/held_out']).toBeCloseTo(share / watched!.rollouts.length, 12)
    expect(watched!.metrics.grad_norm).toBe(without!.metrics.grad_norm)
    expect(without!.metrics).not.toHaveProperty('reward/held_out')
  })
})
