import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { rubricStore } from '../../../src/data/index.ts'
import { folderWith } from '../temporary.ts'

const rubric = (name: string) => `name: ${name}\ncriteria:\n  - criterion: Is brief.\n    points: 1\n`

describe('rubricStore', () => {
  it('finds a name beside the recipe before a rubrics folder, and a path from the first folder', async () => {
    const folder = folderWith({
      'mine.yaml': rubric('near'),
      'rubrics/mine.yaml': rubric('far'),
      'rubrics/x.yaml': rubric('x'),
    })
    const store = rubricStore([folder])
    expect((await store.get('mine')).name).toBe('near')
    expect((await store.get('x')).name).toBe('x')
    expect((await store.get('rubrics/mine.yaml')).name).toBe('far')
  })

  it('says which rubrics there are when a name is unknown', async () => {
    const store = rubricStore([folderWith({ 'rubrics/brief.yaml': rubric('brief') })])
    await expect(store.get('breif')).rejects.toThrow(
      /rubric "breif": no such rubric\. Write the path of a file, or one of .*brief/,
    )
  })

  it('names file and line of a rubric that is wrong', async () => {
    const folder = folderWith({ 'r.yaml': 'name: r\ncriteria:\n  - criterion: x\n    points: 0\n' })
    await expect(rubricStore([folder]).get('r')).rejects.toThrow(
      new RegExp(`${path.basename(folder)}/r.yaml:4 criteria\\[0\\].points`),
    )
  })
})
