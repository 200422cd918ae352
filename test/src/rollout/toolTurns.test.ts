import { describe, expect, it } from 'vitest'
import type { Batch, Policy, Targets } from '../../../models/index.ts'
import type { PromptRenderer } from '../../../src/prompts/renderer.ts'
import type { Rollout } from '../../../src/rollout/rollout.ts'
import { joinTurns, sampleWithTools } from '../../../src/rollout/toolTurns.ts'
import { updatePolicy } from '../../../src/update/policyUpdate.ts'

/** A token a letter. */
const encode = (text: string) => [...text].map((letter) => letter.charCodeAt(0))
const renderer: PromptRenderer = {
  prompt: () => [1, 2],
  conversation: () => ({ ids: [], isAssistant: [] }),
  stopIds: [0],
  text: (ids) => String.fromCharCode(...ids),
}
/** What a policy says, turn by turn; and what it was asked. */
function speaker(turns: readonly string[]) {
  const asked: string[] = []
  const generate: Policy['generate'] = async ({ batch }) => {
    asked.push(renderer.text(batch.sequences[0]!.ids.slice(2)))
    const ids = encode(turns[asked.length - 1]!)
    return [{ completionIds: ids, logProbs: ids.map((_, i) => -i - 1), finishReason: 'stop' }]
  }
  return { asked, generate }
}
/** Adds up: `12+30=` is a call. */
const tool = (text: string) => {
  const call = /(\d+)\+(\d+)=/.exec(text)
  return call ? `${Number(call[1]) + Number(call[2])};` : null
}

describe('an answer in which a tool takes part', () => {
  it('is cut behind its call, goes on behind what the tool said, and knows which tokens are its own', async () => {
    const { asked, generate } = speaker(['so 12+30=50 I guess', ' and done'])
    const [answer] = await sampleWithTools({ generate }, renderer, [1, 2], [7], {
      maxNewTokens: 99,
      sampling: {},
      tool,
      encode,
    })
    expect(answer!.text).toBe('so 12+30=42; and done')
    expect(asked).toEqual(['', 'so 12+30=42;'])
    const own = answer!.isOwn!.map((mine, i) => (mine ? answer!.text[i] : '_')).join('')
    expect(own).toBe('so 12+30=___ and done')
    expect(answer!.logProbs[0]).toBe(-1)
    expect(answer!.logProbs[9]).toBe(0) // nobody sampled it
  })

  it('calls no more often than it may, and keeps to its length', async () => {
    const { generate } = speaker(['1+1=', '2+2=', '3+3='])
    const [answer] = await sampleWithTools({ generate }, renderer, [1, 2], [7], {
      maxNewTokens: 99,
      sampling: {},
      tool,
      encode,
      rounds: 1,
    })
    expect(answer!.text).toBe('1+1=2;2+2=')
    const short = await sampleWithTools({ generate: speaker(['1+1=']).generate }, renderer, [1, 2], [7], {
      maxNewTokens: 5,
      sampling: {},
      tool,
      encode,
    })
    expect(short[0]!.completionIds).toHaveLength(5)
  })
})

it('tokens of a tool are read and weigh nothing in the update; the others weigh as if they stood alone', async () => {
  const { completionIds, logProbs, isOwn } = joinTurns([
    { ids: [5, 6], logProbs: [-1, -1], own: true },
    { ids: [7, 8, 9], logProbs: [], own: false },
    { ids: [10], logProbs: [-1], own: true },
  ])
  const rollout = {
    sample: { id: 's', messages: [], features: [], paths: [], rubric: { name: 'r', criteria: [] } },
    groupIndex: 0,
    shown: { ratio: 0, criterionIds: [], text: null },
    completion: { completionIds, logProbs, isOwn, finishReason: 'stop', ask: 0, promptIds: [1, 2], text: '' },
    verdicts: [],
    reward: 1,
    advantage: 2,
  } satisfies Rollout
  const seen: { batch: Batch; targets: Targets }[] = []
  const policy = {
    gradients: async (batch: Batch, targets: Targets) => {
      seen.push({ batch, targets })
      return { metrics: { loss: 0 }, logProbs: Float32Array.from(logProbs, (p) => (p === 0 ? -9 : p)) }
    },
    update: async () => ({ gradNorm: 1 }),
  } as unknown as Policy
  const options = {
    steps: 1,
    learningRate: 1,
    warmupSteps: 0,
    schedule: 'constant',
    minLearningRate: 0,
    weightDecay: 0,
    maxGradNorm: 1,
    minibatches: 1,
    maxCompletionTokens: 9,
    aggregation: 'token-mean',
    loss: { clipLow: 0.2, clipHigh: 0.2, dualClip: null, kl: 0, entropy: 0 },
  } as const
  const metrics = await updatePolicy(policy, renderer, [{ rollout, counts: true }], options, 1)
  expect(seen[0]!.batch.sequences[0]!.ids).toEqual([1, 2, 5, 6, 7, 8, 9, 10])
  const third = 1 / 3
  expect(seen[0]!.targets.values!.weight).toEqual([third, third, 0, 0, 0, third])
  expect(metrics.max_logprob_diff).toBe(0) // what the tool said is not compared with a sampler
})
