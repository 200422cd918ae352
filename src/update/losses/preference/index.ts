import type { Objective } from '../../../../models/index.ts'
import { dpoLoss } from './dpo.ts'
import { hingeLoss } from './hinge.ts'
import { ipoLoss } from './ipo.ts'
import { ktoLoss } from './kto.ts'
import { orpoLoss } from './orpo.ts'
import type { PreferenceLossOptions } from './preferenceObjective.ts'
import { simpoLoss } from './simpo.ts'

export type { PreferenceLossOptions } from './preferenceObjective.ts'

/** A loss of pairs as recipes name it. */
export interface PreferenceLoss {
  readonly about: string
  readonly build: (options: PreferenceLossOptions) => Objective
  readonly hasReference: boolean
  /** Options beside `beta` and `sft` that it reads. */
  readonly reads: readonly string[]
  readonly defaults: Pick<PreferenceLossOptions, 'beta' | 'lengthNormalised' | 'sft'>
}

const DPO = { hasReference: true, defaults: { beta: 0.1, lengthNormalised: false, sft: 0 } } as const

/** Every preference loss; a new one is one file and one entry here. Defaults are TRL's, SimPO's its paper's. */
export const preferenceLosses = {
  dpo: { ...DPO, about: 'the sigmoid of DPO', build: dpoLoss, reads: ['label_smoothing', 'length_normalised'] },
  ipo: {
    about: 'a margin that is reached and not exceeded',
    build: ipoLoss,
    hasReference: true,
    reads: ['length_normalised'],
    defaults: { beta: 0.1, lengthNormalised: true, sft: 0 },
  },
  hinge: { ...DPO, about: "a hinge on DPO's margin", build: hingeLoss, reads: ['length_normalised'] },
  kto: {
    ...DPO,
    about: 'chosen and rejected answers each on their own',
    build: ktoLoss,
    reads: ['desirable_weight', 'undesirable_weight'],
  },
  orpo: {
    about: 'odds, beside the cross-entropy of the chosen answer, without a reference',
    build: orpoLoss,
    hasReference: false,
    reads: [],
    defaults: { beta: 0.1, lengthNormalised: true, sft: 1 },
  },
  simpo: {
    about: 'mean log-probabilities and a margin, without a reference',
    build: simpoLoss,
    hasReference: false,
    reads: ['label_smoothing', 'gamma'],
    defaults: { beta: 2, lengthNormalised: true, sft: 0 },
  },
} as const satisfies Readonly<Record<string, PreferenceLoss>>

export type PreferenceLossKind = keyof typeof preferenceLosses
