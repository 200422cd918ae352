import { MANNERS, type Manner } from '../../chat/manner.ts'
import { ARMS, CONTROLS, SEEDS } from './arms.ts'
import { claimsOf, confusion, mean, NAMES, ofArm, scores } from './claims.ts'
import type { ArmResult } from './runArm.ts'

/** The page docs/results/modes.md. */
export function resultsPage(results: readonly ArmResult[], machine: string): string {
  const nSeeds = Math.min(...ARMS.map(({ id }) => ofArm(results, id).length))
  const missing =
    nSeeds < SEEDS.length ? ` **Only ${nSeeds} of ${SEEDS.length} seeds were measured for every arm.**` : ''
  const minutes = results.reduce((sum, { seconds }) => sum + seconds, 0) / 60
  return `# Two modes in one model

Written by \`npm run bench:modes\` on ${machine}; ${results.length} trainings from nothing, ${minutes.toFixed(0)} minutes in all.${missing}

[examples/chat](../../examples/chat) on both modes and on each alone, for four tenths of its steps. In voice chat the user only speaks: a question over a sound, a
greeting, thanks, a question back in a spoken conversation. In audio analysis something is asked of clips, in writing or in another clip; of
several clips by their numbers, which go on over the turns. No prompt says which mode is wanted. A model of one mode meets as many conversations of
it as the model of both, in half of the steps; or trains for as many steps, and meets twice as many. Scores are of one rubric for both modes, on recordings of sounds and on voices that no training heard.
The models are small and start from nothing, so they hear poorly: compare the rows, not the numbers with those of others.

## What was expected, and what was found

| | expected | found, by seed |
|---|---|---|
${claimsOf(results)
  .map(({ says, figures, holds }) => `| ${holds === null ? '?' : holds ? '✓' : '✗'} | ${says} | ${figures} |`)
  .join('\n')}

## Scores, %

Mean over seeds; in brackets the lowest and the highest.

| arm | sound | ${MANNERS.map((mode) => NAMES[mode]).join(' | ')} |
|---|---|${MANNERS.map(() => '---:|').join('')}
${ARMS.flatMap(({ id, title }) =>
  CONTROLS.map(
    (control) =>
      `| ${title} | ${SOUNDS[control]} | ${MANNERS.map((mode) => ranged(scores(results, id, mode, control))).join(' | ')} |`,
  ),
).join('\n')}

## Confusion of modes

In whose manner the conversations of each mode are answered, % of them, mean over seeds. The manner is told by a pattern
([manner.ts](../../examples/chat/manner.ts)), not by content: who says "i", "you" or their like speaks to somebody, which is voice chat; labels that speak to nobody are
an analysis; all else is neither.

| arm | asked in | ${MANNERS.map((manner) => `answered as ${NAMES[manner]}`).join(' | ')} | as neither |
|---|---|${MANNERS.map(() => '---:|').join('')}---:|
${ARMS.flatMap(({ id, title }) =>
  MANNERS.map(
    (mode) =>
      `| ${title} | ${NAMES[mode]} | ${[...MANNERS, null].map((manner) => one(confusion(results, id, mode, manner))).join(' | ')} |`,
  ),
).join('\n')}

## By kind of conversation

Scores in %, as asked, mean over seeds.

| mode | kind | ${ARMS.map(({ title }) => title).join(' | ')} |
|---|---|${ARMS.map(() => '---:|').join('')}
${MANNERS.flatMap((mode) =>
  kindsOf(results, mode).map(
    (kind) =>
      `| ${NAMES[mode]} | ${kind} | ${ARMS.map(({ id }) => one(ofKind(results, id, mode, kind))).join(' | ')} |`,
  ),
).join('\n')}
`
}

const SOUNDS = { none: 'as it is', silenced: 'silenced', swapped: 'of another conversation' }

const one = (values: readonly number[]): string => (values.length === 0 ? '–' : mean(values).toFixed(1))
const ranged = (values: readonly number[]): string =>
  values.length < 2
    ? one(values)
    : `${one(values)} [${Math.min(...values).toFixed(1)}, ${Math.max(...values).toFixed(1)}]`

const kindsOf = (results: readonly ArmResult[], mode: Manner): string[] =>
  [...new Set(results.flatMap(({ asked }) => asked.none[mode].kinds))].sort()

const ofKind = (results: readonly ArmResult[], arm: string, mode: Manner, kind: string): number[] =>
  ofArm(results, arm).map(({ asked }) => {
    const { scores: all, kinds } = asked.none[mode]
    return 100 * mean(all.filter((_, i) => kinds[i] === kind))
  })
