import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Rubric } from '../../../rubrics/index.ts'
import { type SeededRandom, sampleWithoutReplacement, seededRandom } from '../../../src/random.ts'
import type { Noise } from './arms.ts'

/** Rubrics that are wrong, as RuscaRL's paper makes them (papers.md §1.6). */
const NOISES: Record<Noise, (rubric: Rubric, random: SeededRandom) => Rubric> = {
  /** What earned points now costs them, and the other way round. */
  negated: ({ name, criteria }) => ({
    name,
    criteria: criteria.map((criterion) => ({ ...criterion, points: -criterion.points })),
  }),
  /** Half of the criteria, drawn for each sample; of an odd number the larger half, and one at least that earns points. */
  halved: ({ name, criteria }, random) => {
    const [sure, ...others] = sampleWithoutReplacement(criteria, criteria.length, random).sort(
      (a, b) => Number(b.points > 0) - Number(a.points > 0),
    )
    const kept = [sure!, ...sampleWithoutReplacement(others, Math.ceil(criteria.length / 2) - 1, random)]
    return { name, criteria: criteria.filter((criterion) => kept.includes(criterion)) }
  },
}

/** Writes `train.NOISE.jsonl` beside `train.jsonl`: the same prompts with noisy rubrics. Returns its path. */
export function writeNoisy(folder: string, noise: Noise): string {
  const file = path.join(folder, `train.${noise}.jsonl`)
  const random = seededRandom(noise)
  const lines = readFileSync(path.join(folder, 'train.jsonl'), 'utf8').trimEnd().split('\n')
  const noisy = lines.map((line, i) => {
    const sample = JSON.parse(line) as { rubric: Rubric }
    return JSON.stringify({ ...sample, rubric: NOISES[noise](sample.rubric, random.child(i)) })
  })
  writeFileSync(file, `${noisy.join('\n')}\n`)
  return file
}
