import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { audioLanguageModel, audioRows } from '../../../models/architectures/audioLanguageModel.ts'
import { decoder, embedTokens, languageHead } from '../../../models/architectures/decoder.ts'
import { audioEncoder } from '../../../models/architectures/whisperEncoder.ts'
import { constant, input, reshape, type Tensor } from '../../../models/graph/index.ts'
import { type Engine, fromConfigJson, Policy, readSafetensors, startEngine } from '../../../models/index.ts'
import { weightTable } from '../../../models/weights.ts'
import { expectClose } from '../closeTo.ts'
import { evaluate } from '../graph/differences.ts'

// Made by test/goldens/qwen2Audio.py with transformers 5.24.0 and torch 2.15.0; what each value is, stands there.
const folder = path.join(import.meta.dirname, '../../goldens/data/qwen2Audio')
const file = path.join(folder, 'config.json')
const { config, audioTokenId } = fromConfigJson(JSON.parse(readFileSync(file, 'utf8')), file)
const encoder = config.audio!
const checkpoint = readSafetensors(path.join(folder, 'model.safetensors'))
const golden = readSafetensors(path.join(folder, 'expected.safetensors'))
const shapeOf = (name: string) => golden.tensors.get(name)!.shape
const LENGTHS = [100, 57] // mel frames of the two clips; the first fills the encoder
const TOLERANCE = 1e-4

type Build = (weights: ReturnType<typeof weightTable>['weights']) => Record<string, Tensor>

/** Evaluates a graph over the checkpoint's weights. */
async function run(build: Build, feeds: Record<string, ArrayLike<number>>) {
  const { weights, declared } = weightTable()
  const outputs = build(weights)
  const values = Object.fromEntries([...declared.keys()].map((name) => [name, checkpoint.read(name)]))
  return evaluate(outputs, { ...values, ...feeds })
}

describe('the encoder', () => {
  it('equals transformers’ WhisperEncoder when nothing is pooled', async () => {
    const [nAudios, , nFrames] = shapeOf('whisper/features') as [number, number, number]
    const { states } = await run(
      (weights) => ({
        states: audioEncoder(
          input('log_mel', shapeOf('whisper/features')),
          input('n_positions', [nAudios], 'int32'),
          weights.in('audio_tower'),
          { ...encoder, pool: 1 },
        ),
      }),
      { log_mel: golden.read('whisper/features'), n_positions: Array(nAudios).fill(nFrames / 2) },
    )
    expectClose(states!, golden.read('whisper/states'), TOLERANCE, 'state')
  })

  it('with pool 2 and projector equals Qwen2-Audio’s, for a clip that fills it and for a shorter one', async () => {
    const { rows } = await run(
      (weights) => ({
        rows: audioRows(input('log_mel', shapeOf('features')), input('n_positions', [2], 'int32'), weights, config),
      }),
      { log_mel: golden.read('features'), n_positions: LENGTHS.map((n) => Math.floor((n - 1) / 2) + 1) },
    )
    const perClip = rows!.length / 2
    for (const row of [0, 1]) {
      const expected = golden.read(`audio/${row}`)
      expectClose(rows!.slice(row * perClip, row * perClip + expected.length), expected, TOLERANCE, `clip ${row}`)
    }
  })
})

describe('the decoder', () => {
  it('equals transformers’ Qwen2, untied head and shared key heads included', async () => {
    const [batch, time] = shapeOf('text/ids') as [number, number]
    const { logits } = await run(
      (weights) => {
        const language = weights.in('language_model')
        const x = embedTokens(input('ids', [batch, time], 'int64'), language, config.language)
        const states = decoder(x, language, config.language)
        const rows = reshape(states, [batch * time, config.language.hidden])
        return { logits: languageHead(rows, language, config.language) }
      },
      { ids: golden.read('text/ids') },
    )
    expectClose(logits!, golden.read('text/logits'), TOLERANCE, 'logit')
  })
})

