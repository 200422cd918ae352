// Brings the reference part of docs/measures.md up to date: npx tsx test/audio/measures/writeDocs.ts
import { readFileSync, writeFileSync } from 'node:fs'
import { describeMeasures } from '../../../audio/measures/describe.ts'

const path = new URL('../../../docs/measures.md', import.meta.url)
const page = readFileSync(path, 'utf8')
const part = /<!-- measures -->[\s\S]*<!-- \/measures -->/
writeFileSync(
  path,
  page.replace(part, () => `<!-- measures -->\n\n${describeMeasures()}\n<!-- /measures -->`),
)
