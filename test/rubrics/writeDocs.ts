// Brings the verifiers' part of docs/rubrics.md up to date: npx tsx test/rubrics/writeDocs.ts
import { readFileSync, writeFileSync } from 'node:fs'
import { describeVerifiers } from '../../rubrics/index.ts'

const path = new URL('../../docs/rubrics.md', import.meta.url)
const page = readFileSync(path, 'utf8')
const part = /<!-- verifiers -->[\s\S]*<!-- \/verifiers -->/
writeFileSync(
  path,
  page.replace(part, () => `<!-- verifiers -->\n\n${describeVerifiers()}\n<!-- /verifiers -->`),
)
