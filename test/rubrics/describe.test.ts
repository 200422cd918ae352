import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { describeVerifiers, parseRubric } from '../../rubrics/index.ts'
import { verifiers } from '../../rubrics/verifiers/index.ts'

const page = readFileSync(new URL('../../docs/rubrics.md', import.meta.url), 'utf8')

describe('docs/rubrics.md', () => {
  it('has the verifiers as their records say (npx tsx test/rubrics/writeDocs.ts brings it up to date)', () => {
    expect(page).toContain(`<!-- verifiers -->\n\n${describeVerifiers()}\n<!-- /verifiers -->`)
  })

  it('names every verifier and every option', () => {
    for (const { kind, schema } of verifiers) {
      const section = page.split(`### ${kind}\n`)[1]?.split('\n### ')[0] ?? ''
      for (const option of Object.keys(schema.shape))
        if (option !== 'kind') expect(section).toContain(`| \`${option}\` |`)
    }
  })

  it('shows rubrics that parse', () => {
    const examples = [...page.matchAll(/```yaml\n(name: [\s\S]*?)```/g)]
    expect(examples.length).toBeGreaterThan(0)
    for (const [, yaml] of examples) parseRubric(yaml!, { file: 'docs/rubrics.md' })
  })
})
