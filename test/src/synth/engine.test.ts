import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeAudio } from '../../../audio/index.ts'
import { importGguf } from '../../../models/index.ts'
import { synthesise, synthRecipeSchema } from '../../../src/synth/index.ts'
import { openVoice } from '../../../src/synth/speak.ts'
import { folderWith } from '../temporary.ts'

const gguf = path.join(import.meta.dirname, '../../goldens/data/gguf/llama.gguf')
const linesOf = (file: string) =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('synthesis on this machine', () => {
  it('samples questions of our own engine, the same for the same seed, and speaks them', async () => {
    const folder = folderWith()
    const model = path.join(folder, 'model')
    await importGguf(gguf, model)
    const recipe = (seed: number) =>
      synthRecipeSchema.parse({
        generator: { model, max_tokens: 6, batch: 3 },
        count: 5,
        filters: { language: 'any' },
        speak: { voices: ['en-us', 'en-gb'] },
        seed,
      })
    const made = async (name: string, seed: number) => {
      const out = path.join(folder, name)
      const { samples, parts } = await synthesise({ recipe: recipe(seed), out })
      expect(parts.at(-1)!.name).toBe('speech')
      return { samples, questions: linesOf(path.join(out, 'questions.jsonl')).map(({ question }) => question), out }
    }
    const first = await made('first', 1)
    expect(first.questions).toHaveLength(5)
    expect((await made('again', 1)).questions).toEqual(first.questions)
    expect((await made('other', 2)).questions).not.toEqual(first.questions)
    for (const sample of linesOf(first.samples)) {
      const [{ content }] = sample.messages
      const sound = await decodeAudio(readFileSync(path.join(first.out, content[0].path)))
      expect(sound.sampleRate).toBe(16_000)
      expect(['en-us', 'en-gb']).toContain(sample.voice)
    }
  })
})

describe('openVoice', () => {
  it('speaks longer for more words and slower for fewer a minute, and as long every time', async () => {
    const { speak } = await openVoice()
    const [short, long] = [
      await speak('Yes.', 'en-us', 170),
      await speak('Two dogs are barking outside.', 'en-us', 170),
    ]
    expect(long.length).toBeGreaterThan(2 * short.length)
    const slow = await speak('Two dogs are barking outside.', 'en-us', 100)
    expect(slow.length).toBeGreaterThan(1.3 * long.length)
    const again = await speak('Two dogs are barking outside.', 'en-us', 170)
    expect(Math.abs(again.length / long.length - 1)).toBeLessThan(0.01)
    expect(Math.max(...long)).toBeGreaterThan(0.1)
    for (const voice of ['en-gb', 'fr-fr', 'fr', 'de']) {
      expect((await speak('Radio.', voice, 170)).length, voice).toBeGreaterThan(3_200)
    }
    await expect(speak('a', 'xx', 170)).rejects.toThrow(/eSpeak NG has no "xx". It has .*en-us/)
  })
})
