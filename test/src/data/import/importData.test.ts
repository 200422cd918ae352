import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { encodeWav } from '../../../../audio/index.ts'
import { importData } from '../../../../src/data/import/importData.ts'
import { loadSamples } from '../../../../src/data/index.ts'
import { UsageError } from '../../../../src/errors.ts'
import { folderWith, jsonLines } from '../../temporary.ts'

interface Line {
  id?: string
  task?: unknown
  reference?: unknown
  tags?: object
  messages: { role: string; content: unknown }[]
}
async function imported(files: Record<string, string | Uint8Array>, source: string, options: object = {}) {
  const folder = folderWith(files)
  const out = path.join(folder, 'out/data.jsonl')
  const summary = await importData({ source: path.join(folder, source), out, ...options })
  const lines = readFileSync(out, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
  const bad = summary.bad.map(({ line, reason }) => `${line} ${reason.replaceAll(`${folder}/`, '')}`)
  const { samples } = await loadSamples(out) // what is written is what recipes read
  expect(samples).toHaveLength(lines.length)
  return { folder, summary, lines, bad }
}
const clip = (name: string) => ({ type: 'audio', path: `../${name}` })

describe('importing', () => {
  it('Common Voice: languages as tags, quotes as letters, bad rows counted', async () => {
    const head = 'client_id\tpath\tsentence\tup_votes\tage\tgender\tlocale\n'
    const { lines, bad, summary } = await imported(
      {
        'de/test.tsv': `${head}a\tone.mp3\t"Gut", sagte er.\t2\t\tfemale\tde\nb\ttwo.mp3\tHej\t2\t\t\tsv-SE\nc\tthree.mp3\tNein\t2\t\t\tde\n\td.mp3\t\t2\t\t\tde\n`,
        'de/clips/one.mp3': '',
        'de/clips/two.mp3': '',
      },
      'de/test.tsv',
    )
    expect(lines).toEqual([
      {
        id: 'one',
        task: { name: 'transcription', audio_language: 'de' },
        messages: [
          { role: 'user', content: [clip('de/clips/one.mp3')] },
          { role: 'assistant', content: '"Gut", sagte er.' },
        ],
        tags: { gender: 'female' },
      },
    ])
    expect(bad).toEqual([
      '3 language "sv-SE": no tag has it. Tags know en, zh, de, es, ko, fr, ja, it, zh_tr.',
      '4 there is no clip de/clips/three.mp3.',
      '5 sentence: missing.',
    ])
    expect(summary).toMatchObject({ format: 'common-voice', lines: 1, tasks: { transcription: 1 } })
  })

  it('LibriSpeech: every transcript below, in lower case', async () => {
    const { lines, bad } = await imported(
      {
        'dev/84/121123/84-121123.trans.txt': '84-121123-0000 GO AND GET IT\n84-121123-0001\n',
        'dev/84/121123/84-121123-0000.flac': '',
      },
      'dev',
    )
    expect(lines).toMatchObject([{ id: '84-121123-0000', messages: [{}, { content: 'go and get it' }] }])
    expect(bad).toEqual(['2 expected an id and words, got "84-121123-0001".'])
  })

  it('Clotho: all captions as references, or a line for each', async () => {
    const files = {
      'clotho.csv': 'file_name,caption_1,caption_2\nrain.wav,"Rain, falling",It rains\ngone.wav,A,B\n',
      'clips/rain.wav': '',
    }
    const audio = (folder: string) => ({ audio: path.join(folder, 'clips') })
    const folder = folderWith(files)
    const run = async (out: string, more: object) => {
      await importData({
        source: path.join(folder, 'clotho.csv'),
        out: path.join(folder, out),
        ...audio(folder),
        ...more,
      })
      return readFileSync(path.join(folder, out), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Line)
    }
    expect(await run('a.jsonl', {})).toMatchObject([
      { id: 'rain', task: { name: 'caption', style: 'clotho' }, reference: ['Rain, falling', 'It rains'] },
    ])
    const each = await run('b.jsonl', { everyCaption: true })
    expect(each.map(({ id, messages }) => [id, messages[1]!.content])).toEqual([
      ['rain-1', 'Rain, falling'],
      ['rain-2', 'It rains'],
    ])
  })

  it('AudioCaps: rows of one clip together, clips by the names that downloaders give', async () => {
    const { lines, bad } = await imported(
      {
        'test.csv': 'audiocap_id,youtube_id,start_time,caption\n1,abc,30,A dog\n2,xyz,0,A cat\n3,abc,30,A hound\n',
        'Yabc.wav': '',
      },
      'test.csv',
    )
    expect(lines).toMatchObject([
      { id: 'abc_30', reference: ['A dog', 'A hound'], messages: [{}, { content: 'A dog' }] },
    ])
    expect(bad).toEqual(['3 there is no clip xyz.wav.'])
  })

  it('R1-AQA: questions with their choices', async () => {
    const row = {
      audio_path: 'a.wav',
      question_text: 'Which sound?',
      multi_choice: ['dog', 'cat'],
      answer: 'dog',
      id: 7,
    }
    const { lines, bad } = await imported(
      {
        'aqa.jsonl': jsonLines(row, { ...row, id: 8, answer: 'cow' }, { ...row, id: 9, question_text: undefined }),
        'a.wav': '',
      },
      'aqa.jsonl',
    )
    expect(lines).toEqual([
      {
        id: '7',
        task: { name: 'question', audio_language: 'unknown', question: 'Which sound?', choices: ['dog', 'cat'] },
        messages: [
          { role: 'user', content: [clip('a.wav')] },
          { role: 'assistant', content: 'dog' },
        ],
      },
    ])
    expect(bad).toEqual(['2 answer: "cow" is none of the choices (dog, cat).', '3 question_text: missing.'])
  })

  it('ms-swift: clips where <audio> stands, old form and new', async () => {
    const { lines, bad } = await imported(
      {
        'swift.jsonl': jsonLines(
          {
            messages: [
              { role: 'user', content: '<audio>First. <audio>\nSecond?' },
              { role: 'assistant', content: 'Both.' },
            ],
            audios: ['a.wav', 'b.wav'],
          },
          { query: 'What?', response: 'A dog.', audios: 'a.wav', history: [['Hi', 'Hello']] },
          { messages: [{ role: 'user', content: '<audio><audio>' }], audios: ['a.wav'] },
          { messages: [{ role: 'tool', content: 'x' }], audios: [] },
        ),
        'a.wav': '',
        'b.wav': '',
      },
      'swift.jsonl',
    )
    expect(lines.map(({ messages }) => messages)).toEqual([
      [
        {
          role: 'user',
          content: [clip('a.wav'), { type: 'text', text: 'First. ' }, clip('b.wav'), { type: 'text', text: 'Second?' }],
        },
        { role: 'assistant', content: 'Both.' },
      ],
      [
        { role: 'user', content: [clip('a.wav'), { type: 'text', text: 'Hi' }] },
        { role: 'assistant', content: 'Hello' },
        { role: 'user', content: [{ type: 'text', text: 'What?' }] },
        { role: 'assistant', content: 'A dog.' },
      ],
    ])
    expect(bad).toEqual([
      '3 2 times <audio> and 1 clips in audios.',
      '4 messages: expected a role and text, got {"role":"tool","content":"x"}.',
    ])
  })

  it('word times: a line of words and a line of words with their times', async () => {
    const wav = encodeWav(new Float32Array(16_000), 16_000)
    const words = [{ word: 'hello', start: 0.2, end: 0.6 }]
    const { lines, bad } = await imported(
      {
        'al/one.json': JSON.stringify({ language: 'en', words }),
        'al/two.json': JSON.stringify([{ word: 'late', start: 2, end: 3 }]),
        'al/three.json': JSON.stringify({ words: [...words, { word: 'x' }] }),
        'al/four.json': '{}',
        'al/one.wav': wav,
        'al/two.wav': wav,
        'al/three.wav': wav,
      },
      'al',
    )
    expect(lines.map(({ id, task, messages }) => [id, task, messages[1]!.content])).toEqual([
      ['one', { name: 'transcription', audio_language: 'en' }, 'hello'],
      [
        'one-times',
        { name: 'word-times', audio_language: 'en' },
        '<|0.00|><|sil|><|0.20|>hello<|0.60|><|sil|><|1.00|>',
      ],
    ])
    expect(bad.sort()).toEqual([
      '1 1 words of three have no times. A stream needs them all.',
      '1 al/four.json: neither words nor segments with words in it.',
      '1 two: word 1, "late", ends at 3 s, after the clip\'s end at 1 s.',
    ])
  })

  it('refuses what is of no known form, what is there already, and a source of which nothing is left', async () => {
    const folder = folderWith({
      'a.txt': 'hello',
      'b.jsonl': jsonLines({ audios: [], messages: [] }),
      'there.jsonl': '',
    })
    const run = (source: string, out = 'out.jsonl') =>
      importData({ source: path.join(folder, source), out: path.join(folder, out) })
    await expect(run('a.txt')).rejects.toThrow(
      /no form that is known by its looks. Name one with --from: common-voice,/,
    )
    await expect(run('b.jsonl', 'there.jsonl')).rejects.toThrow('exists already')
    await expect(run('b.jsonl')).rejects.toThrow(
      /no line of it can be used; the first of 1 is line 1: messages: nobody asks/,
    )
    await expect(run('none')).rejects.toThrow(UsageError)
    await expect(importData({ source: path.join(folder, 'a.txt'), out: 'x', from: 'cloto' })).rejects.toThrow(
      'unknown format "cloto". Did you mean "clotho"?',
    )
  })
})
