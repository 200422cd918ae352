import { expect, it } from 'vitest'
import { overlongPenalty } from '../../../src/update/overlong.ts'
import { policyGolden } from './losses/policyGolden.ts'

it.each(policyGolden.overlong)(
  'an answer of $nTokens tokens of $longest, the last $buffer charged by $penalty, gets $reward as in verl',
  ({ nTokens, longest, buffer, penalty, reward }) => {
    expect(overlongPenalty(nTokens, longest, { buffer, penalty })).toBeCloseTo(reward, 12)
  },
)
