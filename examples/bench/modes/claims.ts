import { MANNERS, type Manner } from '../../chat/manner.ts'
import { ALONE, type AskedControl } from './arms.ts'
import type { Answers, ArmResult } from './runArm.ts'

/** What is expected, and whether it was met; null where too little was measured. */
export interface Claim {
  readonly says: string
  readonly figures: string
  readonly holds: boolean | null
}

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

export const ofArm = (results: readonly ArmResult[], arm: string): readonly ArmResult[] =>
  results.filter((result) => result.arm === arm).sort((a, b) => a.seed - b.seed)

/** Mean score of one mode, 0 to 100 and clipped there, one a seed. */
export const scores = (
  results: readonly ArmResult[],
  arm: string,
  mode: Manner,
  control: AskedControl = 'none',
): number[] => ofArm(results, arm).map(({ asked }) => 100 * Math.min(1, Math.max(0, mean(asked[control][mode].scores))))

/** Share of the answers to one mode that are in that manner, in percent, one a seed; null asks for those in neither. */
export const confusion = (results: readonly ArmResult[], arm: string, mode: Manner, manner: Manner | null): number[] =>
  ofArm(results, arm).map(({ asked }) => 100 * mannerShare(asked.none[mode], manner))

const mannerShare = ({ manners }: Answers, wanted: Manner | null): number =>
  mean(manners.map((manner) => (manner === wanted ? 1 : 0)))

/** A mode costs at most this many points of score to share a model with the other. */
const MARGIN = 3
/** Most that is answered in the other mode's manner, and least that a score loses without its sound, in points. */
const MOST_CONFUSED = 5
const LEAST_LOST = 15

const shown = (values: readonly number[]): string => values.map((value) => value.toFixed(1)).join(', ')
export const NAMES: Readonly<Record<Manner, string>> = {
  'voice-chat': 'voice chat',
  'audio-analysis': 'audio analysis',
}
export const otherMode = (mode: Manner): Manner => MANNERS.find((one) => one !== mode)!

const EQUAL = {
  conversations: 'from as many conversations of it',
  steps: 'for as many steps, from twice as many conversations of it',
}

export function claimsOf(results: readonly ArmResult[]): Claim[] {
  const claim = (
    says: string,
    sides: readonly [string, readonly number[]][],
    holds: (...sides: readonly (readonly number[])[]) => boolean,
  ): Claim => ({
    says,
    figures: sides.map(([name, values]) => `${name} ${values.length > 0 ? shown(values) : '–'}`).join('; '),
    holds: sides.every(([, values]) => values.length > 0) ? holds(...sides.map(([, values]) => values)) : null,
  })
  return MANNERS.flatMap((mode) => [
    ...(['conversations', 'steps'] as const).map((equal) =>
      claim(
        `A model of both modes is within ${MARGIN} points of one that learnt ${NAMES[mode]} alone, ${EQUAL[equal]} (means over seeds).`,
        [
          ['both', scores(results, 'both', mode)],
          ['alone', scores(results, ALONE[mode][equal], mode)],
        ],
        (both, alone) => mean(both!) >= mean(alone!) - MARGIN,
      ),
    ),
    claim(
      `It answers at most ${MOST_CONFUSED} % of ${NAMES[mode]} in the manner of ${NAMES[otherMode(mode)]}, with every seed.`,
      [['%', confusion(results, 'both', mode, otherMode(mode))]],
      (share) => share!.every((percent) => percent <= MOST_CONFUSED),
    ),
    claim(
      `It listens in ${NAMES[mode]}: without the sound, and with that of another conversation, it loses ${LEAST_LOST} points and more, with every seed.`,
      [
        ['as asked', scores(results, 'both', mode)],
        ['silenced', scores(results, 'both', mode, 'silenced')],
        ['swapped', scores(results, 'both', mode, 'swapped')],
      ],
      (plain, silenced, swapped) =>
        plain!.every((score, i) => score - Math.max(silenced![i]!, swapped![i]!) >= LEAST_LOST),
    ),
  ])
}
