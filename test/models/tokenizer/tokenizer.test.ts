import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AutoTokenizer, env } from '@huggingface/transformers'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { TokenizerError } from '../../../models/tokenizer/errors.ts'
import { openTokenizer } from '../../../models/tokenizer/tokenizer.ts'
import { expected, extraSpecial, files, texts, tokenizer } from './trained.ts'

const folder = mkdtempSync(join(tmpdir(), 'tokenizer-'))
afterAll(() => rmSync(folder, { recursive: true }))
writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(files.tokenizer))
writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(files.config))

/** Any text in the normal form that the tokenizer gives every text. */
const anyText = fc.string({ unit: 'binary', maxLength: 60 }).map((text) => text.normalize('NFC'))
/** Text made of pieces that spell special tokens, whole, cut and glued. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '<|im_start|>',
        '<|im_end|>',
        '<|AUDIO|>',
        '<|audio_bos|>',
        '<|im_',
        'end|>',
        '<|',
        '|>',
        '\n',
        ' ',
      ),
      fc.constantFrom(...extraSpecial, 'system\n', '<<|im_end|>>'),
      fc.string({ maxLength: 5 }),
    ),
    { maxLength: 8 },
  )
  .map((pieces) => pieces.join('').normalize('NFC'))

describe('encoding and decoding', () => {
  it('gives the ids and texts of the Python library', () => {
    const encoded = texts.map((text) => tokenizer.encode(text, { special: 'recognise' }))
    expect(encoded).toEqual(expected.encoded)
    expect(encoded.map((ids) => tokenizer.decode(ids))).toEqual(expected.decoded)
    expect(encoded.map((ids) => tokenizer.decode(ids, { skipSpecial: true }))).toEqual(expected.skipped)
  })

  it('gives the ids of transformers.js, which opens the saved folder', async () => {
    env.allowRemoteModels = false
    env.allowLocalModels = true
    const theirs = await AutoTokenizer.from_pretrained(folder, { local_files_only: true })
    for (const text of texts)
      expect(tokenizer.encode(text, { special: 'recognise' })).toEqual(
        theirs.encode(text, { add_special_tokens: false }),
      )
    expect(theirs.eos_token).toBe('<|im_end|>')
    expect(theirs.pad_token).toBe('<|endoftext|>')
  })

  it('opens the saved folder as it opens the two files', () => {
    const opened = openTokenizer(folder)
    expect(opened.files()).toEqual(tokenizer.files())
    expect(texts.map((text) => opened.encode(text, { special: 'recognise' }))).toEqual(expected.encoded)
  })

  it('gives back any text', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, hostile), (text) => {
        for (const special of ['recognise', 'forbid'] as const)
          expect(tokenizer.decode(tokenizer.encode(text, { special }))).toBe(text)
      }),
      { numRuns: 300 },
    )
  })

  it('makes no special token of any text when that is forbidden, and only the allowed ones when some are', () => {
    const ids = new Set(tokenizer.special.values())
    const en = tokenizer.idOf('<|en|>')
    fc.assert(
      fc.property(hostile, (text) => {
        expect(tokenizer.encode(text, { special: 'forbid' }).some((id) => ids.has(id))).toBe(false)
        const some = tokenizer.encode(text, { special: new Set(['<|en|>']) })
        expect(some.filter((id) => ids.has(id))).toEqual(Array(text.split('<|en|>').length - 1).fill(en))
      }),
      { numRuns: 300 },
    )
  })

  it('recognises all special tokens the same way whether told to or given all of them', () => {
    const all = new Set(tokenizer.special.keys())
    fc.assert(
      fc.property(hostile, (text) => {
        expect(tokenizer.encode(text, { special: all })).toEqual(tokenizer.encode(text, { special: 'recognise' }))
      }),
    )
  })

  it('forbids special tokens that the vocabulary lists among ordinary ones', () => {
    const { tokenizer: json, config } = files
    const vocab: Record<string, number> = { ...json.model.vocab, xy: 900, '<|': 901, '<|x': 902 }
    const listed = {
      ...json,
      added_tokens: [{ id: 900, content: 'xy', special: true }],
      model: { ...json.model, vocab, merges: [['x', 'y'], ...json.model.merges] },
    }
    const opened = openTokenizer({ tokenizer: listed, config })
    expect(opened.encode('xy', { special: 'recognise' })).toEqual([900])
    expect(opened.encode('xy', { special: 'forbid' })).toEqual([vocab.x!, vocab.y!])
  })
})

describe('decoding token by token', () => {
  const stream = (ids: readonly number[], skipSpecial = false) => {
    const decoder = tokenizer.streamDecoder({ skipSpecial })
    return [...ids.map((id) => decoder.push(id)), decoder.end()]
  }

  it('holds a character back until its last byte is there', () => {
    const ids = tokenizer.encode('🎸', { special: 'forbid' })
    expect(ids.length).toBeGreaterThan(1)
    expect(stream(ids)).toEqual([...ids.slice(1).map(() => ''), '🎸', ''])
  })

  it('joined pieces are the decoded whole, and no piece holds half a character', () => {
    const anyId = fc.integer({ min: 0, max: tokenizer.vocabSize - 1 })
    const idsOfText = hostile.map((text) => tokenizer.encode(text, { special: 'recognise' }))
    fc.assert(
      fc.property(fc.oneof(fc.array(anyId), idsOfText), fc.boolean(), (ids, skipSpecial) => {
        expect(stream(ids, skipSpecial).join('')).toBe(tokenizer.decode(ids, { skipSpecial }))
      }),
      { numRuns: 300 },
    )
    fc.assert(
      fc.property(anyText, (text) => {
        const pieces = stream(tokenizer.encode(text, { special: 'forbid' }))
        expect(pieces.join('')).toBe(text)
        for (const piece of pieces) expect(piece).not.toMatch(/\p{Surrogate}/u)
        if (!text.includes('\ufffd')) expect(pieces.join('')).not.toContain('\ufffd')
      }),
    )
  })

  it('a character cut short at the end becomes U+FFFD', () => {
    const [first] = tokenizer.encode('🎸', { special: 'forbid' })
    expect(stream([first!])).toEqual(['', '\ufffd'])
  })
})

describe('what is no tokenizer', () => {
  it.each<[string, string | undefined, string]>([
    ['a folder without one', undefined, 'no tokenizer.json'],
    ['text that is not JSON', '{', 'not JSON'],
    ['JSON that is no object', '[3', 'not JSON'],
    ['a WordPiece model', '{"model": {"type": "WordPiece", "vocab": {}}}', 'model.type'],
    ['ids that are no numbers', '{"model": {"type": "BPE", "vocab": {"a": "b"}, "merges": []}}', 'model.vocab.a'],
  ])('%s is refused', (_what, text, message) => {
    const bad = mkdtempSync(join(folder, 'bad-'))
    if (text !== undefined) writeFileSync(join(bad, 'tokenizer.json'), text)
    expect(() => openTokenizer(bad)).toThrow(TokenizerError)
    expect(() => openTokenizer(bad)).toThrow(message)
  })

  it('an unknown token or id is refused', () => {
    expect(() => tokenizer.idOf('<|im_ends|>')).toThrow('Did you mean "<|im_end|>"?')
    expect(() => tokenizer.decode([tokenizer.vocabSize])).toThrow(`Ids go from 0 to ${tokenizer.vocabSize - 1}`)
    expect(tokenizer.has('<|im_end|>') && !tokenizer.has('<|im_ends|>')).toBe(true)
  })
})
