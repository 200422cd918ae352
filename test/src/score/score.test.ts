import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeWav } from '../../../audio/index.ts'
import { checkRubric, scoreVerdicts } from '../../../rubrics/index.ts'
import { BudgetSpent, type Judge, type JudgeTask } from '../../../src/judge/index.ts'
import { seededRandom } from '../../../src/random.ts'
import {
  compareScored,
  outcomeOf,
  pairedBootstrap,
  type ScoredAnswer,
  scoreAnswer,
  scoreAnswers,
} from '../../../src/score/index.ts'
import { folderWith } from '../temporary.ts'

const rubric = checkRubric({
  name: 'bell',
  criteria: [
    { id: 'bell', criterion: 'Names the bell.', points: 5, verify: { kind: 'contains', any_of: ['bell'] } },
    { id: 'kind', criterion: 'Is kind.', points: 3 },
    { id: 'long', criterion: 'Is long.', points: -2, verify: { kind: 'word-count', min: 6 } },
    { id: 'rude', criterion: 'Is rude.', points: -4 },
  ],
})

/** A judge that finds kind what says please, and rude what says fool. */
function judgeOf(tasks: JudgeTask[] = [], wrong?: () => Error): Judge {
  return {
    name: 'test',
    async judge(task) {
      tasks.push(task)
      if (wrong) throw wrong()
      return task.criteria.map(({ id }) => ({
        criterionId: id,
        met: task.answer.text?.includes(id === 'kind' ? 'please' : 'fool') ?? null,
        reason: 'as it says',
        ...(id === 'kind' ? { evidence: [{ kind: 'words' as const, start: 0, end: 1, text: 'a' }] } : {}),
      }))
    },
    metrics: () => ({
      calls: tasks.length,
      cached: 0,
      retries: {},
      verdicts: 0,
      unknown: 0,
      promptTokens: 0,
      completionTokens: 0,
      cost: null,
      nCut: 0,
      latencySeconds: { mean: 0, p50: 0, p95: 0, max: 0 },
    }),
    close() {},
  }
}

const mets = ({ criteria }: Pick<ScoredAnswer, 'criteria'>) =>
  Object.fromEntries(criteria.map(({ id, met }) => [id, met]))
const who = ({ criteria }: ScoredAnswer) => criteria.map(({ decidedBy }) => decidedBy)

describe('scoring an answer', () => {
  it('lets verifiers decide what they can, and says of the rest that it needs a judge', async () => {
    const scored = await scoreAnswer('a bell', rubric)
    expect(mets(scored)).toEqual({ bell: true, kind: null, long: false, rude: null })
    expect(who(scored)).toEqual(['verifier', 'nobody', 'verifier', 'nobody'])
    expect(scored).toMatchObject({ score: 5 / 8, earned: 5, possible: 8, nUnknown: 2 })
    expect(scored.criteria[1]!.reason).toBe('needs a judge, and none was given')
  })

  it('asks the judge about the others alone, with the conversation and what is known', async () => {
    const tasks: JudgeTask[] = []
    const messages = [{ role: 'user' as const, content: 'what?' }]
    const scored = await scoreAnswer({ text: 'please, a bell', messages, reference: 'a bell' }, rubric, {
      judge: judgeOf(tasks),
    })
    expect(mets(scored)).toEqual({ bell: true, kind: true, long: false, rude: false })
    expect(scored.criteria[1]!.evidence).toHaveLength(1)
    expect(tasks).toHaveLength(1)
    expect(tasks[0]).toMatchObject({ messages, reference: 'a bell', answer: { text: 'please, a bell' } })
    expect(tasks[0]!.criteria.map(({ id }) => id)).toEqual(['kind', 'rude'])
  })

  it('reads a rubric of the library by its name', async () => {
    expect(
      (await scoreAnswer('It is half past nine.', 'voice-assistant')).criteria.find(({ id }) => id === 'brief')?.met,
    ).toBe(true)
  })

  it('can fail an answer that talks about its rubric; what is bad about it counts still', async () => {
    const tasks: JudgeTask[] = []
    const scored = await scoreAnswer('fool, a bell, as the rubric says please', rubric, {
      judge: judgeOf(tasks),
      failRubricMentions: true,
    })
    expect(mets(scored)).toEqual({ bell: false, kind: false, long: true, rude: true })
    expect(scored.criteria[0]).toMatchObject({ evidence: [{ kind: 'words', text: 'rubric' }] })
    expect(tasks[0]!.criteria.map(({ id }) => id)).toEqual(['rude'])
    expect(scored.score).toBe(-6 / 8)
  })

  it('keeps what was judged before the budget was spent', async () => {
    const judge = judgeOf(
      [],
      () => new BudgetSpent('the budget of 1 calls is spent.', [{ criterionId: 'kind', met: true, reason: 'so' }]),
    )
    const scored = await scoreAnswer('a bell', rubric, { judge })
    expect(mets(scored)).toEqual({ bell: true, kind: true, long: false, rude: null })
    expect(scored.criteria[3]!.reason).toBe('the budget of 1 calls is spent.')
  })

  it('agrees with the score of its verdicts, whatever they are', async () => {
    const met = fc.constantFrom(true, false, null)
    await fc.assert(
      fc.asyncProperty(met, met, fc.constantFrom('bell', 'a b c d e f', 'x'), async (kind, rude, text) => {
        const judge: Judge = {
          ...judgeOf(),
          judge: async () => [
            { criterionId: 'kind', met: kind, reason: '' },
            { criterionId: 'rude', met: rude, reason: '' },
          ],
        }
        const scored = await scoreAnswer(text, rubric, { judge })
        const verdicts = scored.criteria.map(({ id, met, reason }) => ({ criterionId: id, met, reason }))
        expect(scored).toMatchObject(scoreVerdicts(rubric, verdicts))
      }),
      { numRuns: 30 },
    )
  })
})

