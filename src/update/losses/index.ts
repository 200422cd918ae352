import type { Objective } from '../../../models/index.ts'
import { cispoLoss } from './cispo.ts'
import { type GrpoLossOptions, grpoLoss } from './grpo.ts'
import { gspoLoss } from './gspo.ts'

/** A policy loss as recipes name it. */
interface PolicyLoss {
  readonly about: string
  readonly build: (options: GrpoLossOptions) => Objective
  /** Of the options that a recipe leaves out. `dualClip` is for losses that read it; the others refuse it. */
  readonly defaults: { readonly clipLow: number; readonly clipHigh: number; readonly dualClip: number | null }
  /** True when it reads which answer a token belongs to. */
  readonly bySequence: boolean
}

/** Every policy loss; a new one is one file and one entry. */
export const policyLosses = {
  grpo: {
    about: 'the ratio of every token is clipped (PPO)',
    build: grpoLoss,
    defaults: { clipLow: 0.2, clipHigh: 0.2, dualClip: 3 },
    bySequence: false,
  },
  gspo: {
    about: 'the ratio of every answer is clipped',
    build: gspoLoss,
    defaults: { clipLow: 3e-4, clipHigh: 4e-4, dualClip: null },
    bySequence: true,
  },
  cispo: {
    about: 'the weight of every token is clipped and its gradient kept',
    build: cispoLoss,
    defaults: { clipLow: 1, clipHigh: 4, dualClip: null },
    bySequence: false,
  },
} as const satisfies Readonly<Record<string, PolicyLoss>>

export type PolicyLossKind = keyof typeof policyLosses
