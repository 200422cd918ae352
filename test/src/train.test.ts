import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { silentProgress } from '../../src/progress/index.ts'
import type { EvaluationRecord } from '../../src/runs/index.ts'
import { folderWith } from './temporary.ts'
import { tinyFiles, trainTiny } from './tinyRun.ts'

const linesOf = (file: string) =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('a step whose loss is no number', () => {
  it('stops the run, and keeps the batch that did it', async () => {
    const folder = folderWith(tinyFiles())
    const overrides = ['stages[0].sft.learning_rate=1e30', 'stages[0].sft.max_grad_norm=1e30']
    const failure: Error = await trainTiny(folder, overrides).then(
      () => new Error('it went on'),
      (error: Error) => error,
    )
    const [, step, file] =
      /^step (\d+) \(sft \d+\): (?:loss|grad_norm) is NaN\. Its batch is in (\S+)\. /.exec(failure.message) ?? []
    expect(failure.name).toBe('RunError')
    expect(path.dirname(file!)).toBe(path.join(folder, 'run'))
    const [{ global_step, batches }] = linesOf(file!)
    expect(global_step).toBe(Number(step))
    expect(batches[0].sample_ids).toHaveLength(4)
    expect(batches[0].sequences[0].ids.length).toBeGreaterThan(10)
    expect(batches[0].targets.length).toBeGreaterThan(4)
    expect(linesOf(path.join(folder, 'run', 'alarms.jsonl')).at(-1)).toMatchObject({ alarm: 'not-finite', global_step })
  })
})

describe('a supervised stage with all that spares memory and padding', () => {
  it('fills its rows, learns, and tells how many graphs it took', async () => {
    const folder = folderWith(tinyFiles())
    const options =
      'packing: true, pack_length: 128, activation_checkpointing: true, neftune_alpha: 5, label_smoothing: 0.1'
    const sft = `{sft: {data: taught.jsonl, steps: 8, batch: 6, learning_rate: 1.0e-2, gradient_accumulation: 2, ${options}}}`
    const notes: string[] = []
    const progress = { ...silentProgress, note: (line: string) => notes.push(line) }
    const summary = await trainTiny(folder, [`stages=[${sft}]`, 'eval=[]'], progress)
    const steps: Record<string, number>[] = linesOf(path.join(folder, 'run', 'metrics.jsonl'))
    for (const step of steps) {
      expect(step['packing/rows']).toBeLessThan(6)
      expect(step['packing/utilisation']).toBeGreaterThan(0.5)
      expect(step['packing/utilisation']).toBeLessThanOrEqual(1)
    }
    expect(steps.at(-1)!.nll).toBeLessThan(steps[0]!.nll!)
    // Gradients of the first part and of those that are added to them, for at most two numbers of rows; the optimiser.
    expect(summary.graphs).toBeLessThanOrEqual(5)
    expect(notes).toContain(`built ${summary.graphs} graphs, one for each set of sizes`)
  })
})

describe('the summary of a run', () => {
  it('holds the scores of every evaluation by its name and control', async () => {
    const folder = folderWith(tinyFiles())
    const stage = '{sft: {data: taught.jsonl, steps: 1, batch: 2}}'
    const evaluation = 'data: asked.jsonl, controls: [none, silenced], max_completion_tokens: 4'
    const summary = await trainTiny(folder, [
      `stages=[${stage}]`,
      `eval=[{${evaluation}}, {name: again, ${evaluation}}]`,
    ])
    expect(Object.keys(summary.after!).sort()).toEqual(['again/none', 'again/silenced', 'none', 'silenced'])
    expect(summary.after!['again/none']).toBe(summary.after!.none)
  })
})

describe('the best of several answers', () => {
  it('is scored beside the first answers, which do not depend on it', async () => {
    const run = async (bestOf: string) => {
      const folder = folderWith(tinyFiles())
      const overrides = [
        'stages[1].rl.steps=1',
        'stages[2].rl.steps=1',
        'eval[0].temperature=1',
        'eval[0].controls=[none]',
      ]
      await trainTiny(folder, [...overrides, `eval[0].best_of=${bestOf}`])
      const records: EvaluationRecord[] = linesOf(path.join(folder, 'run', 'evaluations.jsonl'))
      const answers = (name: string) => linesOf(path.join(folder, 'run', 'answers', `${name}-none.jsonl`))
      return { records, answers }
    }
    const one = await run('[1]')
    const several = await run('[4, 2]')
    expect(one.records.map(({ name }) => name)).toEqual(['before', 'after'])
    expect(several.records.map(({ name, best_of }) => [name, best_of])).toEqual([
      ['before', undefined],
      ['before-best-of-2', 2],
      ['before-best-of-4', 4],
      ['after', undefined],
      ['after-best-of-2', 2],
      ['after-best-of-4', 4],
    ])
    const texts = (answers: { completion: string }[]) => answers.map(({ completion }) => completion)
    expect(texts(several.answers('before'))).toEqual(texts(one.answers('before')))
    const scores = (name: string): number[] => several.answers(name).map(({ score }) => score)
    const [first, two, four] = [scores('before'), scores('before-best-of-2'), scores('before-best-of-4')]
    for (const i of first.keys()) {
      expect(two[i]).toBeGreaterThanOrEqual(first[i]!)
      expect(four[i]).toBeGreaterThanOrEqual(two[i]!)
    }
    expect(four.reduce((a, b) => a + b)).toBeGreaterThan(first.reduce((a, b) => a + b))
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length
    expect(several.records[2]!.score).toBeCloseTo(mean(four), 12)
  })
})
