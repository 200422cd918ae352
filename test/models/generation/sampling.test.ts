import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  plainSampling,
  type SamplingOptions,
  sampleFromShares,
  sampleToken,
} from '../../../models/generation/sampling.ts'
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

/** As the graph of a large vocabulary gives them: softmax at the temperature, in 32 bits. */
function fromShares(
  logits: Float32Array,
  options: SamplingOptions,
  seen: ReadonlySet<number>,
  random: () => number,
): { id: number; logProb: number } {
  const temperature = options.temperature === 0 ? 1 : options.temperature
  const top = Math.max(...logits)
  const sum = (t: number) => logits.reduce((total, logit) => total + Math.exp((logit - top) / t), 0)
  const total = sum(temperature)
  const shares = logits.map((logit) => Math.exp((logit - top) / temperature) / total)
  return sampleFromShares({ logits, shares, logNorm: Math.fround(top + Math.log(sum(1))) }, options, seen, random)
}

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

describe('sampling a token from shares', () => {
  it.each(golden.filters)(
    'draws as from logits at temperature $temperature, top-k $topK, top-p $topP, penalty $repetitionPenalty',
    ({ seen, probabilities: _, ...options }) => {
      for (let i = 0; i < 500; i++) {
        const random = () => (i + 0.37) / 500
        const asked = [logits, { ...plainSampling, ...options }, new Set(seen), random] as const
        const [ours, plain] = [fromShares(...asked), sampleToken(...asked)]
        expect(ours.id).toBe(plain.id)
        expect(ours.logProb).toBeCloseTo(plain.logProb, 5)
      }
    },
  )

  it('finds the same tokens among many, some of them equal, whatever is cut', () => {
    const cut = fc.record({
      temperature: fc.constantFrom(0, 0.7, 1, 1.5),
      topK: fc.constantFrom(0, 1, 7, 300),
      topP: fc.constantFrom(1, 0.999, 0.9, 0.3),
      repetitionPenalty: fc.constantFrom(1, 1.3),
      suppressIds: fc.uniqueArray(fc.nat(299), { maxLength: 5 }),
    })
    const words = fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 300, maxLength: 300 })
    fc.assert(
      fc.property(cut, words, fc.uniqueArray(fc.nat(299), { maxLength: 9 }), fc.nat(999), (options, words, seen, i) => {
        const asked = [Float32Array.from(words, (n) => n / 8), options, new Set(seen), () => (i + 0.5) / 1000] as const
        const [logits, , set, at] = asked
        const ours = fromShares(...asked).id
        // A draw on the edge between two tokens may fall on either side of it.
        const plain = [-1e-5, 0, 1e-5].map((nudge) => sampleToken(logits, options, set, () => at() + nudge).id)
        expect(plain).toContain(ours)
      }),
      { numRuns: 200 },
    )
  })

  it('lets another row draw from the same shares', () => {
    const shares = Float32Array.of(0.5, 0.25, 0.25)
    const given = { logits: shares.map(Math.log), shares, logNorm: 0 }
    sampleFromShares(given, { ...plainSampling, topK: 1, suppressIds: [2] }, new Set(), () => 0.9)
    expect([...shares]).toEqual([0.5, 0.25, 0])
  })
})
