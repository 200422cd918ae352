import { createHash } from 'node:crypto'
import path from 'node:path'
import { expect, it } from 'vitest'
import { hashArrays, hashFile, type Lineage, modelCard } from '../../../src/runs/card.ts'
import { folderWith } from '../temporary.ts'

const lineage: Lineage = {
  name: 'listen',
  seed: 3,
  recipe: { path: '/runs/listen/recipe.yaml', sha256: 'ab'.repeat(32), bytes: 10 },
  parents: [
    {
      model: 'Qwen/Qwen2.5-0.5B-Instruct',
      weights: [{ path: '/w/model.safetensors', sha256: 'cd'.repeat(32), bytes: 5 }],
    },
  ],
  data: [{ path: '/d/train.jsonl', sha256: null, bytes: null }],
  stages: [
    { stage: 'sft', kind: 'sft', steps: 12, of: 12, optimiser: 'adamw', learning_rate: 1e-5 },
    { stage: 'rl', kind: 'rl', steps: 3, of: 9, optimiser: 'adamw', learning_rate: 1e-6 },
  ],
  towers: [
    {
      stage: 'sft',
      before: { encoder: '1'.repeat(64), decoder: '2'.repeat(64) },
      after: { encoder: '1'.repeat(64), decoder: '3'.repeat(64) },
    },
    { stage: 'rl', before: { encoder: '1'.repeat(64), decoder: '3'.repeat(64) } },
  ],
  scores: { 'before, none': 0.25 },
}

it('a card says where a model comes from, what moved and how it scores', () => {
  const card = modelCard(lineage, 'Names sounds.')
  expect(card).toMatch(/^---\nlibrary_name: rubato\nbase_model: Qwen\/Qwen2.5-0.5B-Instruct\n/)
  expect(card).toContain('# listen\n\nNames sounds.')
  expect(card).toContain('- Qwen/Qwen2.5-0.5B-Instruct: model.safetensors (`cdcdcdcdcdcd`)')
  expect(card).toContain('- train.jsonl (gone)')
  expect(card).toContain('| rl | 3 of 9 | adamw | 0.000001 |')
  expect(card).toContain('| sft | encoder | as it was | `111111111111` |')
  expect(card).toContain('| sft | decoder | moved | `333333333333` |')
  expect(card).not.toContain('| rl | encoder') // the stage goes on
  expect(card).toContain('| before, none | 0.250 |')
})

it('hashes of weights tell towers apart, whatever the order, and see a single bit', () => {
  const of = (name: string) => name.split('.')[0]!
  const a = new Map([
    ['x.w', Float32Array.of(1, 2)],
    ['y.w', Float32Array.of(3)],
  ])
  const b = new Map([
    ['y.w', Float32Array.of(3)],
    ['x.w', Float32Array.of(1, 2.0000002)],
  ])
  const [one, two] = [hashArrays(a, of), hashArrays(b, of)]
  expect(one.y).toBe(two.y)
  expect(one.x).not.toBe(two.x)
  expect(hashArrays(new Map([...a].reverse()), of)).toEqual(one)
})

it('a file is hashed as sha256sum does, and one that is gone is told as such', async () => {
  const folder = folderWith({ 'a.txt': 'abc' })
  const sha256 = createHash('sha256').update('abc').digest('hex')
  expect(await hashFile(path.join(folder, 'a.txt'))).toEqual({ path: path.join(folder, 'a.txt'), sha256, bytes: 3 })
  expect((await hashFile(path.join(folder, 'b.txt'))).sha256).toBeNull()
})
