import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseRubric } from '../../../rubrics/index.ts'
import { loadSamples } from '../../../src/data/index.ts'
import { readAnswers, scoreAnswers } from '../../../src/score/index.ts'
import { parseChatRequest } from '../../../src/serve/chatRequest.ts'
import {
  type Answer,
  dataLine,
  messagesFor,
  type Sound,
  type Turn,
} from '../../../src/serve/page/client/conversation.ts'
import { folderWith } from '../temporary.ts'
import { clip } from '../tinyRun.ts'

const sound = (seed: number): Sound => ({
  name: `${seed}.wav`,
  format: 'wav',
  data: Buffer.from(clip('low', seed)).toString('base64'),
  seconds: 0.5,
  blob: new Blob(),
})
const said = (model: string, text: string): Answer => ({ model, text, scored: null })
const first: Turn = {
  question: 'what?',
  sounds: [sound(1), sound(2)],
  answers: [said('a', 'a dog'), said('b', 'a cat')],
}
const second: Turn = {
  question: 'and now?',
  sounds: [sound(3)],
  answers: [said('a', 'a low sound'), said('b', 'none')],
}

const rubric = parseRubric(
  'name: r\ncriteria:\n  - { id: low, criterion: Says low., points: 2, verify: { kind: contains, any_of: [low] } }\n  - { id: kind, criterion: Is kind., points: 2 }\n',
)
const scored = {
  name: 'r',
  score: 0.5,
  nUnknown: 1,
  rubric,
  text: null,
  problems: [],
  criteria: [
    { id: 'low', criterion: 'Says low.', points: 2, met: true, reason: '' },
    { id: 'kind', criterion: 'Is kind.', points: 2, met: null, reason: '' },
  ],
}

describe('a conversation of the page', () => {
  it('is sent as each model had it, with every sound before the words of its turn', () => {
    const parse = (column: number) =>
      parseChatRequest({ model: 'a', messages: messagesFor([first, second], column) }).messages
    expect(parse(0).map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
    const [asked, answer, last] = parse(1)
    expect((asked!.content as readonly { readonly type: string }[]).map(({ type }) => type)).toEqual([
      'audio',
      'audio',
      'text',
    ])
    expect(answer!.content).toBe('a cat')
    expect(last!.content).toHaveLength(2)
  })

  it('sends a recording alone where nothing was asked, which is how one talks', () => {
    const [only] = messagesFor([{ ...second, question: '', answers: [] }], 0) as { content: object[] }[]
    expect(only!.content).toHaveLength(1)
  })

  it('does not tell a model of recordings that were judged', () => {
    const judged: Turn = {
      question: '',
      sounds: [],
      answers: [{ model: null, text: '', sound: sound(9), scored: null }],
    }
    expect(messagesFor([judged, second], 0)).toHaveLength(1)
  })

  it('is a line that data files and rubato score read, and that scores the same again', async () => {
    const turns = [first, { ...second, answers: [{ ...second.answers[0]!, scored }, second.answers[1]!] }]
    const file = path.join(folderWith(), 'conversation.jsonl')
    writeFileSync(file, dataLine(turns, 0, 'one') + dataLine(turns, 1, 'two'))
    const { samples } = await loadSamples(file)
    expect(samples.map(({ id }) => id)).toEqual(['one', 'two'])
    expect(samples[0]!.messages).toHaveLength(4)
    expect(samples[0]!.tags).toEqual({ model: 'a', score: '0.5', 'met:low': 'true', 'met:kind': 'unknown' })
    const { answers } = await readAnswers(file)
    expect(answers.map(({ text }) => text)).toEqual(['a low sound', 'none'])
    const report = await scoreAnswers([answers[0]!], {})
    expect(report.answers[0]!.score).toBe(0.5)
  })

  it('gives a judged recording as a spoken answer', async () => {
    const spoken: Turn = { question: 'sing', sounds: [], answers: [{ model: null, text: '', sound: sound(4), scored }] }
    const file = path.join(folderWith(), 'spoken.jsonl')
    writeFileSync(file, dataLine([first, spoken], 0, 'sung'))
    const { answers } = await readAnswers(file)
    expect(answers[0]!.recording).toMatch(/^data:audio\/wav;base64,/)
    expect(answers[0]!.messages).toHaveLength(1)
  })
})
