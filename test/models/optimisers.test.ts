import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { input, matMul } from '../../models/graph/index.ts'
import { adamWDefaults, learningRateAt, optimiserStep, optimisers } from '../../models/optimisers/index.ts'
import { muonDefaults, newtonSchulz } from '../../models/optimisers/muon.ts'
import { sfc32 } from '../../models/random.ts'
import { expectClose } from './closeTo.ts'
import { evaluate } from './graph/differences.ts'

interface Step {
  learningRate: number
  gradients: Record<'weight' | 'bias', number[]>
  gradNorm: number
  weight: number[]
  bias: number[]
}
/** torch.optim.AdamW behind clip_grad_norm_; see test/goldens/training.py. */
const golden: {
  betas: [number, number]
  epsilon: number
  weightDecay: number
  maxGradNorm: number
  start: { weight: number[]; bias: number[] }
  steps: Step[]
} = JSON.parse(readFileSync(new URL('../goldens/data/training/adamW.json', import.meta.url), 'utf8'))

const parameters = new Map([
  ['weight', input('weight', [3, 4])],
  ['bias', input('bias', [4])],
])

/** Runs the golden's steps; `gradScale` s is given gradients that are s times too small. */
async function run(gradScale: number) {
  const outputs = optimiserStep(optimisers.adamw, parameters).outputs
  const { start, weightDecay, maxGradNorm, steps } = golden
  const state: Record<string, number[]> = { ...start }
  for (const [name, { shape }] of parameters) {
    for (const part of ['adam_m/', 'adam_v/']) state[part + name] = Array(shape.reduce((a, b) => a * b)).fill(0)
  }
  const found: { gradNorm: number; weight: number[]; bias: number[] }[] = []
  for (const [i, { learningRate, gradients }] of steps.entries()) {
    const made = await evaluate(outputs, {
      ...state,
      'grad/weight': gradients.weight.map((g) => g / gradScale),
      'grad/bias': gradients.bias.map((g) => g / gradScale),
      learning_rate: [learningRate],
      weight_decay: [weightDecay],
      max_grad_norm: [maxGradNorm],
      grad_scale: [gradScale],
      correction1: [1 / (1 - adamWDefaults.beta1 ** (i + 1))],
      correction2: [1 / (1 - adamWDefaults.beta2 ** (i + 1))],
    })
    for (const name of parameters.keys()) {
      state[name] = made[`new/${name}`]!
      state[`adam_m/${name}`] = made[`new/adam_m/${name}`]!
      state[`adam_v/${name}`] = made[`new/adam_v/${name}`]!
    }
    found.push({ gradNorm: made.grad_norm![0]!, weight: state.weight!, bias: state.bias! })
  }
  return found
}

describe('AdamW', () => {
  it('has the constants that the golden was made with', () => {
    expect(adamWDefaults).toEqual({ beta1: golden.betas[0], beta2: golden.betas[1], epsilon: golden.epsilon })
  })

  it.each([1, 0.25])(
    'takes five steps with torch, clipping and decay included (gradients scaled by %d)',
    async (scale) => {
      for (const [i, { gradNorm, weight, bias }] of (await run(scale)).entries()) {
        const expected = golden.steps[i]!
        expectClose([gradNorm], [expected.gradNorm], 1e-6, `step ${i + 1}: norm`)
        expectClose(weight, expected.weight, 2e-6, `step ${i + 1}: weight`)
        expectClose(bias, expected.bias, 2e-6, `step ${i + 1}: bias`)
      }
    },
  )
})

interface MuonGolden {
  shapes: Record<string, number[]>
  start: Record<string, number[]>
  weightDecay: number
  momentum: number
  steps: ({ learningRate: number; gradients: Record<string, number[]> } & Record<string, unknown>)[]
}
/** torch.optim.Muon; see test/goldens/muon.py. */
const muonGolden: MuonGolden = JSON.parse(
  readFileSync(new URL('../goldens/data/training/muon.json', import.meta.url), 'utf8'),
)