describe('the audio-language model', () => {
  it.each([0, 1])('equals Qwen2AudioForConditionalGeneration on prompt %d, all logits', async (row) => {
    const ids = Array.from(golden.read(`ids/${row}`))
    let heard = 0
    const audioIndex = ids.map((id) => (id === audioTokenId ? row * 25 + heard++ : -1))
    const { logits } = await run(
      (weights) => {
        const rows = audioRows(
          input('log_mel', shapeOf('features')),
          input('n_positions', [2], 'int32'),
          weights,
          config,
        )
        const shape = [1, ids.length]
        const states = audioLanguageModel(
          input('ids', shape, 'int64'),
          constant(audioIndex, shape, 'int64'),
          rows,
          weights,
          config,
        )
        const flat = reshape(states, [ids.length, config.language.hidden])
        return { logits: languageHead(flat, weights.in('language_model'), config.language) }
      },
      { ids, log_mel: golden.read('features'), n_positions: LENGTHS.map((n) => Math.floor((n - 1) / 2) + 1) },
    )
    expectClose(logits!, golden.read(`logits/${row}`), TOLERANCE, 'logit')
  })
})

describe('a policy with the checkpoint’s weights', () => {
  let engine: Engine
  let policy: Policy
  const { nMels } = encoder
  const features = golden.read('features')
  const nFramesMax = shapeOf('features')[2]!
  const audios = LENGTHS.map((nFrames, clip) => ({
    nMels,
    nFrames,
    data: Float32Array.from({ length: nMels * nFrames }, (_, i) => {
      const [band, frame] = [Math.floor(i / nFrames), i % nFrames]
      return features[(clip * nMels + band) * nFramesMax + frame]!
    }),
  }))
  const prompts = [0, 1].map((row) => ({ ids: Array.from(golden.read(`ids/${row}`)), audios: [row] }))

  beforeAll(async () => {
    engine = startEngine()
    policy = new Policy({ config, engine, audioId: audioTokenId, padId: 0 })
    await policy.setWeights(new Map([...policy.parameters.keys()].map((name) => [name, checkpoint.read(name)])))
  })
  afterAll(() => engine.close())

  it('asks for the tensors that the checkpoint has, no more and no less', () => {
    expect([...policy.parameters.keys()].sort()).toEqual([...checkpoint.tensors.keys()].sort())
    for (const [name, shape] of policy.parameters) expect(checkpoint.tensors.get(name)!.shape, name).toEqual(shape)
  })

  it('gives every token of both prompts, batched and padded, the log-probability that transformers gives it', async () => {
    const tokens = prompts.flatMap(({ ids }, sequence) => ids.slice(1).map((_, i) => ({ sequence, position: i + 1 })))
    const found = await policy.logProbs({ audios, sequences: prompts }, { tokens })
    const expected = tokens.map(({ sequence, position }) => {
      const { vocab } = config.language
      const logits = golden.read(`logits/${sequence}`).subarray((position - 1) * vocab, position * vocab)
      const top = Math.max(...logits)
      const norm = top + Math.log(logits.reduce((total, logit) => total + Math.exp(logit - top), 0))
      return logits[prompts[sequence]!.ids[position]!]! - norm
    })
    expectClose(found, expected, TOLERANCE, 'log-probability')
  })

  it('continues both prompts through the cache with the tokens of transformers’ greedy search', async () => {
    const greedy = [0, 1].map((row) => Array.from(golden.read(`greedy/${row}`)))
    const answers = await policy.generate({
      batch: { audios, sequences: prompts },
      rows: [0, 1].map((prompt) => ({ prompt, seed: 0 })),
      maxNewTokens: greedy[0]!.length,
      stopIds: [],
      sampling: { temperature: 0, suppressIds: [] },
    })
    expect(answers.map(({ completionIds }) => completionIds)).toEqual(greedy)
  })
})
