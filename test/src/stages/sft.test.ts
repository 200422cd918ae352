import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AudioFeatures } from '../../../models/index.ts'
import type { Message } from '../../../src/prompts/message.ts'
import type { PromptRenderer } from '../../../src/prompts/renderer.ts'
import { type SftOptions, sftStep } from '../../../src/stages/sft.ts'
import { AUDIO_ID, clip, tinyPolicy } from '../../models/tinyPolicy.ts'

/** A token a letter; a turn with sound begins with six places of it. */
const renderer: Pick<PromptRenderer, 'conversation'> = {
  conversation(messages, features) {
    const ids = [1, ...features.flatMap(() => [2, ...Array<number>(6).fill(AUDIO_ID)])]
    const isAssistant = ids.map(() => false)
    for (const { role, content } of messages) {
      for (const letter of `${String(content)}.`) {
        ids.push(10 + (letter.charCodeAt(0) % 30))
        isAssistant.push(role === 'assistant')
      }
    }
    return { ids, isAssistant }
  },
}

const sound = clip(24, 0)
const sampleOf = (id: string, asked: string, answer: string, features: AudioFeatures[] = []) => ({
  id,
  messages: [
    { role: 'user', content: asked },
    { role: 'assistant', content: answer },
  ] as Message[],
  features,
})
const SAMPLES = [
  sampleOf('a', 'what is it', 'a bell', [sound]),
  sampleOf('b', 'and', 'no'),
  sampleOf('c', 'how long does it take', 'as long as it does', [clip(24, 2)]),
  sampleOf('d', 'who', 'me', [sound]),
  sampleOf('e', 'why is that so', 'because'),
  sampleOf('f', 'ok', 'ok'),
]
const OPTIONS: SftOptions = {
  steps: 10,
  learningRate: 1e-3,
  warmupSteps: 0,
  schedule: 'constant',
  minLearningRate: 0,
  weightDecay: 0,
  maxGradNorm: 1,
  accumulation: 1,
}

let tiny: Awaited<ReturnType<typeof tinyPolicy>>
beforeAll(async () => {
  tiny = await tinyPolicy()
}, 120_000)
afterAll(() => tiny.engine.close())

/** One step from the same weights. */
async function step(options: Partial<SftOptions>) {
  await tiny.policy.initialise(1)
  await tiny.policy.resetOptimiser()
  const metrics = await sftStep(tiny.policy, renderer as PromptRenderer, SAMPLES, { ...OPTIONS, ...options }, 1)
  return { metrics, weights: await tiny.policy.weights() }
}

describe('a step on packed samples', () => {
  it('has the loss and the gradient of one on padded samples, in fewer rows', async () => {
    const padded = await step({})
    for (const accumulation of [1, 2]) {
      const packed = await step({ packLength: 64, accumulation })
      expect(Math.abs(packed.metrics.loss! - padded.metrics.loss!)).toBeLessThan(1e-5)
      expect(packed.metrics.grad_norm! / padded.metrics.grad_norm!).toBeCloseTo(1, 4)
      expect(packed.metrics.num_tokens).toBe(padded.metrics.num_tokens)
      const nTokens = SAMPLES.reduce(
        (total, { messages, features }) => total + renderer.conversation(messages, features).ids.length,
        0,
      )
      expect(packed.metrics['packing/rows']).toBe(3)
      expect(packed.metrics['packing/utilisation']).toBe(nTokens / (3 * 64))
    }
    expect('packing/rows' in padded.metrics).toBe(false)
  })

  it('makes rows as long as its longest sample needs', async () => {
    const { metrics } = await step({ packLength: 32 })
    const longest = renderer.conversation(SAMPLES[2]!.messages, SAMPLES[2]!.features).ids.length
    expect(longest).toBeGreaterThan(32)
    expect(metrics['packing/rows']).toBe(2) // of 128 places
  })
})

describe('a step that makes its layers again', () => {
  it('moves the weights as one that keeps them', async () => {
    const [kept, again] = [await step({}), await step({ recomputeLayers: true, packLength: 64 })]
    expect(Math.abs(again.metrics.loss! - kept.metrics.loss!)).toBeLessThan(1e-5)
    expect(again.metrics.grad_norm! / kept.metrics.grad_norm!).toBeCloseTo(1, 4)
  })
})

describe('a step with noise', () => {
  it('repeats by its seed, and draws other noise in another step', async () => {
    const [plain, one, same, other] = [
      await step({}),
      await step({ neftune: 5, seed: 'x' }),
      await step({ neftune: 5, seed: 'x' }),
      await step({ neftune: 5, seed: 'y' }),
    ]
    expect(same.weights).toEqual(one.weights)
    expect(new Set([plain, one, other].map(({ metrics }) => metrics.loss)).size).toBe(3)
  })
})

describe('a step with smoothed labels', () => {
  it('tells the loss without smoothing beside its own', async () => {
    const [plain, smoothed] = [await step({}), await step({ labelSmoothing: 0.2 })]
    expect(smoothed.metrics.nll).toBeCloseTo(plain.metrics.loss!, 5)
    expect(smoothed.metrics.loss).not.toBeCloseTo(plain.metrics.loss!, 3)
    expect('nll' in plain.metrics).toBe(false)
  })
})
