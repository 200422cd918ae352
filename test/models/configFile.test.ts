import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigError, fromConfigJson, toConfigJson } from '../../models/index.ts'

// Written by transformers 5.24.0; see test/goldens/qwen2Audio.py.
const file = path.join(import.meta.dirname, '../goldens/data/qwen2Audio/config.json')
const golden = JSON.parse(readFileSync(file, 'utf8'))

describe('config.json', () => {
  it('of transformers 5 is read whole, its rope_parameters included', () => {
    expect(fromConfigJson(golden, file)).toEqual({
      audioTokenId: 46,
      config: {
        audio: { nMels: 8, hidden: 16, nLayers: 2, nHeads: 2, ffn: 32, pool: 2 },
        language: {
          vocab: 48,
          hidden: 32,
          nLayers: 2,
          nHeads: 2,
          nKvHeads: 1,
          ffn: 24,
          ropeTheta: 1000,
          rmsEpsilon: 1e-5,
          tied: false,
          maxPositions: 128,
        },
      },
    })
  })

  it('that holds only what differs from the defaults has the defaults of transformers 5.24.0', () => {
    const sparse = {
      architectures: ['Qwen2AudioForConditionalGeneration'],
      audio_config: {},
      text_config: {
        intermediate_size: 11_008,
        vocab_size: 156_032,
        rms_norm_eps: 1e-5,
        max_position_embeddings: 8192,
      },
    }
    expect(fromConfigJson(sparse, file)).toEqual({
      audioTokenId: 151_646,
      config: {
        audio: { nMels: 128, hidden: 1280, nLayers: 32, nHeads: 20, ffn: 5120, pool: 2 },
        language: {
          vocab: 156_032,
          hidden: 4096,
          nLayers: 32,
          nHeads: 32,
          nKvHeads: 32,
          ffn: 11_008,
          ropeTheta: 10_000,
          rmsEpsilon: 1e-5,
          tied: false,
          maxPositions: 8192,
        },
      },
    })
  })

  it('that we wrote is read back unchanged', () => {
    const { config } = fromConfigJson(golden, file)
    const other = { audio: { ...config.audio!, pool: 8 }, language: { ...config.language, tied: true, ropeTheta: 5e5 } }
    expect(fromConfigJson(toConfigJson(other, 7), file)).toEqual({ config: other, audioTokenId: 7 })
  })

  it.each([
    [
      { architectures: ['BertModel'] },
      /architectures is BertModel\. Supported: Qwen2Audio.*, LlamaForCausalLM, Qwen2F/,
    ],
    [
      { text_config: { ...golden.text_config, hidden_size: '32' } },
      /text_config\.hidden_size is "32", expected a number/,
    ],
    [{ audio_config: null }, /audio_config is null, expected an object/],
    [
      { text_config: { ...golden.text_config, rope_parameters: { rope_type: 'longrope', rope_theta: 1e6 } } },
      /rotary positions of type "longrope"\. Supported: default, linear, llama3, yarn/,
    ],
  ])('that is not supported is refused in one line: %j', (change, message) => {
    const read = () => fromConfigJson({ ...golden, ...change }, 'config.json')
    expect(read).toThrow(ConfigError)
    expect(read).toThrow(message)
  })
})
