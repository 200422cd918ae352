import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  ConfigError,
  composeModel,
  type Engine,
  fromConfigJson,
  openTokenizer,
  Policy,
  readSafetensors,
  startEngine,
} from '../../models/index.ts'
import { composeGolden } from '../goldens/composed.ts'
import { expectClose } from './closeTo.ts'

const work = mkdtempSync(path.join(tmpdir(), 'compose-'))
const folder = path.join(work, 'composed')
// Made by test/goldens/composed.py, which opened the folder that is composed here with transformers 5.24.0.
const golden = readSafetensors(path.join(import.meta.dirname, '../goldens/data/composed/expected.safetensors'))
let engine: Engine
beforeAll(async () => {
  engine = startEngine()
  await composeGolden(work)
}, 60_000)
afterAll(async () => {
  await engine.close()
  rmSync(work, { recursive: true, force: true })
})

const configOf = () => {
  const file = path.join(folder, 'config.json')
  return fromConfigJson(JSON.parse(readFileSync(file, 'utf8')), file)
}

describe('a composed model', () => {
  it('reopened as one folder computes what transformers computes when it opens that folder', async () => {
    const { config, audioTokenId } = configOf()
    const checkpoint = readSafetensors(folder)
    const policy = new Policy({ config, engine, audioId: audioTokenId, padId: 0 })
    await policy.setWeights(new Map([...policy.parameters.keys()].map((name) => [name, checkpoint.read(name)])))
    const ids = [...golden.read('ids')]
    const [, nMels, nFrames] = golden.tensors.get('features')!.shape as [number, number, number]
    const batch = {
      audios: [{ data: golden.read('features'), nMels, nFrames }],
      sequences: [{ ids, audios: [0] }],
    }
    const tokens = ids.slice(1).map((_, i) => ({ sequence: 0, position: i + 1 }))
    const { vocab } = config.language
    const expected = tokens.map(({ position }) => {
      const logits = golden.read('logits').subarray((position - 1) * vocab, position * vocab)
      return logits[ids[position]!]! - Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0))
    })
    expectClose(await policy.logProbs(batch, { tokens }), expected, 1e-4, 'log-probability')
    const greedy = [...golden.read('greedy')]
    const asked = { rows: [{ prompt: 0, seed: 0 }], maxNewTokens: greedy.length, stopIds: [] }
    const [answer] = await policy.generate({ batch, ...asked, sampling: { temperature: 0, suppressIds: [] } })
    expect(answer!.completionIds).toEqual(greedy)
  })

  it('has the weights of both folders as they were, and rows for three tokens more', () => {
    const composed = readSafetensors(folder)
    const language = readSafetensors(path.join(work, 'language'))
    const whisper = readSafetensors(path.join(import.meta.dirname, '../goldens/data/whisper'))
    const table = composed.read('language_model.model.embed_tokens.weight')
    expect(composed.read('language_model.lm_head.weight')).toEqual(table) // for transformers, which ties no head here
    for (const name of composed.tensors.keys()) {
      if (name.includes('lm_head') || name.includes('embed_positions')) continue // for transformers alone
      if (name.startsWith('audio_tower.')) {
        expect(composed.read(name), name).toEqual(whisper.read(name.replace('audio_tower.', 'model.encoder.')))
      } else if (name.startsWith('language_model.') && !name.includes('embed_tokens')) {
        expect(composed.read(name), name).toEqual(language.read(name.replace('language_model.', '')))
      }
    }
    const [before, after] = [
      language.read('model.embed_tokens.weight'),
      composed.read('language_model.model.embed_tokens.weight'),
    ]
    expect(after.slice(0, before.length)).toEqual(before)
    const { hidden, vocab } = configOf().config.language
    expect(vocab).toBe(before.length / hidden + 3)
    const mean = Array.from({ length: hidden }, (_, i) => {
      let sum = 0
      for (let row = 0; row < before.length / hidden; row++) sum += before[row * hidden + i]!
      return sum / (before.length / hidden)
    })
    expectClose(after.slice(-hidden), mean, 1e-6, 'new row')
  })

  it('speaks through the language model’s tokenizer with the tokens around sound', () => {
    const tokenizer = openTokenizer(folder)
    expect([...tokenizer.special.keys()].slice(-3)).toEqual(['<|AUDIO|>', '<|audio_bos|>', '<|audio_eos|>'])
    expect(configOf().audioTokenId).toBe(tokenizer.idOf('<|AUDIO|>'))
  })

  it('begins with the projector that it is given, and refuses one of another size', async () => {
    const { audio, language } = configOf().config
    const folders = { audio: folder, language: path.join(work, 'language') }
    const weight = Float32Array.from({ length: language.hidden * audio!.hidden }, (_, i) => i / 7)
    const bias = new Float32Array(language.hidden).fill(0.25)
    const out = path.join(work, 'given')
    await composeModel(out, { ...folders, projector: { weight, bias } })
    const composed = readSafetensors(out)
    expect(composed.read('multi_modal_projector.linear.weight')).toEqual(weight)
    expect(composed.read('multi_modal_projector.linear.bias')).toEqual(bias)
    const refused = composeModel(path.join(work, 'refused'), { ...folders, projector: { weight: bias, bias } })
    await expect(refused).rejects.toThrow(
      `multi_modal_projector.linear.weight: ${bias.length} numbers were given, it has ${weight.length}.`,
    )
  })

  it('can lend its encoder to another, and cannot be the language model of one', async () => {
    const again = path.join(work, 'again')
    await composeModel(again, { audio: folder, language: path.join(work, 'language'), pool: 5, dtype: 'BF16' })
    const name = 'audio_tower.conv1.weight'
    expect(readSafetensors(again).read(name)).toEqual(readSafetensors(folder).read(name))
    const language = path.join(work, 'language')
    const wrong = path.join(work, 'wrong')
    await expect(composeModel(wrong, { audio: folder, language: folder })).rejects.toThrow(
      /hears already\. Give a language model\.$/,
    )
    await expect(composeModel(wrong, { audio: language, language })).rejects.toThrow(ConfigError)
  })
})
