import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Engine, Policy, startEngine } from '../../../models/index.ts'
import { expectClose } from '../closeTo.ts'
import { AUDIO_ID, tinyConfig } from '../tinyPolicy.ts'

/** So many words that shares come from the graph, and a head so large that few rows are multiplied the other way round. */
const VOCAB = 4200
const language = { ...tinyConfig.language, vocab: VOCAB }

describe('sampling from a large vocabulary', () => {
  let engine: Engine
  let policy: Policy
  beforeAll(async () => {
    engine = startEngine()
    policy = new Policy({ config: { audio: null, language }, engine, audioId: AUDIO_ID, padId: 0 })
    await policy.initialise(3)
  })
  afterAll(() => engine.close())

  const prompts = [
    { ids: [5, 6, 7, 8], audios: [] },
    { ids: [9, 10, 11], audios: [] },
  ]
  const rows = Array.from({ length: 10 }, (_, i) => ({ prompt: i % 2, seed: i }))
  const generate = (temperature: number, seeds = rows) =>
    policy.generate({
      batch: { audios: [], sequences: prompts },
      rows: seeds,
      maxNewTokens: 6,
      stopIds: [],
      sampling: { temperature },
    })

  it.each([0, 0.7, 1])('at temperature %d tells the log-probabilities that training computes', async (temperature) => {
    const answers = await generate(temperature)
    const sequences = answers.map(({ completionIds }, i) => ({
      ids: [...prompts[rows[i]!.prompt]!.ids, ...completionIds],
      audios: [],
    }))
    const tokens = answers.flatMap(({ completionIds }, sequence) =>
      completionIds.map((_, i) => ({ sequence, position: prompts[rows[sequence]!.prompt]!.ids.length + i })),
    )
    const trained = await policy.logProbs({ audios: [], sequences }, { tokens })
    expectClose(
      answers.flatMap(({ logProbs }) => logProbs),
      trained,
      1e-4,
      'log-probability',
    )
  })

  it('takes the likeliest word at temperature 0, and words by their share at 1', async () => {
    const [greedy] = await generate(0)
    const [first] = greedy!.completionIds
    const many = await generate(
      1,
      Array.from({ length: 64 }, (_, seed) => ({ prompt: 0, seed })),
    )
    expect(greedy!.logProbs[0]).toBeGreaterThanOrEqual(Math.max(...many.map(({ logProbs }) => logProbs[0]!)) - 1e-6)
    const share = many.filter(({ completionIds }) => completionIds[0] === first).length / many.length
    expect(Math.abs(share - Math.exp(greedy!.logProbs[0]!))).toBeLessThan(0.2)
    expect(new Set(many.map(({ completionIds }) => completionIds[0])).size).toBeGreaterThan(20)
  })

  it('gives the same answers again', async () => {
    expect(await generate(1)).toEqual(await generate(1))
  })
})
