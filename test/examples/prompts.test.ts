import { describe, expect, it } from 'vitest'
import { ARMS, type AskedTask, SEEDS, TASKS } from '../../examples/bench/prompts/arms.ts'
import { claimsOf } from '../../examples/bench/prompts/claims.ts'
import { formOf } from '../../examples/bench/prompts/data.ts'
import { resultsPage } from '../../examples/bench/prompts/page.ts'
import type { ArmResult, Asked } from '../../examples/bench/prompts/runArm.ts'

it.each<[AskedTask | null, string]>([
  ['sound-classification', 'bell, kick'],
  ['caption', 'a kick and then a bell can be heard'],
  ['transcription', 'kick then bell'],
  ['word-times', '<|0.00|>kick<|0.40|><|sil|><|0.80|>bell<|3.20|>'],
  [null, 'kick'],
  [null, ''],
])('an answer has the form of %s: %s', (form, answer) => {
  expect(formOf(answer)).toBe(form)
})

/** Answers of which a share has the right form; `wer` of the order. */
const asked = (share: number, wer: number, tasks: readonly AskedTask[]): Asked => ({
  byTask: Object.fromEntries(tasks.map((task) => [task, { form: share, score: share }])),
  scores: [share],
  forms: Array.from({ length: 10 }, (_, i) => (i < 10 * share ? 1 : 0)),
  figures: [{ task: 'transcription', metric: 'wer', value: wer, unit: '%', better: 'lower', n: 10 }],
})
const SHARES: Record<string, readonly [own: number, heldOut: number | null]> = {
  tags: [1, 0.2],
  untagged: [0.3, null],
  words: [1, 0.9],
  'tags-without-times': [1, 0.2],
  'words-without-times': [1, 0.9],
}
const results = (wer: Readonly<Record<string, number>> = {}): ArmResult[] =>
  SEEDS.flatMap((seed) =>
    ARMS.map(({ id, tasks }): ArmResult => {
      const [own, heldOut] = SHARES[id]!
      return {
        arm: id,
        seed,
        settings: 's',
        seconds: 60,
        asked: {
          own: asked(own, wer[id] ?? 50, tasks),
          ...(heldOut === null ? {} : { 'held-out': asked(heldOut, 90, tasks) }),
        },
      }
    }),
  )

describe('the claims about prompts', () => {
  it('hold when the arms are as the papers expect', () => {
    expect(claimsOf(results()).map(({ holds }) => holds)).toEqual([true, true, true, true, true, true])
  })

  it('fall one by one', () => {
    expect(claimsOf(results({ tags: 60 })).map(({ holds }) => holds)).toEqual([true, true, true, true, false, true])
    const equal = results().map((result) =>
      result.arm === 'untagged' ? { ...result, asked: { own: asked(0.9, 50, TASKS) } } : result,
    )
    expect(claimsOf(equal)[1]!.holds).toBe(false)
  })

  it('are open while an arm is not measured', () => {
    const part = results().filter(({ arm }) => arm === 'tags')
    expect(claimsOf(part).map(({ holds }) => holds)).toEqual([true, null, null, null, null, null])
  })
})

it('the page says what was found, by arm and way of asking, and how much is missing', () => {
  const page = resultsPage(results(), 'a machine')
  expect(page).toContain('| ✓ | Tags separate tasks')
  expect(page).toContain('| tags | as trained | 100.0 | 100.0 | 100.0 | 100.0 |')
  expect(page).toContain('| tags, no word times | held-out wordings | 20.0 | 20.0 | 20.0 | – |')
  expect(page).not.toContain('Only')
  const first = results().filter(({ seed }) => seed === 1)
  expect(resultsPage(first, 'a machine')).toContain('**Only 1 of 3 seeds were measured for every arm.**')
})
