import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { plainSampling, type SamplingOptions, sampleToken } from '../../../models/generation/sampling.ts'
import { sfc32 } from '../../../models/random.ts'
import { expectClose } from '../closeTo.ts'

type Filter = Pick<SamplingOptions, 'temperature' | 'topK' | 'topP' | 'repetitionPenalty' | 'suppressIds'> & {
  seen: number[]
  probabilities: number[]
}
/** What transformers' logits processors leave; see test/goldens/training.py. */
const golden: { logits: number[]; logProbs: number[]; filters: Filter[] } = JSON.parse(
  readFileSync(new URL('../../goldens/data/training/sampling.json', import.meta.url), 'utf8'),
)
const logits = Float32Array.from(golden.logits)

/** Shares of the tokens over evenly spaced draws: the distribution itself, within 1/n. */
function sharesOf(options: Partial<SamplingOptions>, seen: number[] = [], n = 20_000): number[] {
  const shares = golden.logits.map(() => 0)
  for (let i = 0; i < n; i++) {
    const { id } = sampleToken(logits, { ...plainSampling, ...options }, new Set(seen), () => (i + 0.5) / n)
    shares[id]! += 1 / n
  }
  return shares
}

describe('sampling a token', () => {
  it.each(golden.filters)(
    'draws as transformers does at temperature $temperature, top-k $topK, top-p $topP, penalty $repetitionPenalty',
    ({ seen, probabilities, ...options }) => {
      const shares = sharesOf(options, seen)
      expectClose(shares, probabilities, 2e-4, 'share')
      for (const [id, p] of probabilities.entries()) if (p === 0) expect(shares[id]).toBe(0)
    },
  )

  it('reports the log-probability under the model itself, whatever was cut', () => {
    for (const { seen, probabilities: _, ...options } of golden.filters) {
      const { id, logProb } = sampleToken(logits, options, new Set(seen), sfc32(5))
      expect(logProb).toBeCloseTo(golden.logProbs[id]!, 5)
    }
  })

  it('at temperature 0 takes the likeliest, without a draw', () => {
    const never = () => expect.fail('a greedy choice drew a number')
    const greedy = { ...plainSampling, temperature: 0 }
    const best = golden.logits.indexOf(Math.max(...golden.logits))
    expect(sampleToken(logits, greedy, new Set(), never).id).toBe(best)
    expect(sampleToken(logits, { ...greedy, suppressIds: [best] }, new Set(), never).id).not.toBe(best)
  })

  it('never draws a suppressed token, not even the likeliest', () => {
    const best = golden.logits.indexOf(Math.max(...golden.logits))
    expect(sharesOf({ suppressIds: [best, 1] })[best]).toBe(0)
  })

  it('penalises a token that was seen whether its logit is positive or negative', () => {
    const before = sharesOf({})
    for (const id of [golden.logits.findIndex((x) => x > 0), golden.logits.findIndex((x) => x < 0)]) {
      expect(sharesOf({ repetitionPenalty: 2 }, [id])[id]).toBeLessThan(before[id]!)
    }
  })

  it('draws by the softmax: chi-square of 50,000 seeded draws is below the 99.9 % quantile', () => {
    const random = sfc32(11)
    const n = 50_000
    const counts = golden.logits.map(() => 0)
    for (let i = 0; i < n; i++) counts[sampleToken(logits, plainSampling, new Set(), random).id]! += 1
    const chiSquare = counts.reduce((total, count, id) => {
      const expected = n * Math.exp(golden.logProbs[id]!)
      return total + (count - expected) ** 2 / expected
    }, 0)
    expect(chiSquare).toBeLessThan(31.26) // 11 degrees of freedom
  })

  it('still draws a token when the draw is as near to 1 as it can be', () => {
    const id = sampleToken(logits, plainSampling, new Set(), () => 1 - 2 ** -53).id
    expect(golden.logits[id]).toBeDefined()
  })
})
