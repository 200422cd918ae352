import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { audioTokenCount, type Engine, type Policy } from '../../models/index.ts'
import { AUDIO_ID, clip, STOP_ID, tinyPolicy } from './tinyPolicy.ts'

// Under 3 mel frames a clip has no placeholder: the processor leaves nothing between the tokens around it.
let engine: Engine
let policy: Policy
beforeAll(async () => {
  ;({ engine, policy } = await tinyPolicy())
})
afterAll(() => engine.close())

describe('a clip too short for a token', () => {
  const long = clip(24, 0)
  const ids = [1, 2, ...Array<number>(audioTokenCount(24, { pool: 2 })).fill(AUDIO_ID), 5, 9, 11]
  const alone = { audios: [long], sequences: [{ ids, audios: [0] }] }
  const tokens = [5, 6, 7].map((n) => ({ sequence: 0, position: ids.length - 8 + n }))

  it.each([1, 2])('of %d frames leaves the clips behind it their own sound', async (nFrames) => {
    const both = { audios: [clip(nFrames, 1), long], sequences: [{ ids, audios: [0, 1] }] }
    expect(await policy.logProbs(both, { tokens })).toEqual(await policy.logProbs(alone, { tokens }))
    const rows = { rows: [{ prompt: 0, seed: 0 }], maxNewTokens: 4, stopIds: [STOP_ID], sampling: { temperature: 0 } }
    const said = async (batch: typeof alone) => (await policy.generate({ batch, ...rows }))[0]!.completionIds
    expect(await said(both)).toEqual(await said(alone))
  })

  it('can be all that is heard', async () => {
    const silent = { audios: [clip(2, 0)], sequences: [{ ids: [1, 2, 5, 9, 11], audios: [0] }] }
    const text = { audios: [], sequences: [{ ids: [1, 2, 5, 9, 11], audios: [] }] }
    const asked = { tokens: [{ sequence: 0, position: 4 }] }
    const [heard, read] = [await policy.logProbs(silent, asked), await policy.logProbs(text, asked)]
    expect(Math.abs(heard[0]! - read[0]!)).toBeLessThan(1e-5)
  })
})
