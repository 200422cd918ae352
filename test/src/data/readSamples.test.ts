import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { hasAnswer, loadSamples, promptMessages, readSamples } from '../../../src/data/index.ts'
import { UsageError } from '../../../src/errors.ts'
import { folderWith, jsonLines } from '../temporary.ts'

const asked = (content: unknown) => ({ messages: [{ role: 'user', content }] })
const heard = (part: object) =>
  asked([
    { type: 'audio', ...part },
    { type: 'text', text: 'What?' },
  ])

async function faultOf(line: unknown): Promise<string> {
  const folder = folderWith({ 'd.jsonl': jsonLines(line), 'a.wav': '' })
  const error: unknown = await loadSamples(path.join(folder, 'd.jsonl')).then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(UsageError)
  return (error as Error).message.replaceAll(`${folder}/`, '')
}

describe('JSON lines', () => {
  it('gives samples with absolute clips, tags as text, and ids of their own', async () => {
    const folder = folderWith({
      'sets/train.jsonl': jsonLines(
        { id: 7, ...heard({ path: '../clips/a.wav' }), rubric: 'listening', reference: 'a bell', tags: { kind: 1 } },
        {},
      ).replace('{}', '\n{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}'),
      'clips/a.wav': '',
    })
    const { samples, report } = await loadSamples(path.join(folder, 'sets/train.jsonl'))
    expect(samples).toEqual([
      {
        id: '7',
        messages: [
          {
            role: 'user',
            content: [
              { type: 'audio', path: path.join(folder, 'clips/a.wav') },
              { type: 'text', text: 'What?' },
            ],
          },
        ],
        rubric: 'listening',
        reference: 'a bell',
        tags: { kind: '1' },
      },
      {
        id: 'train.jsonl:3',
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: 'Hello' },
        ],
      },
    ])
    expect(report).toMatchObject({ samples: 2, skipped: [], ignored: {} })
    expect(samples.map(hasAnswer)).toEqual([false, true])
    expect(promptMessages(samples[1]!)).toEqual([{ role: 'user', content: 'Hi' }])
  })

  it.each([
    [{ path: 'a.wav' }, 'FOLDER/a.wav'],
    [{ audio: 'a.wav' }, 'FOLDER/a.wav'],
    [{ audio: { path: 'a.wav', bytes: null } }, 'FOLDER/a.wav'],
    [{ audio: { path: null, bytes: 'UklGRg==' } }, 'data:audio/wav;base64,UklGRg=='],
    [{ url: 'https://example.org/a.flac' }, 'https://example.org/a.flac'],
    [{ audio_url: 'https://example.org/a.flac' }, 'https://example.org/a.flac'],
    [{ audio_url: { url: 'a.wav' } }, 'FOLDER/a.wav'],
    [{ data: 'data:audio/mpeg;base64,AAAA' }, 'data:audio/mpeg;base64,AAAA'],
    [{ data: 'AAAA' }, 'data:audio/wav;base64,AAAA'],
    [{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } }, 'data:audio/mp3;base64,AAAA'],
    [{ path: 'file:///nowhere/../a.wav' }, '/a.wav'],
  ])('finds the clip of %j', async (part, expected) => {
    const folder = folderWith({ 'd.jsonl': jsonLines(heard(part)) })
    const { samples } = await loadSamples(path.join(folder, 'd.jsonl'), { checkAudio: false })
    const [audio] = samples[0]!.messages[0]!.content
    expect(audio).toEqual({ type: 'audio', path: expected.replace('FOLDER', folder) })
  })

  it.each([
    [asked(5), 'd.jsonl:1 messages[0].content: expected text or a list, got 5.'],
    [
      { messages: [{ role: 'bot', content: '' }] },
      'messages[0].role: expected one of "system", "user", "assistant", got "bot".',
    ],
    [{ messages: [] }, 'messages: expected at least 1 item'],
    [{}, 'messages: missing, expected a list.'],
    [{ messages: [{ role: 'assistant', content: 'x' }] }, 'messages: no turn has the role "user".'],
    [{ ...asked('x'), refrence: 'y' }, 'refrence: unknown key. Did you mean "reference"?'],
    [{ messages: [{ role: 'user', contents: 'x' }] }, 'messages[0].contents: unknown key. Did you mean "content"?'],
    [heard({}), 'messages[0].content[0]: an audio part without a clip.'],
    [heard({ path: 3 }), 'messages[0].content[0]: "path" must be a path, a URL or base64 text, got 3.'],
    [heard({ audio: { array: [0, 1], sampling_rate: 2 } }), 'messages[0].content[0]: holds the samples of the clip.'],
    [asked([{ type: 'image', path: 'x.png' }]), 'messages[0].content[0].type: expected one of "text"'],
    [{ ...asked('<audio>What?'), audios: ['a.wav'] }, 'audios: the form of ms-swift and LLaMA-Factory is not read.'],
    [
      { ...asked('x'), rubric: { name: 'r', criteria: [{ criterion: 'x', points: 0 }] } },
      'rubric.criteria[0].points: ',
    ],
    [heard({ path: 'b.wav' }), 'messages: there is no clip b.wav.'],
    [5, 'expected a mapping, got 5.'],
  ])('refuses %j', async (line, message) => {
    expect(await faultOf(line)).toContain(message)
  })

  it('leaves bad rows out when told to, and says which and why', async () => {
    const text = `${jsonLines(asked('one'))}{"messages": [\n${jsonLines({ id: 'x', ...asked('two') }, { id: 'x', ...asked('three') })}`
    const file = path.join(folderWith({ 'd.jsonl': text }), 'd.jsonl')
    const { samples, report } = await loadSamples(file, { bad: 'skip' })
    expect(samples).toHaveLength(2)
    expect(report.skipped).toEqual([
      { line: 2, reason: 'not JSON: {"messages": [' },
      { line: 4, reason: 'id: "x" is the id of line 3 already.' },
    ])
    await expect(loadSamples(file)).rejects.toThrow(`${file}:2 not JSON`)
  })

  it('counts the columns it does not know', async () => {
    const file = path.join(
      folderWith({ 'd.jsonl': jsonLines({ ...asked('a'), split: 1 }, { ...asked('b'), split: 2 }) }),
      'd.jsonl',
    )
    expect((await loadSamples(file)).report.ignored).toEqual({ split: 2 })
  })

  it('reads as a stream: a bad row beyond the limit is never reached', async () => {
    const file = path.join(folderWith({ 'd.jsonl': `\uFEFF${jsonLines(asked('a'), asked('b'))}nonsense\n` }), 'd.jsonl')
    expect((await loadSamples(file, { limit: 2 })).samples).toHaveLength(2)
    const reader = await readSamples(file)
    for await (const sample of reader) {
      expect(sample.id).toBe('d.jsonl:1')
      break
    }
    expect(reader.report.samples).toBe(1)
  })

  it('names a file that does not exist, and one that is a JSON list', async () => {
    await expect(loadSamples('/nowhere/x.jsonl')).rejects.toThrow('/nowhere/x.jsonl: no such data file.')
    const file = path.join(folderWith({ 'd.json': '[{"messages": []}]' }), 'd.json')
    await expect(loadSamples(file)).rejects.toThrow(
      `${file}:1 not JSON lines but a JSON list. Write one object a line.`,
    )
  })
})

