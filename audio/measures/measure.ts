import type { Sound } from './analysis/sound.ts'

/** What a measure found. `value: null` is unknown, never 0 in its place, and then `reason` says why. */
export interface Measured {
  readonly value: number | null
  /** Empty for a share or a ratio. */
  readonly unit: string
  readonly reason?: string
}

/** What a measure reads beyond the sound; one that lacks it is unknown. */
export type Need = 'transcript' | 'reference'

export interface Measure {
  /** Names it in rubrics and reports: lower case, with hyphens. */
  readonly name: string
  readonly unit: string
  /** One sentence: what the number is. */
  readonly about: string
  /** How it is taken: method, constants, source. */
  readonly method: string
  /** When it is unknown, beyond a lack of what it needs. */
  readonly unknownWhen: string
  readonly needs: readonly Need[]
  /** Resolves to the number in `unit`, or to why there is none. */
  take(sound: Sound): Promise<number | Unknown>
}

export interface Unknown {
  readonly unknown: string
}

/** Why a measure could not be taken, in words that can follow its name. */
export const unknown = (reason: string): Unknown => ({ unknown: reason })

/** The record of a measure, for the list in `measures/list.ts`; the reference page comes from it. */
export function measure(
  definition: Omit<Measure, 'needs' | 'take'> & {
    needs?: readonly Need[]
    take: (sound: Sound) => Promise<number | Unknown> | number | Unknown
  },
): Measure {
  const { needs = [], take } = definition
  return { ...definition, needs, take: async (sound) => take(sound) }
}
