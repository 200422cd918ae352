import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { ggufConfig } from '../../../models/gguf/config.ts'
import { openGguf } from '../../../models/gguf/file.ts'
import {
  CheckpointError,
  ConfigError,
  fromConfigJson,
  importGguf,
  openTokenizer,
  readSafetensors,
} from '../../../models/index.ts'

// Made by test/goldens/ggufFiles.py with the reference package; what each file is, stands there.
const goldens = path.join(import.meta.dirname, '../../goldens/data')
const golden = (name: string) => path.join(goldens, 'gguf', name)
const work = mkdtempSync(path.join(tmpdir(), 'gguf-'))
afterAll(() => rmSync(work, { recursive: true }))

describe('a GGUF file', () => {
  it('gives the numbers that the reference package gives, to the bit, for every packed type', async () => {
    const opened = await openGguf(golden('types.gguf'))
    const expected = readSafetensors(golden('types.safetensors'))
    expect([...opened.tensors.keys()].sort()).toEqual([...expected.tensors.keys()].sort())
    for (const { name, shape } of expected.tensors.values()) {
      expect(opened.tensors.get(name)!.shape, name).toEqual(shape)
      expect(opened.read(name), name).toEqual(expected.read(name))
    }
  })

  it('of Llama 3 has its stretched positions, found by what the frequencies are divided by', async () => {
    expect(ggufConfig(await openGguf(golden('rope.gguf')))).toMatchObject({
      ropeTheta: 500_000,
      ropeScaling: { type: 'llama3', factor: 32, lowFrequency: 1, highFrequency: 4, originalPositions: 8192 },
    })
  })
})

describe('an imported model', () => {
  const folder = path.join(work, 'llama')

  it('is the checkpoint that the file was made from: config, weights, rows of the rotated heads in their places', async () => {
    const { nParameters, types } = await importGguf(golden('llama.gguf'), folder)
    const original = readSafetensors(path.join(goldens, 'decoders/llama'))
    const written = readSafetensors(folder)
    expect([...written.tensors.keys()].sort()).toEqual([...original.tensors.keys()].sort())
    for (const name of original.tensors.keys()) expect(written.read(name), name).toEqual(original.read(name))
    expect(types).toEqual({ F32: original.tensors.size })
    expect(nParameters).toBe([...original.tensors.values()].reduce((sum, { byteLength }) => sum + byteLength / 2, 0))
    const configOf = (place: string) =>
      fromConfigJson(JSON.parse(readFileSync(path.join(place, 'config.json'), 'utf8')), place).config
    expect(configOf(folder)).toEqual(configOf(path.join(goldens, 'decoders/llama')))
  })

  it('speaks through the tokenizer of the file: digits apart, added tokens whole, control tokens special', () => {
    const tokenizer = openTokenizer(folder)
    const names = (text: string) => tokenizer.encode(text, { special: 'recognise' }).map((id) => tokenizer.decode([id]))
    expect(names('the cat a 12<x><|im_end|>')).toEqual([
      'the',
      ' ',
      'c',
      'a',
      't',
      ' a',
      ' ',
      '1',
      '2',
      '<x>',
      '<|im_end|>',
    ])
    expect([...tokenizer.special.keys()]).toEqual(['<|endoftext|>', '<|im_start|>', '<|im_end|>'])
    expect(tokenizer.files().config).toMatchObject({
      eos_token: '<|im_end|>',
      chat_template: expect.stringContaining('<|im_start|>'),
    })
  })

  it('is written in 16 bits when asked, each number to the nearest', async () => {
    const half = path.join(work, 'half')
    await importGguf(golden('llama.gguf'), half, { dtype: 'BF16' })
    const [exact, rounded] = [readSafetensors(folder), readSafetensors(half)]
    // The golden's weights are BF16 to begin with.
    for (const { name, dtype } of rounded.tensors.values()) {
      expect(dtype).toBe('BF16')
      expect(rounded.read(name)).toEqual(exact.read(name))
    }
  })
})

describe('a GGUF file that cannot be imported', () => {
  const bytes = readFileSync(golden('llama.gguf'))
  const file = path.join(work, 'bad.gguf')
  const replaced = (from: string, to: string) => {
    const changed = Buffer.from(bytes)
    const at = changed.indexOf(from)
    expect(at).toBeGreaterThan(0)
    changed.write(to, at)
    writeFileSync(file, changed)
    return importGguf(file, path.join(work, 'bad'))
  }

  it.each<[string, string, string, RegExp]>([
    ['another architecture', 'llama', 'mamba', /general\.architecture is "mamba"\. Supported: llama, qwen2, qwen3/],
    ['another vocabulary', 'gpt2', 'bert', /tokenizer\.ggml\.model is "bert"\. Supported: "gpt2"/],
    ['an unknown cut', 'smollm', 'smallm', /tokenizer\.ggml\.pre is "smallm"\. Supported: gpt-2, smollm/],
    ['an unknown tensor', 'blk.0.attn_q.weight', 'blk.0.attn_z.weight', /attn_z\.weight": is no tensor of a supported/],
  ])('for %s says what is supported', async (_what, from, to, message) => {
    const error = await replaced(from, to).then(
      () => undefined,
      (reason: Error) => reason,
    )
    expect(error?.message).toMatch(message)
    expect([CheckpointError.name, ConfigError.name]).toContain(error?.name)
  })

  it('for another format or a missing file says so', async () => {
    await expect(openGguf(path.join(work, 'absent.gguf'))).rejects.toThrow(/no such file/)
    writeFileSync(file, 'GGMLxxxx')
    await expect(openGguf(file)).rejects.toThrow(/begins with "GGML"\. A GGUF file begins with "GGUF"/)
    writeFileSync(file, bytes.subarray(0, -40))
    await expect(openGguf(file)).rejects.toThrow(/is it cut short\?/)
  })

  it('is a CheckpointError or a ConfigError whatever bytes are changed in its header', async () => {
    const flips = fc.array(fc.tuple(fc.nat(4000), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 3 })
    let refused = 0
    await fc.assert(
      fc.asyncProperty(flips, fc.boolean(), async (changes, cut) => {
        const changed = Buffer.from(bytes)
        for (const [at, value] of changes) changed[at] = value
        writeFileSync(file, cut ? changed.subarray(0, changes[0]![0]) : changed)
        try {
          await importGguf(file, path.join(work, 'fuzzed'))
        } catch (error) {
          expect([CheckpointError.name, ConfigError.name], String((error as Error).stack)).toContain(
            (error as Error).name,
          )
          refused++
        }
      }),
      { numRuns: 150 },
    )
    expect(refused).toBeGreaterThan(60)
  })
})
