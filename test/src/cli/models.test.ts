import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { addCompose } from '../../../src/cli/commands/compose.ts'
import { addImport } from '../../../src/cli/commands/import.ts'
import { addTranscribe } from '../../../src/cli/commands/transcribe.ts'
import { composeFolder } from '../../../src/composeFolder.ts'
import { UsageError } from '../../../src/errors.ts'
import { importModel } from '../../../src/importModel.ts'
import { folderWith } from '../temporary.ts'
import { call } from './listener.ts'

const gguf = path.join(import.meta.dirname, '../../goldens/data/gguf/llama.gguf')
const whisper = path.join(import.meta.dirname, '../../goldens/data/whisper')
const importing = [addImport({ importModel: async () => ({ importModel }) })]
const composing = [addCompose({ compose: async () => ({ composeFolder }) })]

describe('rubato import', () => {
  it('writes a folder and says what was in the file', async () => {
    const out = path.join(folderWith(), 'tiny')
    expect(await call(importing, ['import', gguf, '--out', out])).toMatchObject({
      code: 0,
      out: `${out}: 12,448 parameters, from 20 F32 tensors\n`,
    })
    expect(existsSync(path.join(out, 'model.safetensors'))).toBe(true)
  })

  it('overwrites nothing', async () => {
    const out = folderWith()
    const { code, err } = await call(importing, ['import', gguf, '--out', out, '--json'])
    expect([code, err]).toEqual([2, `${out}: exists already. Name another folder with --out.\n`])
  })

  it.each([
    [['import', 'absent.gguf', '--out', 'x'], 'absent.gguf: no such file. Give a GGUF file.'],
    [['import', gguf, '--dtype', 'Q4'], 'Allowed choices are F32, F16, BF16.'],
    [['import'], "missing required argument 'file'"],
  ])('refuses %j', async (argv, text) => {
    const { code, err } = await call(importing, argv)
    expect(code).toBe(2)
    expect(err).toContain(text)
  })
})

describe('rubato compose', () => {
  it('joins an encoder and the model of a GGUF file, and says how large each part is', async () => {
    const folder = folderWith()
    const language = path.join(folder, 'language')
    await importModel({ file: gguf, out: language })
    const out = path.join(folder, 'out')
    const { code, out: said } = await call(composing, [
      ...['compose', '--audio', whisper, '--language', language, '--out', out],
      '--json',
    ])
    expect(code).toBe(0)
    const { parameters } = JSON.parse(said) as { parameters: Record<string, number> }
    expect(parameters.projector).toBe(32 * 32 + 32)
    expect(parameters['language model']).toBe(12_448 + 3 * 32)
    expect((await call(composing, ['compose', '--audio', whisper, '--language', language, '--out', out])).code).toBe(2)
  })
})

describe('rubato transcribe', () => {
  function transcribing(closed: string[] = []) {
    const asked: object[] = []
    const segments = [
      { start: 0, end: 2.5, text: 'good morning.' },
      { start: 2.5, end: 4, text: 'and good night.' },
    ]
    const commands = [
      addTranscribe({
        transcribe: async () => ({
          openTranscriber: async ({ model, onNotice }) => ({
            async transcribe(file, options) {
              asked.push({ model, file, ...options })
              if (file === 'bad.wav') throw new UsageError('bad.wav: no sound.')
              onNotice('the words were cut')
              return { text: 'good morning. and good night.', language: 'en', segments }
            },
            async close() {
              closed.push(model)
            },
          }),
        }),
      }),
    ]
    return { commands, asked }
  }

  it('prints the words of one recording, and of several under their names', async () => {
    const { commands, asked } = transcribing()
    const one = await call(commands, ['transcribe', 'a.wav', '--language', 'german'])
    expect(one).toMatchObject({ code: 0, out: 'good morning. and good night.\n', err: 'note: the words were cut\n' })
    expect(asked).toEqual([
      { model: 'openai/whisper-base', file: 'a.wav', task: 'transcribe', timestamps: false, language: 'german' },
    ])
    const two = await call(commands, ['transcribe', 'a.wav', 'b.wav'])
    expect(two.out).toBe('a.wav\ngood morning. and good night.\n\nb.wav\ngood morning. and good night.\n')
  })

  it('prints times for people and everything for machines', async () => {
    const { commands } = transcribing()
    const { out } = await call(commands, ['transcribe', 'a.wav', '--timestamps'])
    expect(out).toBe('    0.00     2.50  good morning.\n    2.50     4.00  and good night.\n')
    const json = await call(commands, ['transcribe', 'a.wav', '--json'])
    expect(JSON.parse(json.out)).toMatchObject([
      { file: 'a.wav', language: 'en', segments: [{ end: 2.5 }, { start: 2.5 }] },
    ])
  })

  it('closes the engine when a recording cannot be read, and says which', async () => {
    const closed: string[] = []
    const { code, err } = await call(transcribing(closed).commands, ['transcribe', 'bad.wav', '--model', 'm'])
    expect([code, err, closed]).toEqual([2, 'bad.wav: no sound.\n', ['m']])
  })
})