describe('audiofolder', () => {
  it('makes a conversation of each row, the same from JSON lines and from CSV', async () => {
    const rows = jsonLines(
      { file_name: 'a.wav', transcription: 'Hello, "you"', speaker: 'f2' },
      { file_name: 'b.wav', question: 'Who?' },
    )
    const csv = 'file_name,transcription,question,speaker\r\na.wav,"Hello, ""you""",,f2\r\nb.wav,,Who?,\r\n'
    for (const [name, text] of [
      ['metadata.jsonl', rows],
      ['metadata.csv', csv],
    ] as const) {
      const folder = folderWith({ [name]: text, 'a.wav': '', 'b.wav': '' })
      const { samples } = await loadSamples(folder, { prompt: 'Transcribe.' })
      expect(samples.map(({ id: _, ...rest }) => rest)).toEqual([
        {
          messages: [
            {
              role: 'user',
              content: [
                { type: 'audio', path: path.join(folder, 'a.wav') },
                { type: 'text', text: 'Transcribe.' },
              ],
            },
            { role: 'assistant', content: 'Hello, "you"' },
          ],
          tags: { speaker: 'f2' },
        },
        {
          messages: [
            {
              role: 'user',
              content: [
                { type: 'audio', path: path.join(folder, 'b.wav') },
                { type: 'text', text: 'Who?' },
              ],
            },
          ],
        },
      ])
    }
  })

  it('counts a CSV row by its line in the file, over a cell of several lines', async () => {
    const folder = folderWith({ 'metadata.csv': 'file_name,text\na.wav,"one\ntwo"\nmissing.wav,x\n', 'a.wav': '' })
    const { report } = await loadSamples(folder, { bad: 'skip' })
    expect(report.skipped).toEqual([
      { line: 4, reason: `messages: there is no clip ${path.join(folder, 'missing.wav')}.` },
    ])
  })

  it('names the splits of a folder that holds several', async () => {
    const folder = folderWith({ 'train/metadata.jsonl': '', 'test/metadata.jsonl': '' })
    await expect(loadSamples(folder)).rejects.toThrow(/holds several data sets.*train/)
    await expect(loadSamples(folderWith({ 'x.wav': '' }))).rejects.toThrow('no metadata.jsonl or metadata.csv in it')
  })
})
