import { readFileSync } from 'node:fs'

/** What verl says; see test/goldens/valueLosses.py. Tokens stand answer by answer. */
export const valueGolden: {
  readonly lengths: number[]
  readonly mask: number[]
  readonly rewards: number[]
  readonly values: number[]
  readonly gae: readonly {
    readonly gamma: number
    readonly lambda: number
    readonly whitened: number[]
    readonly returns: number[]
  }[]
  readonly value: {
    readonly clip: number
    readonly now: number[]
    readonly returns: number[]
    readonly loss: number
    readonly clipped: number
    readonly gradient: number[]
  }
  readonly scores: number[]
  readonly 'reinforce++': number[]
  readonly 'reinforce++-baseline': number[]
} = JSON.parse(readFileSync(new URL('../../../goldens/data/training/valueLosses.json', import.meta.url), 'utf8'))