describe('scoring a recording', () => {
  const tone = Float32Array.from({ length: 32_000 }, (_, i) => 0.1 * Math.sin((2 * Math.PI * 440 * i) / 16_000))
  const spoken = checkRubric({
    name: 'spoken',
    criteria: [
      {
        id: 'length',
        criterion: 'Lasts a second at least.',
        points: 2,
        verify: { kind: 'measure', name: 'duration', at_least: 1 },
      },
      {
        id: 'clips',
        criterion: 'Is cut off.',
        points: -1,
        verify: { kind: 'measure', name: 'clipping', at_least: 0.01 },
      },
      { id: 'brief', criterion: 'Is brief.', points: 1, verify: { kind: 'word-count', max: 4 } },
      {
        id: 'pace',
        criterion: 'Speaks 60 words a minute.',
        points: 1,
        verify: { kind: 'speaking-rate', min: 50, max: 70 },
      },
    ],
  })
  const file = () => path.join(folderWith({ 'said.wav': encodeWav(tone, 16_000) }), 'said.wav')

  it('decides by its sound what sound decides; words are unknown without a transcript', async () => {
    const scored = await scoreAnswer({ recording: file() }, spoken)
    expect(mets(scored)).toEqual({ length: true, clips: false, brief: null, pace: null })
    expect(scored).toMatchObject({ durationSeconds: 2, problems: [] })
    expect(scored.criteria[2]!.reason).toBe('the recording has no transcript')
  })

  it('takes a transcript that is given before one that it would have to make', async () => {
    const transcribe = async () => 'one two'
    const made = await scoreAnswer({ recording: file() }, spoken, { transcribe })
    expect(mets(made)).toEqual({ length: true, clips: false, brief: true, pace: true })
    const given = await scoreAnswer({ recording: file(), text: 'one two three four five' }, spoken, { transcribe })
    expect(given).toMatchObject({ text: 'one two three four five' })
    expect(mets(given)).toMatchObject({ brief: false, pace: false })
  })

  it('that cannot be read or transcribed leaves its criteria unknown, and says so', async () => {
    const [lost, mute] = await Promise.all([
      scoreAnswer({ recording: 'no/such.wav' }, spoken),
      scoreAnswer({ recording: file() }, spoken, { transcribe: async () => Promise.reject(new Error('no server')) }),
    ])
    expect(Object.values(mets(lost))).toEqual([null, null, null, null])
    expect(lost.problems).toEqual([expect.stringContaining('no/such.wav')])
    expect(mets(mute)).toMatchObject({ length: true, brief: null })
    expect(mute.problems).toEqual([expect.stringMatching(/said\.wav: not transcribed: no server$/)])
  })

  it('refuses a measure that there is not, and names the nearest', async () => {
    const wrong = checkRubric({
      name: 'w',
      criteria: [{ criterion: 'x', points: 1, verify: { kind: 'measure', name: 'loudnes', at_least: 1 } }],
    })
    await expect(scoreAnswer('x', wrong)).rejects.toThrow(
      'rubric w: measure "loudnes": unknown name. Did you mean "loudness"?',
    )
  })
})

