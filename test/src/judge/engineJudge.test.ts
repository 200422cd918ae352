import { rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { importGguf, startEngine } from '../../../models/index.ts'
import { engineJudge } from '../../../src/judge/index.ts'
import { openYesNoModel } from '../../../src/judge/yesNoModel.ts'
import { openModel } from '../../../src/model/modelFolder.ts'
import { folderToRemove } from '../temporary.ts'

const gguf = path.join(import.meta.dirname, '../../goldens/data/gguf/llama.gguf')
/** Short enough for a model of 64 positions. */
const template = {
  name: 'short',
  about: 'for a model of few positions',
  showPoints: false,
  dropSystem: true,
  one: '<<rubric_item>>',
  sampling: {},
}
const task = { messages: [], answer: { text: 'a cat' }, criteria: [{ id: 'cat', criterion: 'the cat', points: 1 }] }

let folder: string
let model: string
beforeAll(async () => {
  folder = folderToRemove()
  model = path.join(folder, 'model')
  await importGguf(gguf, model)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const judged = async (options: Partial<Parameters<typeof engineJudge>[0]>) => {
  const judge = await engineJudge({ model, template, ...options })
  try {
    const [verdict] = await judge.judge(task)
    return { verdict: verdict!, metrics: judge.metrics() }
  } finally {
    await judge.close()
  }
}

describe('a judge that weighs Yes against No', () => {
  it('has the probabilities with which the sampler draws these words', async () => {
    const asked = await openYesNoModel({ model })
    const messages = [{ role: 'user' as const, content: 'the cat' }]
    const probability = await asked.probability(messages)
    await asked.close()

    const engine = startEngine()
    try {
      const { policy, tokenizer, renderer } = await openModel(model, engine)
      const drawn = await policy.generate({
        batch: { audios: [], sequences: [{ ids: renderer.prompt(messages, []), audios: [] }] },
        rows: Array.from({ length: 4096 }, (_, seed) => ({ prompt: 0, seed })),
        maxNewTokens: 1,
        stopIds: [],
        sampling: { temperature: 1 },
      })
      const logProbs = new Map(drawn.map(({ completionIds: [id], logProbs: [logProb] }) => [id!, logProb!]))
      const first = (words: string[]) => new Set(words.map((word) => tokenizer.encode(word, { special: 'forbid' })[0]!))
      const [yes, no] = [first(['Yes', 'yes']), first(['No', 'no'])]
      const mass = (of: Set<number>, others: Set<number>) =>
        [...of].filter((id) => !others.has(id)).reduce((sum, id) => sum + Math.exp(logProbs.get(id)!), 0)
      const [forYes, forNo] = [mass(yes, no), mass(no, yes)]
      expect(forYes + forNo).toBeGreaterThan(0)
      expect(probability).toBeCloseTo(forYes / (forYes + forNo), 4)
    } finally {
      await engine.close()
    }
  })

  it('finds a criterion met from its threshold on, and says the probability', async () => {
    const { verdict } = await judged({ decide: 'yes-no' })
    const yes = Number(/^Yes (0\.\d+) against No$/.exec(verdict.reason)![1])
    const low = await judged({ decide: 'yes-no', threshold: yes - 0.002 })
    const high = await judged({ decide: 'yes-no', threshold: yes + 0.002 })
    expect([low.verdict.met, high.verdict.met]).toEqual([true, false])
  })

  it('is asked once for a verdict that its cache keeps, and again for another threshold', async () => {
    const cache = path.join(folder, 'cache.sqlite')
    const calls = async (threshold: number) => (await judged({ decide: 'yes-no', cache, threshold })).metrics.calls
    expect([await calls(0.4), await calls(0.4), await calls(0.6)]).toEqual([1, 0, 1])
  })

  it('is refused for all criteria at once, and with a threshold that is no probability', async () => {
    await expect(engineJudge({ model, decide: 'yes-no', ask: 'all' })).rejects.toThrow(
      'judge template "yes-no": has no form for all criteria at once. Ask for each.',
    )
    await expect(engineJudge({ model, decide: 'yes-no', threshold: 1 })).rejects.toThrow(/threshold: 1\./)
  })
})

it('a judge that writes and says nothing that can be read leaves the verdict unknown', async () => {
  const { verdict, metrics } = await judged({ maxTokens: 6 })
  expect(verdict.met).toBeNull()
  expect(verdict.reason).toMatch(/no criteria_met/)
  expect(metrics).toMatchObject({ calls: 1, unknown: 1 })
})
