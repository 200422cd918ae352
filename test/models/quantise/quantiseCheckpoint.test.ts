import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Adapter,
  type Engine,
  linearsOf,
  mapTensors,
  Policy,
  readSafetensors,
  startEngine,
  writeSafetensors,
} from '../../../models/index.ts'
import { dequantiseBlocks, quantiseBlocks } from '../../../models/quantise/blocks.ts'
import { quantiseCheckpoint, readQuantised, withQuantised } from '../../../models/quantise/quantiseCheckpoint.ts'
import { AUDIO_ID, lastTokens, likelihood, tinyBatch, tinyConfig } from '../tinyPolicy.ts'

const batch = tinyBatch()
const tokens = lastTokens(batch, 4)
const targets = { tokens, values: { weight: Float32Array.from(tokens, () => 1 / tokens.length) } }
const linears = linearsOf(tinyConfig)
const adapter: Adapter = {
  linears: new Map([...linears.keys()].map((module) => [module, { rank: 2, alpha: 4 }])),
  rsLora: false,
  dropout: 0,
  trainFully: [],
}

let folder: string
let engines: Engine[]
/** A policy in an engine of its own, with the same adapter beside the weights of the checkpoint, or others. */
async function beside(mapped: ReturnType<typeof withQuantised> | undefined, base: ReadonlyMap<string, Float32Array>) {
  const engine = startEngine()
  engines.push(engine)
  const policy = new Policy({
    config: tinyConfig,
    engine,
    audioId: AUDIO_ID,
    padId: 0,
    adapter,
    ...(mapped && { mapped }),
  })
  await policy.initialiseAdapter(3)
  const updates = [...(await policy.adapterWeights())].map(([name, values]): [string, Float32Array] => {
    return [name, values.map((value, i) => value + 0.02 * Math.sin(i))] // B is 0 otherwise
  })
  await policy.setWeights(new Map([...base, ...updates]))
  await policy.resetOptimiser()
  return policy
}

async function resultsOf(policy: Policy) {
  const logProbs = await policy.logProbs(batch, targets)
  const { metrics } = await policy.gradients(batch, targets, likelihood)
  const names = [...policy.trainable.keys()]
  const values = await policy.engine.read(names.map((name) => `grad/${name}`))
  return {
    logProbs,
    loss: metrics.loss!,
    gradients: new Map(names.map((name, i) => [name, values[i]!.data as Float32Array])),
  }
}

let weights: Map<string, Float32Array>
let shapes: ReadonlyMap<string, readonly number[]>
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'rubato-quantise-'))
  engines = [startEngine()]
  const policy = new Policy({ config: tinyConfig, engine: engines[0]!, audioId: AUDIO_ID, padId: 0 })
  await policy.initialise(1)
  weights = await policy.weights()
  shapes = policy.parameters
  writeSafetensors(
    path.join(folder, 'model.safetensors'),
    new Map([...weights].map(([name, data]) => [name, { shape: shapes.get(name)!, data }])),
  )
}, 120_000)
afterAll(async () => {
  for (const engine of engines) await engine.close()
  rmSync(folder, { recursive: true })
})

describe.each([4, 8] as const)('a base in %i bits', (bits) => {
  const quantise = async () => {
    const place = path.join(folder, `in-${bits}`)
    const told: string[] = []
    await quantiseCheckpoint(readSafetensors(folder), linears, place, bits, (done, total) =>
      told.push(`${done}/${total}`),
    )
    return { place, told }
  }

  it('computes what the 32-bit model of the same numbers computes, gradients of an adapter included', async () => {
    const { place } = await quantise()
    const { modules } = readQuantised(place)
    const rounded = new Map(
      [...weights].map(([name, values]): [string, Float32Array] => {
        if (!modules.has(name.replace(/\.weight$/, ''))) return [name, values]
        return [name, dequantiseBlocks(quantiseBlocks(values, bits), bits)]
      }),
    )
    const others = [...readSafetensors(folder).tensors.values()].filter(
      ({ name }) => !modules.has(name.replace(/\.weight$/, '')),
    )
    const inBits = await resultsOf(await beside(withQuantised(place, mapTensors(others)), new Map()))
    const wide = await resultsOf(await beside(undefined, rounded))
    const exact = await resultsOf(await beside(undefined, weights))
    const gap = (a: Float32Array, b: Float32Array) => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))
    expect(gap(inBits.logProbs, wide.logProbs)).toBeLessThan(1e-5)
    expect(gap(inBits.logProbs, exact.logProbs)).toBeGreaterThan(1e-4)
    expect(inBits.gradients.size).toBe(2 * linears.size)
    for (const [name, expected] of wide.gradients) {
      const scale = Math.max(1e-3, ...expected.map(Math.abs))
      expect(gap(inBits.gradients.get(name)!, expected) / scale, name).toBeLessThan(1e-3)
    }
  })

  it('says by module how far it is off, and what it left as it is', async () => {
    const { place, told } = await quantise()
    const { modules, left } = readQuantised(place)
    const fitting = [...linears].filter(([, [, nIn]]) => nIn % 32 === 0)
    expect([...modules.keys()]).toEqual(fitting.map(([name]) => name))
    expect(left).toEqual([...linears.keys()].filter((name) => !modules.has(name)))
    expect(left.length).toBeGreaterThan(0)
    expect(told.at(-1)).toBe(`${fitting.length}/${fitting.length}`)
    for (const [, { relativeError, bits: held }] of modules) {
      expect(held).toBe(bits)
      expect(relativeError).toBeGreaterThan(bits === 4 ? 0.05 : 0.002)
      expect(relativeError).toBeLessThan(bits === 4 ? 0.1 : 0.006)
    }
  })
})

describe('quantising a checkpoint', () => {
  it('names the tensor that holds no finite number, and leaves no folder', async () => {
    const bad = path.join(folder, 'bad.safetensors')
    const [module] = [...linears.keys()].filter((name) => linears.get(name)![1] % 32 === 0)
    const name = `${module}.weight`
    const values = weights.get(name)!.slice()
    values[5] = Number.NaN
    writeSafetensors(bad, new Map([[name, { shape: shapes.get(name)!, data: values }]]))
    const place = path.join(folder, 'none')
    const one = new Map([[module!, linears.get(module!)!]])
    await expect(quantiseCheckpoint(readSafetensors(bad), one, place, 4)).rejects.toThrow(
      /bad\.safetensors.*value 5 is NaN/,
    )
    expect(() => readQuantised(place)).toThrow()
  })
})
