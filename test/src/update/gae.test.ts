import { describe, expect, it } from 'vitest'
import { gae } from '../../../src/update/gae.ts'
import { whiten } from '../../../src/update/whiten.ts'
import { expectClose } from '../../models/closeTo.ts'
import { valueGolden } from './losses/valueGolden.ts'

describe('generalised advantages', () => {
  const { lengths, rewards, values, mask } = valueGolden
  const ends = lengths.map((_, i) => lengths.slice(0, i + 1).reduce((a, b) => a + b, 0))
  const answers = ends.map((end, i) => [end - lengths[i]!, end] as const)

  it.each(valueGolden.gae)('with γ $gamma and λ $lambda are those of verl, a tool’s tokens passed over', (one) => {
    const found = answers.map(([from, to]) =>
      gae(rewards.slice(from, to), values.slice(from, to), one, mask.slice(from, to).map(Boolean)),
    )
    expectClose(
      found.flatMap(({ returns }) => [...returns]),
      one.returns,
      1e-6,
      'returns',
    )
    const own = found.flatMap(({ advantages }) => [...advantages])
    const whitened = whiten(own, mask)
    expectClose(
      [...whitened].map((a, i) => a * mask[i]!),
      one.whitened,
      1e-5,
      'advantages',
    )
  })

  it('of an answer of two tokens are those that a hand computes', () => {
    const { advantages, returns } = gae([0, 1], [0.5, 0.25], { gamma: 0.9, lambda: 0.5 })
    // δ₂ = 1 − 0.25, δ₁ = 0 + 0.9·0.25 − 0.5
    expectClose(advantages, [-0.275 + 0.45 * 0.75, 0.75], 1e-7)
    expectClose(returns, [-0.275 + 0.45 * 0.75 + 0.5, 1], 1e-7)
  })

  it('with γ = λ = 1 are what was earned from a token on, less its value', () => {
    const { advantages } = gae([0.1, 0.2, 1], [3, -1, 0.5], { gamma: 1, lambda: 1 })
    expectClose(advantages, [1.3 - 3, 1.2 + 1, 1 - 0.5], 1e-6)
  })

  it('give what a tool’s last token earned to the token before it', () => {
    const { advantages } = gae([0, 1], [0, 9], { gamma: 1, lambda: 1 }, [true, false])
    expect([...advantages]).toEqual([1, 0])
  })
})
