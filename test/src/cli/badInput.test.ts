import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { encodeWav } from '../../../audio/index.ts'
import { addTrain } from '../../../src/cli/commands/train.ts'
import { seededRandom } from '../../../src/random.ts'
import { folderWith, jsonLines } from '../temporary.ts'
import { clip } from '../tinyRun.ts'
import { call } from './listener.ts'

// The whole pipeline behind the command, as a user would call it; nothing is replaced.

const command = [
  addTrain({ train: () => import('../../../src/train/index.ts'), estimate: () => import('../../../src/estimate.ts') }),
]

const MODEL = `name: bad
model:
  audio: { width: 16, layers: 1, heads: 2, pool: 4 }
  language: { hidden: 32, layers: 1, heads: 2, ffn: 32, vocab: 300, max_positions: 256 }
clips: { max_seconds: 1 }
`
const recipe = (data: string) => `${MODEL}stages: [{ sft: { data: ${data}, steps: 1, batch: 2 } }]\n`

const sample = (id: string, file: string) => ({
  id,
  messages: [
    {
      role: 'user',
      content: [
        { type: 'audio', path: file },
        { type: 'text', text: 'what?' },
      ],
    },
    { role: 'assistant', content: 'a sound' },
  ],
})

/** Trains one step on the files given, in a folder of its own; what it said, with the folder's path taken out. */
async function train(files: Readonly<Record<string, string | Uint8Array>>, words: readonly string[] = []) {
  const folder = folderWith(files)
  const run = path.join(folder, 'run')
  const said = await call(command, ['train', path.join(folder, 'recipe.yaml'), '--run', run, '--json', ...words])
  const plain = (text: string) => text.replaceAll(`${folder}${path.sep}`, '').trimEnd()
  return { code: said.code, out: plain(said.out), err: plain(said.err) }
}

const good = clip('low', 1)

/** 32-bit float WAV of samples as they are, so that they can be what no recording is. */
function floatWav(samples: Float32Array): Uint8Array {
  const bytes = Buffer.alloc(44 + samples.byteLength)
  bytes.write('RIFF', 0)
  bytes.writeUInt32LE(36 + samples.byteLength, 4)
  bytes.write('WAVEfmt ', 8)
  bytes.writeUInt32LE(16, 16)
  bytes.writeUInt16LE(3, 20) // IEEE float
  bytes.writeUInt16LE(1, 22)
  bytes.writeUInt32LE(16_000, 24)
  bytes.writeUInt32LE(64_000, 28)
  bytes.writeUInt16LE(4, 32)
  bytes.writeUInt16LE(32, 34)
  bytes.write('data', 36)
  bytes.writeUInt32LE(samples.byteLength, 40)
  Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).copy(bytes, 44)
  return bytes
}

const wrongHeader = Uint8Array.from(good)
wrongHeader.set(Buffer.from('XXXX'), 0)

const BROKEN: Readonly<Record<string, Uint8Array | string>> = {
  'truncated.wav': good.subarray(0, 5000),
  'half-header.wav': good.subarray(0, 20),
  'wrong-header.wav': wrongHeader,
  'no-samples.wav': encodeWav(new Float32Array(0), 16_000),
  'empty.wav': '',
  'text.wav': 'This is no sound at all.\n',
  'not-a-number.wav': floatWav(Float32Array.from({ length: 8000 }, (_, i) => (i === 4000 ? Number.NaN : 0.1))),
  'too-long.wav': encodeWav(new Float32Array(48_000).fill(0.1), 16_000),
}

/** What every complaint must be: one line, of the call and not of us. */
function expectOneLine({ code, err }: { code: number; err: string }): void {
  expect(err.split('\n')).toHaveLength(1)
  expect(err).not.toMatch(/internal:|^\s+at |\.ts:\d/)
  expect(code).toBe(2)
}

