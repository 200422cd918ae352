import { describe, expect, it } from 'vitest'
import { crossEntropy, smoothedCrossEntropy } from '../../../../src/update/losses/crossEntropy.ts'
import { expectClose } from '../../../models/closeTo.ts'
import { golden, type LossInput, onLogits, slopeAlong } from './onLogits.ts'

const { logits, vocab, targets } = golden
const even = targets.map(() => 1 / targets.length)

describe('cross-entropy', () => {
  it('and its gradient are those of torch', async () => {
    const found = await onLogits(crossEntropy, { logits, vocab, targets, values: { weight: even } })
    expectClose([found.loss], [golden.crossEntropy.loss], 1e-6, 'loss')
    expectClose(found.dLogits, golden.crossEntropy.dLogits, 1e-6, 'gradient')
  })

  it('of equal logits is the logarithm of the vocabulary', async () => {
    const flat = { logits: logits.map(() => 3), vocab, targets, values: { weight: even } }
    expect((await onLogits(crossEntropy, flat)).loss).toBeCloseTo(Math.log(vocab), 6)
  })

  it('leaves a token of weight 0 out of loss and gradient', async () => {
    const weight = even.map((w, i) => (i === 2 ? 0 : w))
    const whole = await onLogits(crossEntropy, { logits, vocab, targets, values: { weight } })
    const other = logits.map((value, i) => (Math.floor(i / vocab) === 2 ? 9 - value : value))
    const changed = await onLogits(crossEntropy, { logits: other, vocab, targets, values: { weight } })
    expect(changed.loss).toBe(whole.loss)
    expect(whole.dLogits.slice(2 * vocab, 3 * vocab)).toEqual(Array(vocab).fill(0))
  })

  it('has the slope that differences measure', async () => {
    const at: LossInput = { logits, vocab, targets, values: { weight: even } }
    const { dLogits } = await onLogits(crossEntropy, at)
    const direction = logits.map((_, i) => Math.cos(7 * i))
    const exact = dLogits.reduce((total, g, i) => total + g * direction[i]!, 0)
    expectClose([await slopeAlong(crossEntropy, at, direction)], [exact], 2e-4, 'slope')
  })

  it('holds far from 0, where a softmax taken plainly would overflow', async () => {
    const far = logits.map((value) => 1000 + value)
    const found = await onLogits(crossEntropy, { logits: far, vocab, targets, values: { weight: even } })
    expectClose([found.loss], [golden.crossEntropy.loss], 1e-3, 'loss')
  })
})

describe('cross-entropy against smoothed labels', () => {
  const { epsilon, loss, dLogits } = golden.smoothed

  it('and its gradient are those of torch, with the loss as it is without smoothing', async () => {
    const at: LossInput = { logits, vocab, targets, values: { weight: even } }
    const found = await onLogits(smoothedCrossEntropy(epsilon), at)
    expectClose([found.loss], [loss], 1e-6, 'loss')
    expectClose(found.dLogits, dLogits, 1e-6, 'gradient')
    expectClose([found.metrics.nll!], [golden.crossEntropy.loss], 1e-6, 'nll')
  })

  it('is plain cross-entropy where nothing is smoothed', async () => {
    const at: LossInput = { logits, vocab, targets, values: { weight: even } }
    const [none, plain] = [await onLogits(smoothedCrossEntropy(0), at), await onLogits(crossEntropy, at)]
    expectClose([none.loss], [plain.loss], 1e-6, 'loss')
    expectClose(none.dLogits, plain.dLogits, 1e-6, 'gradient')
  })
})
