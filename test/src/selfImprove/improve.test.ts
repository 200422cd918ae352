import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { importGguf } from '../../../models/index.ts'
import { silentProgress } from '../../../src/progress/index.ts'
import { improve } from '../../../src/selfImprove/index.ts'
import { folderWith, jsonLines } from '../temporary.ts'

const gguf = path.join(import.meta.dirname, '../../goldens/data/gguf/llama.gguf')
const rubric = {
  name: 'vowel',
  criteria: [{ id: 'a', criterion: 'Holds an a.', points: 1, verify: { kind: 'regex', pattern: 'a' } }],
}

describe('improve', () => {
  it('samples, learns and goes on from round to round; what was stopped goes on, and settings cannot change', async () => {
    const problems = Array.from({ length: 3 }, (_, id) => ({
      id: `p${id}`,
      messages: [{ role: 'user', content: `the cat ${id}` }],
      rubric,
    }))
    const folder = folderWith({ 'problems.jsonl': jsonLines(...problems) })
    const model = path.join(folder, 'model')
    await importGguf(gguf, model)
    const options = {
      model,
      data: path.join(folder, 'problems.jsonl'),
      out: path.join(folder, 'out'),
      rounds: 2,
      samples: 4,
      keep: 2,
      temperature: 1,
      topP: 1,
      maxTokens: 8,
      sft: { epochs: 1, batch: 4, learning_rate: 0.01 },
      evalData: path.join(folder, 'problems.jsonl'),
    }
    const stop = new AbortController()
    let answered = 0
    const progress = { ...silentProgress, update: () => ++answered === 2 && stop.abort() }
    await expect(improve({ ...options, progress, signal: stop.signal })).rejects.toThrow(/stopped/)

    const rounds = await improve(options)
    expect(rounds.map(({ round }) => round)).toEqual([1, 2])
    for (const { problems, solvable, learnt, by, before, after } of rounds) {
      expect(problems).toBe(3)
      expect(learnt).toBeGreaterThan(0)
      expect(solvable).toBeGreaterThan(0)
      expect(by).toEqual({ rubric: 3 })
      for (const score of [before, after]) expect(score).toBeGreaterThanOrEqual(0)
    }
    const learnt = readFileSync(path.join(options.out, 'round-1', 'learnt.jsonl'), 'utf8')
      .trim()
      .split('\n')
    for (const line of learnt) expect(JSON.parse(line).messages.at(-1).content).toMatch(/a/)
    expect(await improve(options)).toEqual(rounds) // nothing is done again
    await expect(improve({ ...options, keep: 3 })).rejects.toThrow(/was begun with other settings/)
  }, 400_000) // two trainings; seconds where nobody else works
})
