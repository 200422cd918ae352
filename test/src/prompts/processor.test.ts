import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { logMel } from '../../../audio/index.ts'
import { audioTokenCount, openTokenizer } from '../../../models/index.ts'
import { rendererOf } from '../../../src/prompts/chatRenderer.ts'
import { defaultSystemOf } from '../../../src/prompts/defaultSystem.ts'
import type { Message } from '../../../src/prompts/message.ts'
import { files, tokenizer } from '../../models/tokenizer/trained.ts'

// Made by test/goldens/qwen2AudioProcessor.py with transformers' own Qwen2AudioProcessor (5.24.0).
const golden = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../../goldens/data/qwen2AudioProcessor.json'), 'utf8'),
) as {
  firstFrames: number[]
  samples: [number, number, number][]
  conversations: { messages: Message[]; samples: number[]; prompt: string; ids: number[] }[]
}

/** The template of transformers' processor, as a checkpoint's tokenizer_config.json holds it. */
const template = readFileSync(path.join(import.meta.dirname, '../../goldens/data/qwen2AudioTemplate.jinja'), 'utf8')
const framesOf = (nSamples: number) => Math.min(3000, Math.ceil(nSamples / 160))
const silence = (nSamples: number) => ({ data: new Float32Array(0), nMels: 128, nFrames: framesOf(nSamples) })

describe('Qwen2-Audio’s processor', () => {
  it('has as many placeholders at every length from 1 to 3,000 mel frames', () => {
    const counts = Array.from({ length: 3000 }, (_, i) => audioTokenCount(i + 1, { pool: 2 }))
    const expected = Array.from({ length: 3000 }, (_, i) => golden.firstFrames.filter((first) => first <= i + 1).length)
    expect(counts).toEqual(expected)
  })

  it('counts as many frames of a clip, whole or begun, and none beyond 30 s', async () => {
    for (const [nSamples, nFrames, nTokens] of golden.samples) {
      const heard = Math.min(nSamples, 480_000)
      if (heard < 20_000) expect((await logMel(new Float32Array(heard), { nMels: 128 })).nFrames).toBe(nFrames)
      expect([framesOf(nSamples), audioTokenCount(nFrames, { pool: 2 })]).toEqual([nFrames, nTokens])
    }
  })

  it.each(golden.conversations.map((one, i) => [i + 1, one] as const))(
    'writes conversation %d so, token by token',
    (_, { messages, samples, prompt, ids }) => {
      const renderer = rendererOf(openTokenizer({ ...files, config: { ...files.config, chat_template: template } }), 2)
      const found = renderer.prompt(messages, samples.map(silence))
      expect(found).toEqual(ids)
      const once = tokenizer.decode(found).replaceAll(/(<\|AUDIO\|>)+/g, '<|AUDIO|>')
      if (samples.every((n) => n > 400)) expect(once).toBe(prompt)
    },
  )
})

describe('the system turn of a template', () => {
  it('is found where a template puts one, and only there', () => {
    expect(defaultSystemOf(template)).toBe('You are a helpful assistant.')
    expect(defaultSystemOf(files.config.chat_template)).toBeUndefined()
    expect(defaultSystemOf('{% if %}')).toBeUndefined()
  })
})
