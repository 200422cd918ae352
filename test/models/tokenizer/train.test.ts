import { describe, expect, it } from 'vitest'
import { TokenizerError } from '../../../models/tokenizer/errors.ts'
import { openTokenizer } from '../../../models/tokenizer/tokenizer.ts'
import { trainTokenizer } from '../../../models/tokenizer/train.ts'
import { corpus, expected, extraSpecial, files } from './trained.ts'

describe('training a tokenizer', () => {
  it("learns the merges and the vocabulary of Hugging Face's trainer, in its order", () => {
    expect(files.tokenizer.model.merges).toEqual(expected.merges)
    expect(files.tokenizer.model.vocab).toEqual(expected.vocab)
    expect(expected.merges.length).toBeGreaterThan(90)
  })

  it('gives the same files for the same lines, byte for byte', () => {
    const again = trainTokenizer(corpus[Symbol.iterator](), { vocab: 500, extraSpecial })
    expect(JSON.stringify(again)).toBe(JSON.stringify(files))
  })

  it('holds all 256 bytes and the special tokens even when it learns from nothing', () => {
    const tokenizer = openTokenizer(trainTokenizer([], { vocab: 262 }))
    expect(tokenizer.vocabSize).toBe(262)
    expect([...tokenizer.special.keys()]).toEqual([
      '<|endoftext|>',
      '<|im_start|>',
      '<|im_end|>',
      '<|AUDIO|>',
      '<|audio_bos|>',
      '<|audio_eos|>',
    ])
    const everyByte = Array.from({ length: 256 }, (_, id) => id)
    const text = 'any text: 狗 🎧 é \u0000\u007f'
    expect(tokenizer.decode(tokenizer.encode(text, { special: 'forbid' }))).toBe(text)
    expect(() => tokenizer.decode(everyByte)).not.toThrow()
  })

  it('stops at the size asked for, special tokens included', () => {
    for (const vocab of [264, 265, 300]) {
      const { tokenizer } = trainTokenizer(corpus, { vocab, extraSpecial })
      expect(openTokenizer({ tokenizer, config: {} }).vocabSize).toBe(vocab)
    }
  })

  it('merges a pair seen once only when told to', () => {
    const merges = (minCount: number) =>
      (trainTokenizer(['zq'], { vocab: 300, minCount }).tokenizer as typeof files.tokenizer).model.merges
    expect(merges(1)).toEqual([['z', 'q']])
    expect(merges(2)).toEqual([])
  })

  it.each<[string, Parameters<typeof trainTokenizer>[1], string]>([
    ['a vocabulary too small for bytes and special tokens', { vocab: 261 }, 'whole number from 262'],
    ['a special token named twice', { vocab: 300, extraSpecial: ['<|AUDIO|>'] }, 'named twice'],
    ['an empty special token', { vocab: 300, extraSpecial: [''] }, 'is empty'],
  ])('refuses %s', (_what, options, message) => {
    expect(() => trainTokenizer([], options)).toThrow(TokenizerError)
    expect(() => trainTokenizer([], options)).toThrow(message)
  })

  it('learns from 20,000 short lines in seconds', () => {
    const words = Array.from({ length: 3000 }, (_, i) => ((i * 2654435761) >>> 0).toString(36))
    const lines = Array.from({ length: 20_000 }, (_, i) =>
      Array.from({ length: 8 }, (_, j) => words[(i * 7 + j * j * 13) % words.length]).join(' '),
    )
    const start = performance.now()
    trainTokenizer(lines, { vocab: 2048 })
    expect(performance.now() - start).toBeLessThan(6000) // 0.8 s on one quiet core; the bound is for a busy one
  })
})
