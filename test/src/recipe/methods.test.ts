import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { scaffoldSchema } from '../../../rubrics/index.ts'
import { parseRecipe } from '../../../src/recipe/index.ts'

const page = readFileSync(new URL('../../../docs/reinforcement.md', import.meta.url), 'utf8')
const [methods, scaffolds] = page.split('\n## Scaffolds') as [string, string]
const rows = (text: string) =>
  [...text.matchAll(/^\| ([^|]+) \| `(\{[^`]+\})` \|/gm)].map(([, name, yaml]) => [name!, yaml!] as const)

const stageOf = (yaml: string) => {
  const text = `name: r\nmodel: m\ndata: d.jsonl\nstages:\n  - rl: ${yaml}\n`
  const [stage] = parseRecipe(text, { file: '/r.yaml', overrides: [] }).stages
  if (stage?.kind !== 'rl') throw new Error('no rl stage')
  return stage
}

describe('docs/reinforcement.md', () => {
  it.each(rows(methods))('%s is a stage that a recipe may have', (_, yaml) => {
    expect(stageOf(yaml).kind).toBe('rl')
  })

  it.each(rows(scaffolds))('%s is a scaffold', (_, yaml) => {
    expect(() => scaffoldSchema.parse(parseYaml(yaml))).not.toThrow()
  })

  it('has rows that these tests find', () => {
    expect(rows(methods)).toHaveLength(13)
    expect(rows(scaffolds)).toHaveLength(6)
  })
})

describe('defaults of the loss', () => {
  it('are RuscaRL’s', () => {
    expect(stageOf('{}').loss).toEqual({
      kind: 'grpo',
      ratio: 'plain/plain',
      aggregation: 'token-mean',
      clip_low: 0.2,
      clip_high: 0.2,
      dual_clip: 3,
      kl: 0.001,
      kl_estimator: 'k3',
      kl_in: 'loss',
      entropy: 0,
      cut_answers: 'learn',
    })
  })

  it('are those of each loss’s own paper', () => {
    expect(stageOf('{ loss: { kind: gspo } }').loss).toMatchObject({ clip_low: 3e-4, clip_high: 4e-4, dual_clip: null })
    expect(stageOf('{ loss: { kind: gspo, clip_low: 0.1 } }').loss).toMatchObject({ clip_low: 0.1, clip_high: 4e-4 })
  })
})

describe('what nothing would read is refused', () => {
  it.each([
    ['{ loss: { kind: gspo, dual_clip: 3 } }', 'dual_clip: read only when kind is grpo, and it is gspo. Remove it.'],
    ['{ loss: { ratio: plain/scaffold } }', 'loss.ratio: plain/scaffold needs a scaffold, and none is shown.'],
    ['{ groups: { max_rounds: 2 } }', 'max_rounds: read only when when_useless is resample, and it is keep.'],
    ['{ groups: { min_reward: 0.1 } }', 'min_reward: read only when when_useless is drop or resample, and it is keep.'],
    [
      '{ groups: { when_useless: drop, min_reward: 0.9, max_reward: 0.1 } }',
      'min_reward: 0.9 is above max_reward, 0.1',
    ],
    [
      '{ max_completion_tokens: 8, overlong: { buffer: 9 } }',
      'overlong.buffer: 9 is more than max_completion_tokens, 8.',
    ],
  ])('%s', (yaml, message) => {
    expect(() => stageOf(yaml)).toThrow(message)
  })
})
