import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { sampleLines } from '../../../src/craft/index.ts'
import { folderWith, jsonLines } from '../temporary.ts'

async function sampled(
  records: readonly object[],
  options: { count: number; by?: string; how?: 'diverse' | 'balanced'; seed?: number },
) {
  const folder = folderWith({ 'in.jsonl': jsonLines(...records) })
  const out = path.join(folder, 'out.jsonl')
  const found = await sampleLines({ inputs: [path.join(folder, 'in.jsonl')], out, by: 'tags', ...options })
  const lines = readFileSync(out, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: number })
  return { found, ids: lines.map(({ id }) => id) }
}

describe('sampleLines', () => {
  const records = [
    { id: 0, tags: ['a'] },
    { id: 1, tags: ['a', 'b', 'c'] },
    { id: 2, tags: ['a', 'b'] },
    { id: 3, tags: ['d'] },
    { id: 4, tags: ['A ', 'b', 'c'] },
    { id: 5 },
  ]

  it('diverse takes many tags first and only what brings a new one, then begins anew', async () => {
    const { found, ids } = await sampled(records, { count: 2 })
    expect(ids.filter((id) => id === 1 || id === 4)).toHaveLength(1) // equal ones: the seed decides
    expect(ids).toContain(3)
    expect(found).toMatchObject({ read: 6, untagged: 1, tags: { read: 4, taken: 4 } })
    expect((await sampled(records, { count: 3 })).ids).toEqual([1, 3, 4]) // a second round
    expect((await sampled(records, { count: 99 })).ids).toEqual([0, 1, 2, 3, 4])
  })

  it('is the same under the same seed and another under some other', async () => {
    const alike = Array.from({ length: 40 }, (_, id) => ({ id, tags: [`t${id % 4}`] }))
    const [first, again] = [await sampled(alike, { count: 8, seed: 1 }), await sampled(alike, { count: 8, seed: 1 })]
    expect(again.ids).toEqual(first.ids)
    expect((await sampled(alike, { count: 8, seed: 2 })).ids).not.toEqual(first.ids)
  })

  it('balanced takes as many of each tag, and more of others where one runs out', async () => {
    const skewed = Array.from({ length: 100 }, (_, id) => ({
      id,
      tags: { domain: id < 90 ? 'math' : id < 97 ? 'sound' : 'code' },
    }))
    const { ids } = await sampled(skewed, { count: 18, by: 'tags.domain', how: 'balanced' })
    const count = (from: number, to: number) => ids.filter((id) => id >= from && id < to).length
    expect([count(0, 90), count(90, 97), count(97, 100)]).toEqual([8, 7, 3])
  })

  it('refuses files without tags', async () => {
    await expect(sampled([{ id: 1 }], { count: 1 })).rejects.toThrow(
      /no record has tags at "tags". Name a field with --by/,
    )
  })
})