describe('Muon', () => {
  const { shapes, start, weightDecay, momentum, steps } = muonGolden

  it('has the constants that the golden was made with', () => expect(muonDefaults.momentum).toBe(momentum))

  it('takes three steps with torch, for matrices wide and tall', async () => {
    const matrices = new Map(Object.entries(shapes).map(([name, shape]) => [name, input(name, shape)]))
    const { outputs, into } = optimiserStep(optimisers.muon, matrices)
    const zeros = Object.keys(shapes).map((name) => [`muon/${name}`, Array(24).fill(0)])
    const state: Record<string, number[]> = { ...start, ...Object.fromEntries(zeros) }
    for (const [i, { learningRate, gradients, ...expected }] of steps.entries()) {
      const made = await evaluate(outputs, {
        ...state,
        ...Object.fromEntries(Object.entries(gradients).map(([name, g]) => [`grad/${name}`, g])),
        learning_rate: [learningRate],
        weight_decay: [weightDecay],
        max_grad_norm: [1e9],
        grad_scale: [1],
      })
      for (const [output, array] of Object.entries(into)) state[array] = made[output]!
      for (const name of Object.keys(shapes))
        expectClose(state[name]!, expected[name] as number[], 1e-5, `step ${i + 1}: ${name}`)
    }
  })

  it('brings the singular values of any matrix near 1', async () => {
    const random = sfc32(5)
    for (const [rows, columns] of [
      [6, 6],
      [4, 20],
    ] as const) {
      const x = Array.from({ length: rows * columns }, () => 2 * random() - 1)
      const y = newtonSchulz(input('x', [rows, columns]))
      const { gram } = await evaluate({ gram: matMul(y, y, { transposeB: true }) }, { x })
      for (let i = 0; i < rows; i++) {
        expect(gram![i * rows + i]!).toBeGreaterThan(0.4)
        expect(gram![i * rows + i]!).toBeLessThan(1.5)
        for (let j = 0; j < i; j++) expect(Math.abs(gram![i * rows + j]!)).toBeLessThan(0.35)
      }
    }
  })

  it('leaves biases and embeddings to AdamW', () => {
    const slots = (name: string, shape: number[]) => optimisers.muon.slots(name, input(name, shape))
    expect(slots('layers.0.mlp.up_proj.weight', [8, 4])).toEqual(['muon'])
    expect(slots('conv1.weight', [8, 4, 3])).toEqual(['muon'])
    expect(slots('layers.0.norm.weight', [8])).toEqual(['adam_m', 'adam_v'])
    expect(slots('language_model.model.embed_tokens.weight', [9, 4])).toEqual(['adam_m', 'adam_v'])
    expect(slots('language_model.lm_head.weight', [9, 4])).toEqual(['adam_m', 'adam_v'])
  })
})

describe('the learning rate', () => {
  it('rises in equal steps and first reaches its peak at the end of the warm-up', () => {
    const rates = [0, 1, 2, 3, 4].map((step) => learningRateAt(step, 10, { peak: 1, warmupSteps: 4 }))
    expect(rates).toEqual([0.25, 0.5, 0.75, 1, 1])
  })

  it.each([
    ['constant', [1, 1, 1, 1, 1]],
    ['linear', [1, 0.775, 0.55, 0.325, 0.1]],
    ['cosine', [1, 0.1 + 0.9 * 0.8535533906, 0.55, 0.1 + 0.9 * 0.1464466094, 0.1]],
  ] as const)('by the %s schedule goes from peak to floor', (schedule, expected) => {
    const rates = [0, 25, 50, 75, 100].map((step) => learningRateAt(step, 100, { peak: 1, floor: 0.1, schedule }))
    expectClose(rates, [...expected], 1e-9, 'rate')
  })

  it('stays at the floor beyond the last step, and is the peak when all steps warm up', () => {
    expect(learningRateAt(120, 100, { peak: 1, floor: 0.1, schedule: 'linear' })).toBeCloseTo(0.1, 12)
    expect(learningRateAt(9, 10, { peak: 2, warmupSteps: 10 })).toBe(2)
  })
})