describe('a clip that cannot be heard', () => {
  it.each(Object.keys(BROKEN))('%s stops the call in one line that names data, sample and clip', async (name) => {
    const data = jsonLines(sample('fine', 'good.wav'), sample('the-bad-one', name))
    const said = await train({ 'recipe.yaml': recipe('data.jsonl'), 'data.jsonl': data, 'good.wav': good, ...BROKEN })
    expectOneLine(said)
    expect(said.err).toMatch(new RegExp(`^data\\.jsonl "the-bad-one": ${name}`))
  })

  it('is left out and counted with bad: skip', async () => {
    const bad = Object.keys(BROKEN)
    const data = jsonLines(sample('fine', 'good.wav'), ...bad.map((name) => sample(name, name)))
    const { code, out } = await train({
      'recipe.yaml': recipe('{ path: data.jsonl, bad: skip }'),
      'data.jsonl': data,
      'good.wav': good,
      ...BROKEN,
    })
    expect(code).toBe(0)
    const events = out.split('\n').map((line) => JSON.parse(line))
    const note = `data.jsonl: ${bad.length} of ${bad.length + 1} samples left out, their clips cannot be heard; the first is "${bad[0]}"`
    expect(events.find(({ event }) => event === 'warning').message).toContain(note)
    expect(events.at(-1).summary.left_out).toHaveLength(1)
  })

  it('is found in an audio folder too', async () => {
    const said = await train({
      'recipe.yaml': recipe('{ path: sounds, prompt: "what?" }'),
      'sounds/metadata.csv': 'file_name,text\ngood.wav,a sound\ntext.wav,nothing\n',
      'sounds/good.wav': good,
      'sounds/text.wav': BROKEN['text.wav']!,
    })
    expectOneLine(said)
    expect(said.err).toMatch(/^sounds "metadata\.csv:3": sounds\/text\.wav/)
  })
})

it('8 channels and 192 kHz are heard', async () => {
  const channels = 8
  const frames = Buffer.alloc(44 + 192_000 * 0.25 * channels * 2)
  Buffer.from(encodeWav(new Float32Array(192_000 * 0.25 * channels).fill(0.1), 192_000)).copy(frames)
  frames.writeUInt16LE(channels, 22)
  frames.writeUInt32LE(192_000 * channels * 2, 28)
  frames.writeUInt16LE(channels * 2, 32)
  const { code, err } = await train({
    'recipe.yaml': recipe('data.jsonl'),
    'data.jsonl': jsonLines(sample('wide', 'wide.wav')),
    'wide.wav': frames,
  })
  expect([code, err]).toEqual([0, ''])
})

describe('a recipe that is wrong', () => {
  const files = { 'data.jsonl': jsonLines(sample('fine', 'good.wav')), 'good.wav': good }
  it.each([
    [
      'an unknown key',
      `${MODEL}stages: [{ sft: { data: data.jsonl, btach: 4 } }]`,
      'stages[0].sft.btach: unknown key. Did you mean "batch"?',
    ],
    ['an unknown stage', `${MODEL}stages: [{ sfd: {} }]`, 'stages[0].sfd: unknown key. Did you mean "sft"?'],
    [
      'a word for a number',
      `${MODEL}stages: [{ sft: { data: data.jsonl, steps: many } }]`,
      'stages[0].sft.steps: expected',
    ],
    ['a number below its least', `${MODEL}stages: [{ sft: { data: data.jsonl, batch: 0 } }]`, 'stages[0].sft.batch:'],
    [
      'heads that do not divide',
      `${recipe('data.jsonl').replace('heads: 2, pool', 'heads: 3, pool')}`,
      'model.audio.heads: 3 does not divide width',
    ],
    ['a vocabulary that holds no bytes', `${recipe('data.jsonl').replace('vocab: 300', 'vocab: 10')}`, 'vocab'],
    ['data that are not there', recipe('nowhere.jsonl'), 'nowhere.jsonl: no such data file.'],
    ['no stage', `${MODEL}stages: []`, 'stages'],
    ['no YAML', 'name: [', 'recipe.yaml:2'],
  ])('because of %s is refused in one line that says where', async (_what, text, expected) => {
    const said = await train({ ...files, 'recipe.yaml': `${text}\n` })
    expectOneLine(said)
    expect(said.err).toContain(expected)
  })

  it('leaves no run folder behind', async () => {
    const root = folderWith({ ...files, 'recipe.yaml': recipe('nowhere.jsonl') })
    const run = path.join(root, 'run')
    await call(command, ['train', path.join(root, 'recipe.yaml'), '--run', run])
    expect(existsSync(run)).toBe(false)
  })

  it('because a prompt does not fit the model names the sample and the limit', async () => {
    const rubric = {
      name: 'r',
      criteria: [{ id: 'a', criterion: 'Says a.', points: 1, verify: { kind: 'regex', pattern: 'a' } }],
    }
    const long = { id: 'the-long-one', messages: [{ role: 'user', content: 'word '.repeat(300) }], rubric }
    const said = await train({
      'recipe.yaml': `${MODEL}stages: [{ rl: { data: asked.jsonl, steps: 1, prompts: 1, minibatches: 1 } }]\n`,
      'asked.jsonl': jsonLines(long),
    })
    expectOneLine(said)
    expect(said.err).toMatch(
      /^stages\[0\]\.rl "the-long-one": the prompt has \d+ tokens and the answer up to 256, the model has 256 positions\./,
    )
  })
})

