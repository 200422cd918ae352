import { readFileSync } from 'node:fs'
import type { Algorithm } from '../../../../src/update/advantages.ts'
import type { PolicyLossKind } from '../../../../src/update/losses/index.ts'
import type { KlEstimator } from '../../../../src/update/losses/kl.ts'
import type { Aggregation } from '../../../../src/update/tokenWeights.ts'

/** What verl and RuscaRL say; see test/goldens/policyLosses.py. */
export const policyGolden: {
  readonly vocab: number
  readonly lengths: number[]
  readonly logits: number[]
  readonly targets: number[]
  readonly oldLogProbs: number[]
  readonly refLogProbs: number[]
  readonly refDistribution: number[]
  readonly advantage: number[]
  readonly losses: readonly {
    readonly name: string
    readonly kind: PolicyLossKind
    readonly clipLow: number
    readonly clipHigh: number
    readonly dualClip: number | null
    readonly aggregation: Aggregation
    readonly loss: number
    readonly dLogits: number[]
  }[]
  readonly kl: readonly { readonly name: KlEstimator; readonly loss: number; readonly dLogits: number[] }[]
  readonly rewards: number[]
  readonly advantages: Readonly<Record<Exclude<Algorithm, `reinforce++${string}`>, number[]>>
  readonly ratios: readonly {
    readonly options: object
    readonly totalSteps: number
    readonly step: number
    readonly ratios: number[]
  }[]
  readonly choices: readonly { readonly nCriteria: number; readonly ratio: number; readonly shown: string[] }[]
  readonly overlong: readonly {
    readonly nTokens: number
    readonly longest: number
    readonly buffer: number
    readonly penalty: number
    readonly reward: number
  }[]
} = JSON.parse(readFileSync(new URL('../../../goldens/data/training/policyLosses.json', import.meta.url), 'utf8'))

/** A number of every answer, given to each of its tokens. */
export const perToken = (byAnswer: readonly number[], lengths: readonly number[]): number[] =>
  lengths.flatMap((n, i) => new Array<number>(n).fill(byAnswer[i]!))