describe('scoring many', () => {
  it('keeps their order, sums up criteria, and counts what is unknown', async () => {
    const seen: number[] = []
    const report = await scoreAnswers(
      [{ id: 'x', text: 'bell' }, { id: 'y', text: 'horn', rubric: 'voice-assistant' }, { text: 'bell' }],
      { rubric, onScored: (_, n) => seen.push(n) },
    )
    expect(report.answers.map(({ id }) => id)).toEqual(['x', 'y', 'answer-3'])
    expect(seen).toEqual([1, 2, 3])
    expect(report.criteria.find(({ id }) => id === 'bell')).toMatchObject({
      rubric: 'bell',
      n: 2,
      nMet: 2,
      nUnknown: 0,
    })
    expect(report.nUnknown).toBe(report.answers.reduce((sum, { nUnknown }) => sum + nUnknown, 0))
    expect(report.total.mean).toBeCloseTo(report.answers.reduce((sum, { score }) => sum + score, 0) / 3, 12)
  })

  it.each([
    [[], {}, 'no answers'],
    [
      [
        { id: 'a', text: 'x' },
        { id: 'a', text: 'y' },
      ],
      { rubric },
      'two answers have the id "a"',
    ],
    [[{ id: 'a', text: 'x' }], {}, 'answer "a": has no rubric'],
  ])('refuses %j', async (answers, options, message) => {
    await expect(scoreAnswers(answers, options)).rejects.toThrow(message)
  })

  it('stops with the judge that cannot judge, and when aborted', async () => {
    const answers = Array.from({ length: 20 }, (_, i) => ({ text: `${i}` }))
    const tasks: JudgeTask[] = []
    await expect(
      scoreAnswers(answers, { rubric, judge: judgeOf(tasks, () => new Error('401')), concurrency: 2 }),
    ).rejects.toThrow('401')
    expect(tasks.length).toBeLessThan(6)
    await expect(scoreAnswers(answers, { rubric, signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    )
  })
})

describe('what is demanded', () => {
  const answer = async (text: string, judge?: Judge) => [
    await scoreAnswer({ id: 'a', text }, rubric, judge ? { judge } : {}),
  ]

  it.each<[string, boolean, object, string]>([
    ['please, bell', true, {}, 'pass'],
    ['please, bell', true, { minScore: 1, require: ['bell', 'rude'] }, 'pass'],
    ['please, bell', false, {}, 'open'],
    ['please', true, { minScore: 0.5 }, 'fail'],
    ['please', true, { require: ['bell'] }, 'fail'],
    ['please, bell, you fool', true, { require: ['rude'] }, 'fail'],
    ['please', false, { minScore: 0.5 }, 'fail'], // 3/8 at best
    ['please', false, { minScore: 0.3 }, 'open'], // 3/8 if a judge found it kind
    ['please, bell', false, { require: ['kind'] }, 'open'],
    ['please, bell', false, { require: ['bell'], allowUnknown: true }, 'pass'],
    ['please, bell', false, { minScore: 0.1, allowUnknown: true }, 'pass'], // 1/8 at worst
    ['please, bell', false, { minScore: 0.2, allowUnknown: true }, 'open'],
  ])('of %j, judged: %s, %j: %s', async (text, judged, demand, expected) => {
    expect(outcomeOf(await answer(text, judged ? judgeOf() : undefined), demand).outcome).toBe(expected)
  })

  it('says what failed, and refuses an id that no rubric has', async () => {
    const answers = await answer('x', judgeOf())
    expect(outcomeOf(answers, { minScore: 0.5, require: ['bell'] }).reasons).toEqual([
      'a: required bell is not met',
      'mean score 0.000 is below 0.5',
    ])
    expect(() => outcomeOf(answers, { require: ['bel'] })).toThrow(
      '--require "bel": no criterion of that id. There are: bell, kind, long, rude.',
    )
  })
})

describe('two systems on the same prompts', () => {
  const scored = async (texts: Record<string, string>) =>
    (
      await scoreAnswers(
        Object.entries(texts).map(([id, text]) => ({ id, text })),
        { rubric, judge: judgeOf() },
      )
    ).answers

  it('are compared answer by answer', async () => {
    const a = await scored({ p: 'x', q: 'bell', r: 'please, bell', only: 'x' })
    const b = await scored({ p: 'bell', q: 'bell', r: 'x', other: 'x' })
    const comparison = compareScored(a, b)
    expect(comparison).toMatchObject({ wins: 1, ties: 1, losses: 1, onlyA: ['only'], onlyB: ['other'] })
    expect(comparison.score).toMatchObject({ n: 3 })
    expect(comparison.score.mean).toBeCloseTo((5 / 8 + 0 - 1) / 3, 12)
    expect(comparison.criteria.find(({ id }) => id === 'bell')!.mean).toBeCloseTo(0, 12)
    expect(() => compareScored(a.slice(3), b.slice(3))).toThrow('share no id')
  })

  it('differ by nothing from themselves', async () => {
    const a = await scored({ p: 'x', q: 'bell' })
    expect(compareScored(a, a).score).toEqual({ mean: 0, interval: [0, 0], p: 1, n: 2 })
  })

  it('have an interval that holds the true difference 19 times of 20', () => {
    const random = seededRandom(3)
    let held = 0
    for (let trial = 0; trial < 300; trial++) {
      const differences = Array.from({ length: 40 }, () => 0.1 + (random() - 0.5))
      const {
        interval: [low, high],
      } = pairedBootstrap(differences, random.child(trial), 500)
      if (low <= 0.1 && 0.1 <= high) held++
    }
    expect(held / 300).toBeGreaterThan(0.9)
    expect(held / 300).toBeLessThan(0.98)
  })
})
