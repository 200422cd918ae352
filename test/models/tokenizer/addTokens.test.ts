import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  addSpecialTokens,
  FIRST_QWEN_AUDIO_ID,
  openTokenizer,
  qwenAudioTokens,
  timeTokens,
} from '../../../models/index.ts'
import { expected, texts, files as trained } from './trained.ts'

const golden: { count: number; ids: Record<string, number>; sha256: string } = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../../goldens/data/qwenAudioTokens.json'), 'utf8'),
)

/** A vocabulary as long as Qwen's, with the trained one at its start: 151,643 tokens of text and ChatML's three. */
function qwenSized() {
  const vocab = Object.fromEntries(
    Object.entries(trained.tokenizer.model.vocab).filter(([token]) => !token.startsWith('<|')),
  )
  for (let id = Object.keys(vocab).length; id < 151_643; id++) vocab[`\u0100unused${id}`] = id
  const chatML = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'].map((content, i) => ({
    id: 151_643 + i,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }))
  const model = { ...trained.tokenizer.model, vocab }
  return { tokenizer: { ...trained.tokenizer, model, added_tokens: chatML }, config: trained.config }
}

describe("Qwen-Audio's tokens", () => {
  it('are those of the release, in its order', () => {
    expect(qwenAudioTokens).toHaveLength(golden.count)
    for (const [token, id] of Object.entries(golden.ids))
      expect(FIRST_QWEN_AUDIO_ID + qwenAudioTokens.indexOf(token), token).toBe(id)
    expect(createHash('sha256').update(qwenAudioTokens.join('\n')).digest('hex')).toBe(golden.sha256)
  })

  it('have a time token for every hundredth of 30 seconds', () => {
    expect(timeTokens).toHaveLength(3001)
    expect([timeTokens[0], timeTokens[233], timeTokens.at(-1)]).toEqual(['<|0.00|>', '<|2.33|>', '<|30.00|>'])
  })

  it("take the released ids on a vocabulary of Qwen's size, with the ids in reserve between", () => {
    const tokenizer = openTokenizer(addSpecialTokens(qwenSized(), qwenAudioTokens, { firstId: FIRST_QWEN_AUDIO_ID }))
    for (const [token, id] of Object.entries(golden.ids)) expect(tokenizer.idOf(token), token).toBe(id)
    expect(tokenizer.idOf('<|extra_0|>')).toBe(151_646)
    expect(tokenizer.idOf('<|extra_204|>')).toBe(151_850)
    expect(tokenizer.vocabSize).toBe(155_165)
    const prompt = '<|startoftranscript|><|en|><|transcribe|><|en|><|timestamps|><|0.00|>'
    expect(tokenizer.encode(prompt, { special: 'recognise' })).toEqual([151852, 151859, 151855, 151859, 151870, 151871])
  })
})

describe('adding tokens', () => {
  it('puts them after the vocabulary, keeps what is there, and encodes other text as before', () => {
    const files = addSpecialTokens(trained, qwenAudioTokens)
    const [before, after] = [openTokenizer(trained), openTokenizer(files)]
    const isNew = (token: string) => !before.has(token)
    expect(qwenAudioTokens.filter(isNew)).toHaveLength(qwenAudioTokens.length - 2) // two stand in the trained one
    expect(after.vocabSize).toBe(before.vocabSize + qwenAudioTokens.length - 2)
    expect(after.idOf('<|en|>')).toBe(before.idOf('<|en|>'))
    expect(after.idOf(qwenAudioTokens[0]!)).toBe(before.vocabSize)
    expect(texts.map((text) => after.encode(text, { special: 'recognise' }))).toEqual(expected.encoded)
  })

  it('lists them where transformers looks for them', () => {
    const { config } = addSpecialTokens(trained, ['<|sil|>'])
    const listed = (config as { added_tokens_decoder: Record<string, { content: string }> }).added_tokens_decoder
    expect(listed[openTokenizer(trained).vocabSize]).toMatchObject({ content: '<|sil|>', special: true })
  })

  it('gives back the same files when every token is there', () => {
    expect(addSpecialTokens(trained, ['<|en|>'])).toBe(trained)
  })

  it('refuses a first id within the vocabulary, an empty token, and one named twice', () => {
    const size = openTokenizer(trained).vocabSize
    expect(() => addSpecialTokens(trained, ['<|sil|>'], { firstId: 7 })).toThrow(
      `addSpecialTokens: firstId is 7, and ids up to ${size - 1} are taken. Give ${size} or more.`,
    )
    expect(() => addSpecialTokens(trained, [''])).toThrow('a token is empty')
    expect(() => addSpecialTokens(trained, ['<|a|>', '<|a|>'])).toThrow('"<|a|>" is named twice')
  })
})
