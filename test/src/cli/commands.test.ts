import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { addChat, type ChatServices } from '../../../src/cli/commands/chat.ts'
import { addDoctor } from '../../../src/cli/commands/doctor.ts'
import { addEval } from '../../../src/cli/commands/eval.ts'
import { addInfo } from '../../../src/cli/commands/info.ts'
import { deviceReports } from '../../../src/cli/device.ts'
import { memory } from '../../../src/cli/doctor/examine.ts'
import { UsageError } from '../../../src/errors.ts'
import { plainText } from '../../../src/prompts/message.ts'
import type { EvaluationRecord } from '../../../src/runs/index.ts'
import { call } from './listener.ts'

describe('rubato eval', () => {
  const record: EvaluationRecord = {
    name: 'eval',
    stage: 'eval',
    step: 0,
    control: 'none',
    score: 0.5,
    interval: [0.4, 0.6],
    n_samples: 3,
    criteria: [],
  }
  const commands = [
    addEval({
      evaluate: async () => ({
        evaluateModel: async ({ controls }) => controls.map((control) => ({ ...record, control })),
      }),
    }),
  ]

  it('prints a table for people and records for machines', async () => {
    const words = ['eval', '--model', 'm', '--data', 'd.jsonl']
    expect(stripVTControlCharacters((await call(commands, words)).out)).toContain('sound silenced  50.0 [40.0, 60.0]')
    expect(JSON.parse((await call(commands, [...words, '--controls', 'none', '--json'])).out)).toEqual([record])
  })

  it.each([
    [['eval', '--model', 'm'], "required option '--data <file>' not specified"],
    [['eval', '--model', 'm', '--data', 'd', '--limit', '0'], 'Expected a whole number, 1 or more.'],
    [
      ['eval', '--model', 'm', '--data', 'd', '--controls', 'mute'],
      'Allowed choices are none, scaffolded, silenced, swapped.',
    ],
  ])('refuses %j', async (argv, text) => {
    const { code, err } = await call(commands, argv)
    expect(code).toBe(2)
    expect(err).toContain(text)
  })
})

describe('rubato chat', () => {
  function chatThat(answers: (asked: string) => string) {
    const heard: string[] = []
    let closed = false
    const chat: ChatServices['chat'] = async () => ({
      openChat: async () => ({
        async answer(messages, onText) {
          heard.push(plainText(messages))
          const text = answers(heard.at(-1)!)
          onText(text)
          return text
        },
        async close() {
          closed = true
        },
      }),
    })
    return { commands: [addChat({ chat })], heard, closed: () => closed }
  }

  it('asks once with --prompt, clips before the words', async () => {
    const { commands, heard, closed } = chatThat(() => 'A bell.')
    const { code, out } = await call(commands, [
      'chat',
      '--model',
      'm',
      '--audio',
      'a.wav',
      '--audio',
      'b.wav',
      '--prompt',
      'What?',
    ])
    expect([code, out]).toEqual([0, 'A bell.\n'])
    expect(heard).toEqual(['user: [audio 1] [audio 2] What?'])
    expect(closed()).toBe(true)
    const json = await call(commands, ['chat', '--model', 'm', '--prompt', 'What?', '--json'])
    expect(JSON.parse(json.out)).toEqual({ prompt: 'What?', answer: 'A bell.' })
  })

  it('asks what is heard of a clip that comes without a question', async () => {
    const { commands, heard } = chatThat(() => 'A bell.')
    const { code, out } = await call(commands, ['chat', '--model', 'm', '--audio', 'a.wav'], {
      input: 'not a terminal',
    })
    expect([code, out]).toEqual([0, 'A bell.\n'])
    expect(heard).toEqual(['user: [audio 1] what do you hear?'])
  })

  it('goes on after that answer on a terminal', async () => {
    const { commands, heard } = chatThat(() => 'A bell.')
    const words = ['chat', '--model', 'm', '--audio', 'a.wav']
    expect((await call(commands, words, { input: 'how loud?\n', isTTY: true })).code).toBe(0)
    expect(heard.at(-1)).toBe('user: [audio 1] what do you hear?\nassistant: A bell.\nuser: how loud?')
  })

  it('prints nothing that a terminal would obey, whatever a model says', async () => {
    const { commands } = chatThat(() => 'a\x1b[2J bell\n\x07')
    expect((await call(commands, ['chat', '--model', 'm', '--prompt', 'x'])).out).toBe('a[2J bell\n\n')
  })

  it('passes what was cut on to the error stream', async () => {
    const commands = [
      addChat({
        chat: async () => ({
          openChat: async ({ onNotice }) => ({
            answer: async () => {
              onNotice('a.wav: cut')
              return ''
            },
            close: async () => {},
          }),
        }),
      }),
    ]
    expect((await call(commands, ['chat', '--model', 'm', '--prompt', 'x'])).err).toBe('note: a.wav: cut\n')
  })

  it('keeps the conversation from turn to turn until it is begun anew', async () => {
    const { commands, heard } = chatThat((asked) => `answer ${asked.split('\n').length}`)
    const input = ['/audio x.wav', 'first', 'second', '/reset', 'third', '/exit', 'never'].join('\n')
    expect((await call(commands, ['chat', '--model', 'm', '--system', 'Be brief.'], { input })).code).toBe(0)
    expect(heard).toEqual([
      'system: Be brief.\nuser: [audio 1] first',
      'system: Be brief.\nuser: [audio 1] first\nassistant: answer 2\nuser: second',
      'system: Be brief.\nuser: third',
    ])
  })

  it('goes on after a clip that cannot be read, and closes the model when the input ends', async () => {
    const { commands, heard, closed } = chatThat((asked) => {
      if (asked.includes('bad')) throw new UsageError('bad.wav: no such file.')
      return 'fine'
    })
    const { code, out } = await call(commands, ['chat', '--model', 'm'], { input: 'bad\ngood\n' })
    expect(code).toBe(0)
    expect(out).toContain('bad.wav: no such file.')
    expect(heard).toEqual(['user: bad', 'user: good'])
    expect(closed()).toBe(true)
  })

  it('refuses --json without --prompt', async () => {
    const { commands } = chatThat(() => '')
    expect((await call(commands, ['chat', '--model', 'm', '--json'])).code).toBe(2)
  })
})

