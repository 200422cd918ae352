import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeWav, logMel } from '../../../audio/index.ts'
import {
  fromWhisperJson,
  openTokenizer,
  startEngine,
  Transcriber,
  trainTokenizer,
  writeSafetensors,
} from '../../../models/index.ts'
import { sfc32 } from '../../../models/random.ts'
import { initialWeight } from '../../../models/weights.ts'
import { openTranscriber, type SpeechTranscriber } from '../../../src/transcribe/transcribe.ts'
import { languageCode, speechTokens } from '../../../src/transcribe/transcriptTokens.ts'
import { windowsOf } from '../../../src/transcribe/windows.ts'
import { folderToRemove } from '../temporary.ts'

// A Whisper that has learnt nothing: what it writes is noise, but every path of the program is walked.
const LANGUAGES = ['<|en|>', '<|de|>', '<|yue|>']
const special = ['<|startoftranscript|>', ...LANGUAGES, '<|translate|>', '<|transcribe|>', '<|notimestamps|>']
const files = trainTokenizer(['what is said'], { vocab: 262 + special.length + 1, extraSpecial: special })
const tokenizer = openTokenizer(files)
const vocab = tokenizer.idOf('<|notimestamps|>') + 1 + 1501
const config = {
  architectures: ['WhisperForConditionalGeneration'],
  vocab_size: vocab,
  d_model: 32,
  encoder_layers: 1,
  decoder_layers: 1,
  encoder_attention_heads: 2,
  decoder_attention_heads: 2,
  encoder_ffn_dim: 32,
  decoder_ffn_dim: 32,
  max_target_positions: 24,
}
const generation = {
  is_multilingual: true,
  suppress_tokens: [...tokenizer.special.values()],
  max_initial_timestamp_index: 50,
}
const noise = Float32Array.from({ length: 34 * 16_000 }, (_, i) => 0.3 * Math.sin(i * i))

let folder: string
let whisper: SpeechTranscriber
const notices: string[] = []
beforeAll(async () => {
  folder = folderToRemove({
    'config.json': JSON.stringify(config),
    'generation_config.json': JSON.stringify({
      ...generation,
      suppress_tokens: generation.suppress_tokens.filter((id) => id !== tokenizer.idOf('<|endoftext|>')),
    }),
    'tokenizer.json': JSON.stringify(files.tokenizer),
    'long.wav': encodeWav(noise, 16_000),
    'short.wav': encodeWav(noise.subarray(0, 32_000), 16_000),
  })
  const engine = startEngine()
  const { parameters } = new Transcriber(fromWhisperJson(config, 'config.json'), engine)
  await engine.close()
  const random = sfc32(4)
  const tensors = [...parameters].map(
    ([name, shape]) => [name, { shape, data: initialWeight(name, shape, 1, random) }] as const,
  )
  writeSafetensors(path.join(folder, 'model.safetensors'), new Map(tensors))
  whisper = await openTranscriber({ model: folder, onNotice: (line) => notices.push(line) })
})
afterAll(async () => {
  await whisper.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('a transcript', () => {
  it('says the same each time, in one of the model’s languages, within the recording', async () => {
    const file = path.join(folder, 'short.wav')
    const once = await whisper.transcribe(file)
    expect(await whisper.transcribe(file)).toEqual(once)
    expect(['en', 'de', 'yue']).toContain(once.language)
    expect(once.duration).toBe(2)
    expect(once.text).toBe(once.segments.map(({ text }) => text).join(' '))
  })

  it('of a recording longer than a window goes on to its end, and tells of words that were cut', async () => {
    notices.length = 0
    const { segments, duration } = await whisper.transcribe(path.join(folder, 'long.wav'), { language: 'german' })
    expect(duration).toBe(34)
    for (const { start, end } of segments) {
      expect(start).toBeGreaterThanOrEqual(0)
      expect(end).toBeLessThanOrEqual(60)
    }
    expect(notices.join('\n')).toMatch(/long\.wav: the words from 0\.0 s on were cut at 24 tokens/)
  })

  it('needs a language that the model knows, and a Whisper', async () => {
    const file = path.join(folder, 'short.wav')
    await expect(whisper.transcribe(file, { language: 'germn' })).rejects.toThrow(
      /none of the model's 3\. Did you mean "german"\?$/,
    )
    const other = folderToRemove({ 'config.json': '{"architectures": ["LlamaForCausalLM"]}' })
    await expect(openTranscriber({ model: other })).rejects.toThrow(
      /architectures is LlamaForCausalLM\. Transcribed is with WhisperForConditionalGeneration\.$/,
    )
    writeFileSync(path.join(other, 'config.json'), '{')
    await expect(openTranscriber({ model: other })).rejects.toThrow(/config\.json: not JSON/)
    rmSync(other, { recursive: true })
  })
})

describe('the tokens of a Whisper', () => {
  it('are found by their names; a language by its code or in English', () => {
    const speech = speechTokens(tokenizer, generation, vocab)
    expect([...speech.languages.keys()]).toEqual(['en', 'de', 'yue'])
    expect(speech.firstTimestamp).toBe(tokenizer.idOf('<|notimestamps|>') + 1)
    expect(['DE', 'german', 'Cantonese'].map((name) => languageCode(name, speech))).toEqual(['de', 'de', 'yue'])
  })

  it('of a model of English alone name no language', () => {
    const speech = speechTokens(tokenizer, {}, 51_864)
    expect(speech.languages.size).toBe(0)
    expect(() => languageCode('de', speech)).toThrow('the model knows English alone')
  })
})

describe('the windows of a recording', () => {
  it('are its features frame by frame, with silence behind the end', async () => {
    const windows = await windowsOf(noise, 80, 3000)
    const { data, nFrames } = await logMel(noise)
    expect(windows.nFrames).toBe(nFrames)
    const window = windows.at(2000)
    expect(window.nFrames).toBe(3000)
    for (const band of [0, 79]) {
      expect(window.data[band * 3000]).toBe(data[band * nFrames + 2000])
      expect(window.data[band * 3000 + 1399]).toBe(data[band * nFrames + 3399])
    }
    const silent = await logMel(noise.subarray(0, 16_000), { padding: '30s' })
    const loudest = (values: Float32Array) => values.reduce((most, value) => Math.max(most, value))
    expect(window.data[2999]! - loudest(data)).toBeCloseTo(silent.data[2999]! - loudest(silent.data), 5)
  })
})
