import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Engine,
  fromConfigJson,
  Policy,
  readSafetensors,
  startEngine,
  toConfigJson,
} from '../../../models/index.ts'
import { expectClose } from '../closeTo.ts'
import { weightedNegative } from '../weightedNegative.ts'

// Made by test/goldens/decoders.py with transformers 5.24.0 and torch 2.15.0; what each value is, stands there.
const goldens = path.join(import.meta.dirname, '../../goldens/data/decoders')
const SHAPES = ['llama', 'llama3', 'linear', 'qwen2', 'yarn', 'qwen3']

describe.each(SHAPES)('a checkpoint in the shape of %s', (name) => {
  const folder = path.join(goldens, name)
  const file = path.join(folder, 'config.json')
  const { config, audioTokenId } = fromConfigJson(JSON.parse(readFileSync(file, 'utf8')), file)
  const { vocab } = config.language
  const checkpoint = readSafetensors(folder)
  const golden = readSafetensors(path.join(folder, 'expected.safetensors'))
  const [batch, time] = golden.tensors.get('ids')!.shape as [number, number]
  const rows = (from: string, width: number) =>
    Array.from({ length: batch }, (_, row) => Array.from(golden.read(from).subarray(row * width, (row + 1) * width)))
  const ids = rows('ids', time)
  const sequences = ids.map((ids) => ({ ids, audios: [] }))
  const tokens = ids.flatMap((ids, sequence) => ids.slice(1).map((_, i) => ({ sequence, position: i + 1 })))
  let engine: Engine
  let policy: Policy

  beforeAll(async () => {
    engine = startEngine()
    policy = new Policy({ config, engine, audioId: audioTokenId, padId: 0 })
    await policy.setWeights(new Map([...policy.parameters.keys()].map((key) => [key, checkpoint.read(key)])))
  })
  afterAll(() => engine.close())

  it('has the tensors that its config asks for', () => {
    expect([...policy.parameters.keys()].sort()).toEqual([...checkpoint.tensors.keys()].sort())
    for (const [key, shape] of policy.parameters) expect(checkpoint.tensors.get(key)!.shape, key).toEqual(shape)
  })

  it('gives every token the log-probability that transformers gives it', async () => {
    const logits = golden.read('logits')
    const expected = tokens.map(({ sequence, position }) => {
      const at = (sequence * time + position - 1) * vocab
      const row = logits.subarray(at, at + vocab)
      return row[ids[sequence]![position]!]! - Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0))
    })
    expectClose(await policy.logProbs({ audios: [], sequences }, { tokens }), expected, 1e-4, 'log-probability')
  })

  it('has torch’s gradient of the loss with respect to every parameter', async () => {
    await policy.resetOptimiser()
    await policy.gradients(
      { audios: [], sequences },
      { tokens, values: { weight: tokens.map(() => 1 / tokens.length) } },
      weightedNegative,
    )
    for (const key of policy.parameters.keys()) {
      const [found] = await engine.read([`grad/${key}`])
      const expected = golden.read(`grad/${key}`)
      const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      const relative = (values: ArrayLike<number>) => Array.from(values, (value) => value / scale)
      expectClose(relative(found!.data as Float32Array), relative(expected), 1e-3, key)
    }
  })

  it('continues padded prompts of two lengths greedily as transformers does, for 64 tokens', async () => {
    const lengths = golden.read('greedy/lengths')
    const prompts = rows('greedy/ids', time).map((ids, row) => ({ ids: ids.slice(0, lengths[row]), audios: [] }))
    const answers = await policy.generate({
      batch: { audios: [], sequences: prompts },
      rows: prompts.map((_, prompt) => ({ prompt, seed: 0 })),
      maxNewTokens: 64,
      stopIds: [],
      sampling: { temperature: 0 },
    })
    expect(answers.map(({ completionIds }) => completionIds)).toEqual(rows('greedy/tokens', 64))
  })

  it('is read again from the config that we write', () => {
    expect(fromConfigJson(toConfigJson(config, audioTokenId), file)).toEqual({ config, audioTokenId })
  })
})