describe('rubato info', () => {
  it('prints facts under their headings', async () => {
    const commands = [
      addInfo({ info: async () => ({ infoOf: async () => ({ Model: { parameters: 3_700_000, kind: 'x' } }) }) }),
    ]
    expect((await call(commands, ['info', 'm'])).out).toBe('Model\n  parameters  3,700,000\n  kind        x\n')
    expect(JSON.parse((await call(commands, ['info', 'm', '--json'])).out)).toEqual({
      Model: { parameters: 3_700_000, kind: 'x' },
    })
  })
})

describe('rubato doctor', () => {
  it('examines this machine', async () => {
    const { code, out } = await call([addDoctor()], ['doctor', '--json'])
    const findings: { what: string; state: string; found: string }[] = JSON.parse(out)
    expect(code).toBe(0)
    expect(findings.map(({ what }) => what)).toEqual([
      'Node',
      'ONNX Runtime',
      'devices',
      'ffmpeg',
      'processors',
      'memory',
      'disk',
    ])
    expect(findings[0]!.found).toContain(process.versions.node)
    expect(findings[2]!.found.split(', ')).toContain('cpu')
  })

  it('measures matrix products when asked', async () => {
    const { out } = await call([addDoctor()], ['doctor', '--bench'])
    const rate = Number(/matrix products\s+(\d+) GFLOP\/s/.exec(out)?.[1])
    expect(rate).toBeGreaterThan(1)
    expect(rate).toBeLessThan(20_000)
  })

  it('warns of little memory', () => {
    expect(memory(8e9, 0.4e9)).toMatchObject({ state: 'warning', found: '0.4 of 8.0 GB free' })
    expect(memory(8e9, 5e9).state).toBe('ok')
  })
})

describe('devices', () => {
  const backends = [
    { name: 'cpu', bundled: true },
    { name: 'cuda', bundled: false },
  ]

  it('are those that the runtime has, CUDA once its libraries are there', () => {
    const available = (cuda: boolean) =>
      deviceReports(backends, cuda)
        .filter((d) => d.available)
        .map((d) => d.device)
    expect(available(false)).toEqual(['cpu'])
    expect(available(true)).toEqual(['cpu', 'cuda'])
  })

  it('that are missing are refused with what would help', async () => {
    const missing = deviceReports(backends, false)
    expect(missing.find(({ device }) => device === 'cuda')?.reason).toContain('ONNXRUNTIME_NODE_INSTALL=cuda12')
    expect(missing.find(({ device }) => device === 'dml')?.reason).toMatch(/^onnxruntime-node has none for /)
  })

  it.skipIf(process.platform !== 'linux')('of another system stop the call before any work', async () => {
    const commands = [neverEvaluated()]
    const { code, err } = await call(commands, ['eval', '--model', 'm', '--data', 'd', '--device', 'dml'])
    expect(code).toBe(2)
    expect(err).toMatch(/^--device dml: not available, onnxruntime-node has none for linux-.*\. Available: cpu.*\.\n$/)
  })
})

/** An evaluation that must not be reached. */
const neverEvaluated = () => addEval({ evaluate: () => Promise.reject(new Error('reached')) })
