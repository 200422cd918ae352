// Brings the tables of docs/tasks.md up to date: npx tsx test/src/tasks/writeDocs.ts
import { readFileSync, writeFileSync } from 'node:fs'
import { metricTable, taskTable } from './tasksPage.ts'

const path = new URL('../../../docs/tasks.md', import.meta.url)
const parts = { tasks: taskTable(), figures: metricTable() }
const page = Object.entries(parts).reduce(
  (text, [name, part]) =>
    text.replace(
      new RegExp(`<!-- ${name} -->[\\s\\S]*<!-- /${name} -->`),
      () => `<!-- ${name} -->\n\n${part}\n\n<!-- /${name} -->`,
    ),
  readFileSync(path, 'utf8'),
)
writeFileSync(path, page)
