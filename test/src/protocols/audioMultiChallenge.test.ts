import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readAudioMultiChallenge, readJudgedChallenge, scoreAudioMultiChallenge } from '../../../src/protocols/index.ts'
import { folderWith, jsonLines } from '../temporary.ts'

const judged = (axis: string, ...met: (boolean | null)[]) => ({ id: 'x', axis, met })

describe('Audio MultiChallenge', () => {
  it('passes an answer that meets every criterion, and no other', () => {
    const score = scoreAudioMultiChallenge([
      judged('VOICE_EDITING', true, true),
      judged('VOICE_EDITING', true, false, true),
      judged('SELF_COHERENCE', true, null),
    ])
    expect(score.passRate).toBeCloseTo(1 / 3, 12)
    expect(score.rubricScore).toBeCloseTo((1 + 2 / 3 + 1 / 2) / 3, 12)
    expect([score.n, score.nUnknown]).toEqual([3, 1])
    expect(score.byAxis.get('SELF_COHERENCE')).toEqual({ passRate: 0, rubricScore: 0.5, n: 1, nUnknown: 1 })
    expect(scoreAudioMultiChallenge([]).passRate).toBeNull()
    expect(() => scoreAudioMultiChallenge([judged('A')])).toThrow('"x": no criterion was decided.')
  })

  it('weighs axes by their conversations: the board’s total of a published run follows from its axes', () => {
    const axes = [
      [132, 32],
      [120, 40],
      [83, 23],
      [117, 22],
    ] as const // n and passes: shares .242, .333, .277, .188 and .259 in all
    const answers = axes.flatMap(([n, passed], axis) =>
      Array.from({ length: n }, (_, i) => judged(String(axis), i < passed)),
    )
    const { passRate, byAxis } = scoreAudioMultiChallenge(answers)
    expect(passRate).toBeCloseTo(0.259, 3)
    expect([...byAxis.values()].map((axis) => axis.passRate!.toFixed(3))).toEqual(['0.242', '0.333', '0.277', '0.188'])
  })

  const row = {
    id: 'c1',
    axis: 'INFERENCE_MEMORY',
    user_turn_1_audio: 'audio/1.wav',
    user_turn_1_transcript: 'Hello.',
    assistant_turn_1_transcript: 'Hi.',
    user_turn_2_audio: { path: 'audio/2.wav', bytes: null },
    user_turn_2_transcript: 'Who am I?',
    assistant_turn_2_transcript: null,
    user_turn_3_audio: null,
    user_turn_3_transcript: null,
  }

  it.each([
    ['a list', ['Says who.', 'Is short.']],
    ['a list as JSON', '["Says who.", "Is short."]'],
    ['objects', [{ rubric: 'Says who.' }, { criterion: 'Is short.' }]],
    ['lines', '1. Says who.\n- Is short.\n'],
  ])('reads conversations whose rubric is %s', (_, rubric) => {
    const folder = folderWith({ 'audiomc.jsonl': jsonLines({ ...row, rubric }) })
    const [sample] = readAudioMultiChallenge(path.join(folder, 'audiomc.jsonl'))
    expect(sample!.messages).toEqual([
      { role: 'user', content: [{ type: 'audio', path: path.join(folder, 'audio/1.wav') }] },
      { role: 'assistant', content: 'Hi.' },
      { role: 'user', content: [{ type: 'audio', path: path.join(folder, 'audio/2.wav') }] },
    ])
    const { criteria } = sample!.rubric as { criteria: { criterion: string; points: number; id: string }[] }
    expect(criteria.map(({ criterion, points }) => [criterion, points])).toEqual([
      ['Says who.', 1],
      ['Is short.', 1],
    ])
    expect(sample!.tags).toEqual({ axis: 'INFERENCE_MEMORY' })
  })

  it('reads turns without sound as text', () => {
    const text = { id: 'c', axis: 'A', rubric: 'R.', user_turn_1_transcript: 'Hello.' }
    const folder = folderWith({ 'a.jsonl': jsonLines(text), 'b.jsonl': jsonLines({ id: 'c', axis: 'A' }) })
    expect(readAudioMultiChallenge(path.join(folder, 'a.jsonl'))[0]!.messages).toEqual([
      { role: 'user', content: 'Hello.' },
    ])
    expect(() => readAudioMultiChallenge(path.join(folder, 'b.jsonl'))).toThrow('b.jsonl:1 rubric')
  })

  it('reads judged answers', () => {
    const result = {
      id: 'c1',
      axis: 'A',
      rubric_results: [{ criteria_met: true }, { criteria_met: false }],
      pass: false,
    }
    const folder = folderWith({ 'judged.jsonl': jsonLines(result) })
    const [answer] = readJudgedChallenge(path.join(folder, 'judged.jsonl'))
    expect(answer).toEqual({ id: 'c1', axis: 'A', met: [true, false] })
  })
})
