import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { metricTable, taskTable } from './tasksPage.ts'

it('docs/tasks.md has every task as its record says (npx tsx test/src/tasks/writeDocs.ts brings it up to date)', () => {
  const page = readFileSync(new URL('../../../docs/tasks.md', import.meta.url), 'utf8')
  expect(page).toContain(taskTable())
  expect(page).toContain(metricTable())
})
