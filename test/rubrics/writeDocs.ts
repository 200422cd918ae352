// Brings the written parts of docs/rubrics.md up to date: npx tsx test/rubrics/writeDocs.ts
import { readFileSync, writeFileSync } from 'node:fs'
import { describeLint, describeVerifiers } from '../../rubrics/index.ts'

const path = new URL('../../docs/rubrics.md', import.meta.url)
const parts = { verifiers: describeVerifiers(), lint: describeLint() }
const page = Object.entries(parts).reduce(
  (text, [name, part]) =>
    text.replace(
      new RegExp(`<!-- ${name} -->[\\s\\S]*<!-- /${name} -->`),
      () => `<!-- ${name} -->\n\n${part}\n<!-- /${name} -->`,
    ),
  readFileSync(path, 'utf8'),
)
writeFileSync(path, page)
