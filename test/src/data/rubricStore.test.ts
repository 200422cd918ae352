import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { resolveRubricName, rubricStore } from '../../../src/data/rubricStore.ts'
import { folderWith } from '../temporary.ts'

const text = 'name: mine\ncriteria:\n  - criterion: Is brief.\n    points: 1\n'

describe('resolveRubricName', () => {
  it('makes paths absolute and leaves names of the library', () => {
    expect(resolveRubricName('rubrics/mine.yaml', '/a')).toBe('/a/rubrics/mine.yaml')
    expect(resolveRubricName('mine.json', '/a')).toBe('/a/mine.json')
    expect(resolveRubricName('voice-assistant', '/a')).toBe('voice-assistant')
  })
})

describe('rubricStore', () => {
  it('reads a rubric once, and gives back one that is a rubric already', async () => {
    const file = path.join(folderWith({ 'mine.yaml': text }), 'mine.yaml')
    const store = rubricStore()
    const rubric = await store.get(file)
    expect(rubric.name).toBe('mine')
    expect(await store.get(file)).toBe(rubric)
    expect(await store.get(rubric)).toBe(rubric)
  })

  it('finds the rubrics of the library', async () => {
    expect((await rubricStore().get('voice-assistant')).name).toBe('voice-assistant')
  })

  it('names file and line of a rubric that is wrong', async () => {
    const file = path.join(folderWith({ 'r.yaml': text.replace('points: 1', 'points: 0') }), 'r.yaml')
    await expect(rubricStore().get(file)).rejects.toThrow(`${file}:4 criteria[0].points`)
  })
})
