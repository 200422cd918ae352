import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine, Policy } from '../../models/index.ts'
import { lastTokens, likelihood, tinyBatch, tinyPolicy } from './tinyPolicy.ts'

let engine: Engine
let policy: Policy
beforeAll(async () => {
  ;({ engine, policy } = await tinyPolicy())
  await policy.resetOptimiser()
}, 120_000)
afterAll(() => engine.close())

// Clips at the end of one sequence and at the beginning of the next: places of audio that touch are not one clip's.
const { audios, sequences } = tinyBatch()
const beginsWithSound = { ids: [...sequences[1]!.ids.slice(1)], audios: [0].map(() => 1) }
const endsWithSound = { ids: [1, 9, ...sequences[0]!.ids.slice(2, 8)], audios: [0] }
const batch = { audios, sequences: [...sequences, endsWithSound, beginsWithSound] }
const tokens = lastTokens(batch, 4)
const weight = Float32Array.from(tokens, (_, i) => 0.1 + 0.05 * i)
const targets = { tokens, values: { weight } }
const length = 48
const packed = {
  ...batch,
  packing: {
    rows: [
      [3, 4, 1],
      [2, 0],
    ],
    length,
  },
}

const gradients = async () => {
  const names = [...policy.parameters.keys()]
  const values = await engine.read(names.map((name) => `grad/${name}`))
  return new Map(names.map((name, i) => [name, Array.from(values[i]!.data as Float32Array)]))
}
const worstShare = (found: ReadonlyMap<string, number[]>, wanted: ReadonlyMap<string, number[]>) =>
  Math.max(
    ...[...wanted].map(([name, expected]) => {
      const scale = Math.max(1e-2, ...expected.map(Math.abs))
      return Math.max(...expected.map((value, i) => Math.abs(value - found.get(name)![i]!))) / scale
    }),
  )

describe('rows that hold several sequences', () => {
  it('give every token the log-probability that it has in a row of its own, within 1e-5', async () => {
    const alone = await policy.logProbs(batch, targets)
    const together = await policy.logProbs(packed, targets)
    expect(together).toHaveLength(tokens.length)
    expect(Math.max(...alone.map((value, i) => Math.abs(value - together[i]!)))).toBeLessThan(1e-5)
    // What the test would miss if a row's sequences saw each other: the same row as one sequence.
    const joined = { ids: packed.packing.rows[1]!.flatMap((i) => batch.sequences[i]!.ids), audios: [1, 0, 0] }
    const last = tokens.findIndex(({ sequence }) => sequence === 0)
    const position = joined.ids.length - sequences[0]!.ids.length + tokens[last]!.position
    const [seen] = await policy.logProbs({ audios, sequences: [joined] }, { tokens: [{ sequence: 0, position }] })
    expect(Math.abs(seen! - alone[last]!)).toBeGreaterThan(1e-3)
  })

  it('give the loss and the gradients of rows of their own', async () => {
    const { metrics: alone } = await policy.gradients(batch, targets, likelihood)
    const wanted = await gradients()
    const { metrics: together } = await policy.gradients(packed, targets, likelihood)
    expect(Math.abs(together.loss! - alone.loss!)).toBeLessThan(1e-5)
    expect(worstShare(await gradients(), wanted)).toBeLessThan(1e-4)
  })

  it('are refused when a sequence stands nowhere or twice, or a row is too short', async () => {
    const at = (rows: number[][], places = length) =>
      policy.logProbs({ ...batch, packing: { rows, length: places } }, targets)
    await expect(at([[3, 4, 1], [2]])).rejects.toThrow('4 places hold 4 of 5 sequences')
    await expect(
      at([
        [3, 4, 1],
        [2, 0, 0],
      ]),
    ).rejects.toThrow('6 places hold 5 of 5 sequences')
    await expect(at([[3, 4, 1, 2, 0]], 16)).rejects.toThrow(/row 0 has \d+ tokens, of 16 places/)
  })
})

describe('layers that are made again in the backward pass', () => {
  it('give the loss and the gradients of layers that are kept, encoder and decoder', async () => {
    const { metrics: kept } = await policy.gradients(batch, targets, likelihood)
    const wanted = await gradients()
    const { metrics: again } = await policy.gradients(batch, targets, likelihood, { recomputeLayers: true })
    expect(again.loss).toBe(kept.loss)
    expect(worstShare(await gradients(), wanted)).toBeLessThan(1e-5)
  })
})

describe('noise on embeddings (NEFTune)', () => {
  it('changes the loss a little, by its seed, and not where it is 0', async () => {
    const loss = async (neftune: number, seed: number) =>
      (await policy.gradients(batch, targets, likelihood, { neftune, seed })).metrics.loss!
    const [plain, none, one, same, other] = [
      await loss(0, 1),
      await loss(0, 2),
      await loss(5, 1),
      await loss(5, 1),
      await loss(5, 2),
    ]
    expect(none).toBe(plain)
    expect(same).toBe(one)
    expect(new Set([plain, one, other]).size).toBe(3)
    expect(Math.abs(one - plain) / plain).toBeLessThan(0.5)
  })
})
