import type { Claim } from '../common/claims.ts'
import { mean } from '../common/statistics.ts'
import { ARMS, type Question } from './arms.ts'
import type { ArmResult, Asked } from './runArm.ts'

/** Results of an arm, one a seed. */
export const ofArm = (results: readonly ArmResult[], arm: string): readonly ArmResult[] =>
  results.filter((result) => result.arm === arm)

/** A figure of an arm's answers to one way of asking, one a seed. */
export const perSeed = (
  results: readonly ArmResult[],
  arm: string,
  question: Question,
  of: (asked: Asked) => number | null | undefined,
): number[] =>
  ofArm(results, arm).flatMap(({ asked }) => {
    const found = asked[question]
    return found ? [of(found) ?? Number.NaN] : []
  })

export const formShare = ({ forms }: Asked): number => mean(forms)
export const figureOf =
  (task: string, metric: string) =>
  ({ figures }: Asked): number | null =>
    figures.find((figure) => figure.task === task && figure.metric === metric)?.value ?? null

const shown = (values: readonly number[], unit = ' %', scale = 100): string =>
  values.map((value) => `${(scale * value).toFixed(1)}`).join(', ') + unit

export function claimsOf(results: readonly ArmResult[]): Claim[] {
  const form = (arm: string, question: Question) => perSeed(results, arm, question, formShare)
  const wer = (arm: string) => perSeed(results, arm, 'own', figureOf('transcription', 'wer'))
  const claim = (
    says: string,
    sides: readonly [string, readonly number[]][],
    holds: (...sides: readonly (readonly number[])[]) => boolean,
    print: (values: readonly number[]) => string = shown,
  ): Claim => ({
    says,
    figures: sides.map(([name, values]) => `${name} ${values.length > 0 ? print(values) : '–'}`).join('; '),
    holds: sides.every(([, values]) => values.length > 0) ? holds(...sides.map(([, values]) => values)) : null,
  })
  const points = (values: readonly number[]) => shown(values, ' %', 1)
  return [
    claim(
      'Tags separate tasks that ask the same clip for different things: nearly every answer has the form that was asked for.',
      [['answers in the form asked for, by seed:', form('tags', 'own')]],
      (own) => own!.every((share) => share >= 0.95),
    ),
    claim(
      'Without tags the tasks interfere: far fewer answers have the form that was wanted.',
      [
        ['tags', form('tags', 'own')],
        ['the sound alone', form('untagged', 'own')],
      ],
      (tags, none) => tags!.every((share, i) => share > (none![i] ?? 1) + 0.2),
    ),
    claim(
      'Natural language separates them as tags do.',
      [
        ['tags', form('tags', 'own')],
        ['natural language', form('words', 'own')],
      ],
      (tags, words) => mean(words!) >= mean(tags!) - 0.05,
    ),
    claim(
      'Natural language is understood in wordings that were never trained on; a model of tags does not know words.',
      [
        ['natural language', form('words', 'held-out')],
        ['tags', form('tags', 'held-out')],
      ],
      (words, tags) => words!.every((share, i) => share > (tags![i] ?? 1)),
    ),
    claim(
      'Learning words with their times does not hurt the words without them (word error rate within 3 points).',
      [
        ['with', wer('tags')],
        ['without', wer('tags-without-times')],
      ],
      (withTimes, without) => mean(withTimes!) <= mean(without!) + 3,
      points,
    ),
    claim(
      'The same, asked in natural language.',
      [
        ['with', wer('words')],
        ['without', wer('words-without-times')],
      ],
      (withTimes, without) => mean(withTimes!) <= mean(without!) + 3,
      points,
    ),
  ]
}

export const titleOf = (id: string): string => ARMS.find((arm) => arm.id === id)!.title
