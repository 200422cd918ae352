// Brings the keys of docs/recipes.md up to date: npx tsx test/src/recipe/writeDocs.ts
import { readFileSync, writeFileSync } from 'node:fs'
import { recipeReference } from './recipePage.ts'

const path = new URL('../../../docs/recipes.md', import.meta.url)
const page = readFileSync(path, 'utf8')
const part = /<!-- keys -->[\s\S]*<!-- \/keys -->/
writeFileSync(
  path,
  page.replace(part, () => `<!-- keys -->\n\n${recipeReference()}\n<!-- /keys -->`),
)
