import path from 'node:path'
import { parquetMetadata } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import { loadRubric } from '../../../rubrics/index.ts'
import { exportRubrics, importRubrics } from '../../../src/rubricCraft/index.ts'
import { readParquet, ruscarlRow, writeParquet } from '../../../src/rubricCraft/ruscarlRows.ts'
import { folderWith, jsonLines } from '../temporary.ts'

const rubric = {
  name: 'health',
  criteria: [
    { id: 'asks', criterion: 'Asks how long – “since when?”', points: 7, tags: ['axis:context'] },
    { id: 'scares', criterion: 'Scares.', points: -2.5 },
  ],
}
const messages = [
  { role: 'system' as const, content: 'be kind' },
  { role: 'user' as const, content: 'my head hurts\nagain' },
]

describe("RuscaRL's rows", () => {
  it('come back from Parquet as they went in, with the columns that verl reads', async () => {
    const { row, left } = ruscarlRow({ id: 'a', messages, rubric, reference: 'rest' })
    expect(left).toEqual([])
    expect(row.prompt).toEqual(messages)
    const bytes = writeParquet([row, { ...row, prompt: [], ability: 'none' }])
    const [first, second] = await readParquet(bytes, 'rows.parquet')
    expect(first).toEqual(row)
    expect(second).toMatchObject({ prompt: [], ability: 'none' })
    expect(row.extra_info.reward_model).toEqual(row.reward_model)
    const { schema } = parquetMetadata(bytes.buffer as ArrayBuffer)
    expect(schema.filter(({ name }) => name === 'reward_model')).toHaveLength(2) // the second in extra_info
  })

  it('name what they cannot hold: clips and verifiers', () => {
    const heard = [{ role: 'user' as const, content: [{ type: 'audio' as const, path: '/a.wav' }] }]
    const verified = {
      name: 'v',
      criteria: [
        { id: 'x', criterion: 'X.', points: 1, verify: { kind: 'exact' as const, any_of: ['x'], strict: false } },
      ],
    }
    const { row, left } = ruscarlRow({ id: 'b', messages: heard, rubric: verified })
    expect(left).toEqual([
      'b: 1 clips, which a row cannot hold; it says [audio] instead',
      'b: the verifiers of 1 criteria; a judge decides them there',
    ])
    expect(row.prompt[0]!.content).toContain('[audio')
  })

  it('are made of samples and of rubrics, and imported again', async () => {
    const folder = folderWith({ 'data.jsonl': jsonLines({ id: 's1', messages, rubric }) })
    const { text } = await exportRubrics([path.join(folder, 'data.jsonl'), 'voice-assistant'], 'ruscarl')
    const rows = await readParquet(text as Uint8Array, 'x')
    expect(rows.map(({ extra_info }) => (extra_info as { index: string }).index)).toEqual(['s1', 'voice-assistant'])
    const file = path.join(folderWith({ 'rows.parquet': text }), 'rows.parquet')
    const { written } = await importRubrics(file, { folder })
    const back = await Promise.all(written.map((one) => loadRubric(one)))
    expect(back.map(({ name }) => name)).toEqual(['s1', 'voice-assistant'])
    expect(back[0]!.criteria.map(({ criterion, points, tags }) => ({ criterion, points, tags }))).toEqual([
      { criterion: 'Asks how long – “since when?”', points: 7, tags: ['axis:context'] },
      { criterion: 'Scares.', points: -2.5, tags: [] },
    ])
  })

  it('that are no Parquet are refused in one line', async () => {
    const file = path.join(folderWith({ 'rows.parquet': 'hello' }), 'rows.parquet')
    await expect(importRubrics(file, { folder: 'x' })).rejects.toThrow(/rows\.parquet: cannot be read as Parquet: /)
  })
})
