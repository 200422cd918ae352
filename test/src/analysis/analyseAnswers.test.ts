import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { evaluateModel } from '../../../src/evaluateModel.ts'
import type { EvaluationRecord } from '../../../src/runs/index.ts'
import { folderWith } from '../temporary.ts'
import { tinyFiles, trainTiny } from '../tinyRun.ts'

it('a run and rubato eval write best-of-N, entropy, diversity and novelty, where answers can show them', {
  timeout: 90_000,
}, async () => {
  const folder = folderWith(tinyFiles())
  await trainTiny(folder, [
    'stages[0].sft.steps=3',
    'stages[1].rl.steps=1',
    'stages[2].rl={ "data": "asked.jsonl", "steps": 2, "prompts": 2, "group": 4, "learning_rate": 0.01, "max_completion_tokens": 8 }',
    'eval=[{ "data": "asked.jsonl", "controls": ["none", "silenced"], "max_completion_tokens": 8, "best_of": [1, 3] }]',
  ])
  const run = path.join(folder, 'run')
  const records: EvaluationRecord[] = readFileSync(path.join(run, 'evaluations.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const of = (name: string, control = 'none') =>
    records.find((record) => record.name === name && record.control === control)!
  const [before, after] = [of('before').analysis!, of('after').analysis!]
  for (const analysis of [before, after]) {
    expect(analysis.n_answers).toBe(3)
    expect(analysis.best_of!.map(({ n }) => n)).toEqual([1, 2, 3])
    expect(analysis.entropy).toBeGreaterThan(0)
    expect(analysis.entropy).toBeLessThan(Math.log(300)) // the vocabulary
    expect(analysis.diversity).toBeGreaterThan(0)
  }
  // All three answers: what the records of the best of 3 hold.
  expect(after.best_of!.at(-1)!.score).toBeCloseTo(of('after-best-of-3').score, 12)
  expect(of('after-best-of-3').analysis).toBeUndefined()
  expect(before.novelty).toBeNull()
  expect(after.novelty!.n).toBe(9)
  expect(after.novelty!.median).toBeGreaterThan(0)
  expect(of('after', 'silenced').analysis!.best_of).toBeNull()

  const evaluated = { data: path.join(folder, 'asked.jsonl'), controls: ['none'] as const, maxCompletionTokens: 8 }
  const same = await evaluateModel({ ...evaluated, model: run, reference: run, answersPerSample: 2 })
  expect(same[0]!.analysis!.novelty!.median).toBeCloseTo(1, 6) // against itself nothing is new
  expect(same[0]!.analysis!.best_of!.map(({ n }) => n)).toEqual([1, 2])
  expect(same.map(({ best_of }) => best_of)).toEqual([undefined, 2])
  const greedy = await evaluateModel({ ...evaluated, model: run })
  expect(greedy[0]!.analysis).toBeUndefined()
})
