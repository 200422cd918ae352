import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseRecipe } from '../../../src/recipe/index.ts'
import { stageKinds } from '../../../src/recipe/stages/index.ts'
import { recipeReference } from './recipePage.ts'

const page = readFileSync(new URL('../../../docs/recipes.md', import.meta.url), 'utf8')

describe('docs/recipes.md', () => {
  it('has every key as the schema has it (npx tsx test/src/recipe/writeDocs.ts brings it up to date)', () => {
    expect(page).toContain(`<!-- keys -->\n\n${recipeReference()}\n<!-- /keys -->`)
  })

  it('has a section for every kind of stage, and a meaning for every key', () => {
    for (const { kind } of stageKinds) expect(page).toContain(`\n## stages.${kind}\n`)
    const bare = page.split('\n').filter((line) => /^\| `\w+` \|.*\|\s*\|$/.test(line))
    expect(bare).toEqual([])
  })

  it('shows a recipe that parses', () => {
    const [, yaml] = /```yaml\n(name: [\s\S]*?)```/.exec(page)!
    expect(parseRecipe(yaml!, { file: 'docs/recipes.md' }).name).toBe('own')
  })
})