describe('criteria that no verifier decides', () => {
  const asks = (rubric: unknown) => ({
    'recipe.yaml': `${MODEL}stages: [{ rl: { data: asked.jsonl, steps: 1, prompts: 1, group: 2, minibatches: 1, max_completion_tokens: 4 } }]\n`,
    'asked.jsonl': jsonLines({ id: 's', messages: [{ role: 'user', content: 'say it' }], rubric }),
  })

  it('are told of, since they count 0', async () => {
    const { code, out } = await train(asks('voice-assistant'))
    expect(code).toBe(0)
    expect(out).toContain(
      'stages[0].rl: 5 of 8 criteria have no verifier for written answers (\\"answers-question\\" is one)',
    )
  })

  it('stop the call when there are no others', async () => {
    const said = await train(asks({ name: 'r', criteria: [{ id: 'kind', criterion: 'Is kind.', points: 1 }] }))
    expectOneLine(said)
    expect(said.err).toContain('stages[0].rl: no criterion of its rubrics has a verifier')
  })
})

describe('a data line that is wrong', () => {
  const train1 = (line: string, bad = 'refuse') =>
    train({
      'recipe.yaml': recipe(`{ path: data.jsonl, bad: ${bad} }`),
      'data.jsonl': `${JSON.stringify(sample('fine', 'good.wav'))}\n${line}\n`,
      'good.wav': good,
    })
  const CASES: [string, string, string][] = [
    ['has no messages', '{"id": "x"}', 'messages'],
    ['has an empty conversation', '{"messages": []}', 'messages'],
    ['has a turn without content', '{"messages": [{"role": "user"}]}', 'messages[0].content'],
    ['has a role that is none', '{"messages": [{"role": "human", "content": "x"}]}', 'messages[0].role'],
    [
      'has an audio part without a clip',
      '{"messages": [{"role": "user", "content": [{"type": "audio"}]}]}',
      'an audio part without a clip',
    ],
    ['names a clip that is not there', JSON.stringify(sample('x', 'gone.wav')), 'there is no clip'],
    ['is not JSON', '{"messages": [', 'not JSON'],
    ['is a list', '[1, 2]', 'data.jsonl:2'],
  ]

  it.each(CASES)('because it %s is refused with file and line', async (_what, line, expected) => {
    const said = await train1(line)
    expectOneLine(said)
    expect(said.err).toMatch(/^data\.jsonl:2 /)
    expect(said.err).toContain(expected)
  })

  it.each(CASES)('because it %s is left out and counted with bad: skip', async (_what, line) => {
    const { code, out } = await train1(line, 'skip')
    expect(code).toBe(0)
    expect(out).toContain('data.jsonl: 1 rows left out; the first is line 2, ')
  })

  it('because it has no answer to learn is refused by its id', async () => {
    const said = await train1('{"id": "unanswered", "messages": [{"role": "user", "content": "x"}]}')
    expectOneLine(said)
    expect(said.err).toContain('"unanswered": the last turn is not the assistant\'s')
  })
})

const letters = 'abcdefghijklmnopqrstuvwxyz'
const random = seededRandom('letters')

it('samples longer than max_length are left out, told and counted', async () => {
  const long = {
    ...sample('long', 'good.wav'),
    messages: [
      { role: 'user', content: Array.from({ length: 150 }, () => letters[random.integer(26)]).join('') },
      { role: 'assistant', content: 'y' },
    ],
  }
  const { code, out } = await train({
    'recipe.yaml': recipe('data.jsonl').replace('steps: 1', 'steps: 1, max_length: 100'),
    'data.jsonl': jsonLines(sample('fine', 'good.wav'), long),
    'good.wav': good,
  })
  expect(code).toBe(0)
  expect(out).toContain('stages[0].sft: 1 of 2 samples are longer than 100 tokens and left out')
  expect(JSON.parse(out.split('\n').at(-1)!).summary.samples_over_length).toBe(1)
})
