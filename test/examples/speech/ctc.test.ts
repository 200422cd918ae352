import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ctcGradient, framesNeeded } from '../../../examples/speech/ctc.ts'

/** Log-probabilities, [nFrames, nClasses], of these logits. */
function logSoftmax(logits: readonly (readonly number[])[]): Float32Array {
  return Float32Array.from(
    logits.flatMap((row) => {
      const total = Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0))
      return row.map((x) => x - total)
    }),
  )
}

/** −log of the probability of all paths that read as these labels, each path on its own. */
function byEnumeration(logits: readonly (readonly number[])[], labels: readonly number[]): number {
  const logProbs = logSoftmax(logits)
  const nClasses = logits[0]!.length
  let total = 0
  const walk = (path: readonly number[], logProb: number): void => {
    if (path.length === logits.length) {
      const read = path.filter((label, i) => label !== path[i - 1]).filter((label) => label !== 0)
      if (read.join() === labels.join()) total += Math.exp(logProb)
      return
    }
    for (let c = 0; c < nClasses; c++) walk([...path, c], logProb + logProbs[path.length * nClasses + c]!)
  }
  walk([], 0)
  return -Math.log(total)
}

const cases = fc
  .record({
    logits: fc.array(fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 3, maxLength: 3 }), {
      minLength: 1,
      maxLength: 6,
    }),
    labels: fc.array(fc.integer({ min: 1, max: 2 }), { maxLength: 4 }),
  })
  .filter(({ logits, labels }) => framesNeeded(labels) <= logits.length)

describe('connectionist temporal classification', () => {
  it('sums over all paths that read as the labels', () => {
    fc.assert(
      fc.property(cases, ({ logits, labels }) => {
        expect(ctcGradient(logSoftmax(logits), 3, labels).loss).toBeCloseTo(byEnumeration(logits, labels), 4)
      }),
    )
  })

  it('has the gradient that differences show', () => {
    fc.assert(
      fc.property(cases, ({ logits, labels }) => {
        const { gradient } = ctcGradient(logSoftmax(logits), 3, labels)
        for (const [t, row] of logits.entries()) {
          for (const c of row.keys()) {
            const moved = (by: number) =>
              byEnumeration(
                logits.map((own, at) => own.map((x, i) => (at === t && i === c ? x + by : x))),
                labels,
              )
            expect(gradient[t * 3 + c]).toBeCloseTo((moved(1e-3) - moved(-1e-3)) / 2e-3, 3)
          }
        }
      }),
      { numRuns: 30 },
    )
  })

  it('refuses labels that the frames have no room for', () => {
    expect(() => ctcGradient(logSoftmax([[0, 0, 0]]), 3, [1, 2])).toThrow('1 frames are too few for 2 labels (2).')
    expect(framesNeeded([1, 1, 2])).toBe(4)
  })
})
