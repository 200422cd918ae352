import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  type PreferenceLossKind,
  type PreferenceLossOptions,
  preferenceLosses,
} from '../../../../../src/update/losses/preference/index.ts'
import { expectClose } from '../../../../models/closeTo.ts'
import { type LossInput, onLogits, slopeAlong } from '../onLogits.ts'

interface Case {
  readonly name: string
  readonly kind: PreferenceLossKind
  readonly options: Partial<PreferenceLossOptions>
  readonly loss: number
  readonly dLogits: number[]
  readonly rewards: [number, number]
  readonly accuracy: number
  readonly logps: [number, number]
}

const golden = JSON.parse(
  readFileSync(new URL('../../../../goldens/data/training/preferenceLosses.json', import.meta.url), 'utf8'),
) as {
  vocab: number
  lengths: [number, number][]
  logits: number[]
  targets: number[]
  refLogProbs: number[]
  kl: number
  cases: Case[]
}
const { vocab, lengths, logits, targets } = golden

const optionsOf = (options: Partial<PreferenceLossOptions>): PreferenceLossOptions => ({
  beta: 0.1,
  labelSmoothing: 0,
  lengthNormalised: false,
  sft: 0,
  gamma: 0,
  desirableWeight: 1,
  undesirableWeight: 1,
  ...options,
})

/** What the loss of a case reads, and nothing that it does not. */
function inputOf(kind: PreferenceLossKind, options: PreferenceLossOptions, ref = golden.refLogProbs): LossInput {
  const values: Record<string, number[]> = { pair: [], chosen_share: [], rejected_share: [], sft_weight: [] }
  const slots = () => targets.map(() => 0)
  const [pairWeight, refChosen, refRejected] = [slots(), slots(), slots()]
  const nChosen = lengths.reduce((sum, [n]) => sum + n, 0)
  let at = 0
  for (const [pair, sides] of lengths.entries()) {
    pairWeight[pair] = 1 / lengths.length
    for (const [side, n] of sides.entries()) {
      const share = options.lengthNormalised ? 1 / n : 1
      for (let i = 0; i < n; i++, at++) {
        values.pair!.push(pair)
        values.chosen_share!.push(side === 0 ? share : 0)
        values.rejected_share!.push(side === 1 ? share : 0)
        values.sft_weight!.push(side === 0 ? 1 / nChosen : 0)
        const slot = side === 0 ? refChosen : refRejected
        slot[pair] = slot[pair]! + share * ref[at]!
      }
    }
  }
  if (options.sft === 0) delete values.sft_weight
  const reference: LossInput['values'] = preferenceLosses[kind].hasReference
    ? { ref_chosen: refChosen, ref_rejected: refRejected }
    : {}
  const kl: LossInput['values'] = kind === 'kto' ? { kl: [golden.kl] } : {}
  return { logits, vocab, targets, values: { ...values, pair_weight: pairWeight, ...reference, ...kl } }
}

describe.each(golden.cases.map((one) => [one.name, one] as const))('%s', (_, one) => {
  const options = optionsOf(one.options)
  const objective = preferenceLosses[one.kind].build(options)
  const at = inputOf(one.kind, options)

  it('is, with its gradient and its metrics, that of TRL', async () => {
    const { loss, dLogits, metrics } = await onLogits(objective, at)
    expectClose([loss], [one.loss], 2e-6, 'loss')
    expectClose(dLogits, one.dLogits, 2e-6, 'gradient')
    expectClose([metrics['rewards/chosen']!, metrics['rewards/rejected']!], one.rewards, 2e-6, 'rewards')
    expectClose([metrics['logps/chosen']!, metrics['logps/rejected']!], one.logps, 2e-6, 'logps')
    expect(metrics['rewards/accuracies']).toBeCloseTo(one.accuracy, 6)
  })

  it('has the slope that differences measure', async () => {
    const { dLogits } = await onLogits(objective, at)
    const direction = logits.map((_, i) => Math.sin(5 * i + 1))
    const exact = dLogits.reduce((total, g, i) => total + g * direction[i]!, 0)
    expectClose([await slopeAlong(objective, at, direction)], [exact], 2e-3, 'slope')
  })
})

/** Log-probabilities that the policy itself gives. */
const own = targets.map((target, row) => {
  const of = logits.slice(row * vocab, (row + 1) * vocab)
  return of[target]! - Math.log(of.reduce((sum, x) => sum + Math.exp(x), 0))
})

describe('preference losses where policy and reference agree', () => {
  it('dpo is ln 2 with a gradient of β/2 a unit of margin, nobody is right, and no reward is given', async () => {
    const options = optionsOf({})
    const { loss, metrics, dLogits } = await onLogits(preferenceLosses.dpo.build(options), inputOf('dpo', options, own))
    expect(loss).toBeCloseTo(Math.LN2, 5)
    expect(metrics['rewards/margins']).toBeCloseTo(0, 5)
    // The first chosen token: −β/2 · 1/3 pairs · (onehot − softmax).
    const share = Math.exp(own[0]!)
    expect(dLogits[targets[0]!]).toBeCloseTo((-0.05 / 3) * (1 - share), 6)
  })

  it('hinge is 1 and ipo is 1/4β²', async () => {
    const hinge = optionsOf({})
    expect((await onLogits(preferenceLosses.hinge.build(hinge), inputOf('hinge', hinge, own))).loss).toBeCloseTo(1, 5)
    const ipo = optionsOf({ beta: 0.5, lengthNormalised: true })
    expect((await onLogits(preferenceLosses.ipo.build(ipo), inputOf('ipo', ipo, own))).loss).toBeCloseTo(1, 5)
  })
})
