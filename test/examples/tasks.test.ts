import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { beforeAndAfter } from '../../examples/beforeAndAfter.ts'
import { rubricOf as languageRubric } from '../../examples/languages/makeClips.ts'
import { allDates, rubricOf as dateRubric, recordingsOf, translationOf } from '../../examples/translation/dates.ts'
import { readRecipe } from '../../src/recipe/index.ts'
import { judgeByVerifiers } from '../../src/rollout/judgeAnswer.ts'
import type { EvaluationRecord } from '../../src/runs/index.ts'

const examples = path.join(import.meta.dirname, '../../examples')

it.each(['chat', 'languages', 'translation'])(
  'the recipe of examples/%s ends with RL and asks whether it listens',
  async (name) => {
    const { stages, eval: evaluations } = await readRecipe(path.join(examples, name, 'recipe.yaml'))
    expect(stages.slice(0, -1).every(({ kind }) => kind === 'sft')).toBe(true)
    expect(stages.at(-1)!.kind).toBe('rl')
    for (const { controls } of evaluations) expect(controls).toEqual(expect.arrayContaining(['none', 'silenced']))
  },
)

it('examples/README.md links every folder of examples', () => {
  const readme = readFileSync(path.join(examples, 'README.md'), 'utf8')
  for (const entry of readdirSync(examples, { withFileTypes: true })) {
    if (entry.isDirectory()) expect(readme).toMatch(new RegExp(`\\]\\(${entry.name}[/)]`))
  }
})

describe('the rubric of a spoken date', () => {
  const dates = allDates()

  it('gives all points to the translation, and to no other date’s', () => {
    expect(dates).toHaveLength(7 * 12 * 20)
    expect(new Set(dates.map(translationOf)).size).toBe(dates.length)
    for (const [i, date] of dates.entries()) {
      expect(judgeByVerifiers(dateRubric(date), translationOf(date)).score).toBe(1)
      const other = translationOf(dates[(i + 7) % dates.length]!)
      expect(judgeByVerifiers(dateRubric(date), other).score).toBeLessThan(1)
    }
  })

  it('takes points for the order of the speech, and for every word that is wrong', () => {
    const date = { weekday: 2, day: 15, month: 2 }
    expect(recordingsOf(date)).toEqual(['day-2', '15', 'mon-2'])
    const score = (answer: string) => judgeByVerifiers(dateRubric(date), answer).score
    expect(score('Tuesday, March fifteen.')).toBe(1)
    expect(score('tuesday fifteen march')).toBe(0.75)
    expect(score('tuesday march five')).toBe(0.5)
    expect(score('monday march fifteen')).toBe(0.25)
    expect(score('')).toBe(0)
  })
})

it('the rubric of a language gives points to it alone, and takes them where another is named beside it', () => {
  const score = (answer: string) => judgeByVerifiers(languageRubric('Italian'), answer).score
  expect(score('it is italian.')).toBe(1)
  expect(score('it is french.')).toBe(-1)
  expect(score('italian or french.')).toBe(0)
  expect(score('it is a language that i think is italian.')).toBeCloseTo(2 / 3, 10)
  expect(score('it is a language.')).toBe(0)
})

it('the table of an example has a row for every evaluation, control, mode and figure, and gaps where nothing was measured', () => {
  const record = (name: string, score: number, extra: Partial<EvaluationRecord> = {}): EvaluationRecord => ({
    name,
    stage: 'rl',
    step: 0,
    control: 'none',
    score,
    interval: [score - 0.05, score + 0.05],
    n_samples: 10,
    criteria: [],
    ...extra,
  })
  const modes = [{ mode: 'voice-chat' as const, score: 0.5, n: 5 }]
  const bleu = { task: 'translation', metric: 'bleu', value: 41.2, unit: '', better: 'higher', n: 10 } as const
  const table = beforeAndAfter(
    [record('after', 0.1, { modes })],
    [
      record('before', 0.4, { tasks: [bleu], criteria: [{ group: 'polite', pass_rate: 0.25, n: 8, sign: 1 }] }),
      record('after', 0.6, { modes, tasks: [{ ...bleu, value: 55 }] }),
      record('after', 0.2, { control: 'silenced' }),
      record('after-best-of-4', 0.9, { best_of: 4 }),
      record('after-voice', 0.3),
    ],
    ['polite'],
  )
  expect(table.split('\n')).toEqual([
    '| score, % | before | after SFT | after RL |',
    '|---|---:|---:|---:|',
    '| held out | 10.0 [5.0, 15.0] | 40.0 [35.0, 45.0] | 60.0 [55.0, 65.0] |',
    '| … voice-chat | 50.0 | – | 50.0 |',
    '| … polite | – | 25.0 | – |',
    '| … bleu | – | 41.2 | 55.0 |',
    '| held out, sound silenced | – | – | 20.0 [15.0, 25.0] |',
    '| voice | – | – | 30.0 [25.0, 35.0] |',
    '| … polite | – | – | – |',
  ])
})
