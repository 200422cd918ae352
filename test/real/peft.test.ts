import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Adapter,
  type Engine,
  linearsOf,
  mergeAdapter,
  Policy,
  readSafetensors,
  startEngine,
  writeAdapter,
  writeSafetensors,
} from '../../models/index.ts'
import { type GoldenName, peftGolden } from '../models/adapters/peftGolden.ts'
import { expectClose } from '../models/closeTo.ts'
import { hasReference } from './reference.ts'

// Adapters and merged folders as we write them, opened by PEFT and transformers.
const ready = hasReference('peft', 'transformers', 'torch')
if (!ready) console.warn('SKIPPED: adapters against PEFT. See scripts/testReal.sh.')
const python = path.join(process.env.RUBATO_REFERENCE ?? '', 'venv/bin/python')
const work = mkdtempSync(path.join(tmpdir(), 'rubato-peft-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

/** On every linear; ranks differ, so that patterns are needed. */
function adapterOf(name: GoldenName): Adapter {
  const { config } = peftGolden(name)
  const modules = [...linearsOf(config).keys()].filter((module) => !module.startsWith('multi_modal_projector'))
  return {
    linears: new Map(modules.map((module, i) => [module, { rank: 2 + (i % 3), alpha: 5 + (i % 2) }])),
    rsLora: name === 'speech',
    dropout: 0,
    trainFully: name === 'speech' ? ['multi_modal_projector'] : [],
  }
}

describe.skipIf(!ready).each(['language', 'speech'] as const)('an adapter that we saved (%s)', (name) => {
  const golden = peftGolden(name)
  const { batch, tokens, config, base } = golden
  const folder = path.join(work, name)
  const asked = path.join(work, `${name}.safetensors`)
  let engine: Engine
  let ours: Float32Array

  beforeAll(async () => {
    engine = startEngine()
    const adapter = adapterOf(name)
    const stored = readSafetensors(base)
    const policy = new Policy({ config, engine, audioId: golden.audioTokenId, padId: 0, adapter })
    const weights = [...policy.parameters].map(([key, shape]) => {
      const size = shape.reduce((product, n) => product * n, 1)
      const drawn = () => Float32Array.from({ length: size }, (_, i) => 0.3 * Math.sin(i * i + key.length))
      return [key, stored.tensors.has(key) && !key.startsWith('multi_modal') ? stored.read(key) : drawn()] as const
    })
    await policy.setWeights(new Map(weights))
    mkdirSync(folder)
    writeAdapter(folder, { adapter, weights: await policy.adapterWeights(), shapes: policy.parameters, config, base })
    ours = await policy.logProbs(batch, { tokens })
    const rows = batch.sequences.map(({ ids }, i) => [
      `ids/${i}`,
      { shape: [ids.length], data: Float32Array.from(ids) },
    ])
    const heard = readSafetensors(path.join(base, 'expected.safetensors'))
    const features = [
      ['features', { shape: heard.tensors.get('features')?.shape ?? [], data: () => heard.read('features') }],
      ['lengths', { shape: [2], data: Float32Array.of(100, 57) }],
    ]
    writeSafetensors(asked, new Map([...rows, ...(name === 'speech' ? features : [])] as never))
  }, 120_000)
  afterAll(() => engine.close())

  /** Log-probabilities of the golden's tokens by Python. */
  function theirs(request: { base: string; adapter: string | null }): { logProbs: number[]; notes: string[] } {
    const out = path.join(work, 'out.safetensors')
    const input = JSON.stringify({ ...request, ids: asked, out })
    const said = execFileSync(python, [path.join(import.meta.dirname, 'peftLogits.py')], {
      input,
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    const logits = readSafetensors(out)
    const logProbs = tokens.map(({ sequence, position }) => {
      const { vocab } = config.language
      const row = logits.read(`logits/${sequence}`).subarray((position - 1) * vocab, position * vocab)
      const norm = Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0))
      return row[batch.sequences[sequence]!.ids[position]!]! - norm
    })
    return { logProbs, ...(JSON.parse(said.toString('utf8')) as { notes: string[] }) }
  }

  it('gives the same log-probabilities in PEFT, which finds every tensor', () => {
    const { logProbs, notes } = theirs({ base, adapter: folder })
    expect(notes).toEqual([])
    expectClose(ours, logProbs, 1e-4, 'log-probability')
  }, 1_200_000)

  it('gives them in transformers once it is merged', async () => {
    const merged = path.join(work, `${name}-merged`)
    await mergeAdapter(merged, { adapter: folder, base, dtype: 'F32' })
    expectClose(ours, theirs({ base: merged, adapter: null }).logProbs, 1e-4, 'log-probability')
  }, 1_200_000)
})
