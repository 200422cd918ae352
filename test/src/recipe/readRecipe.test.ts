import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { UsageError } from '../../../src/errors.ts'
import { parseRecipe, readRecipe, recipeJsonSchema, stringifyRecipe } from '../../../src/recipe/index.ts'
import { folderWith } from '../temporary.ts'

const RECIPE = `name: quickstart
model:
  audio: { width: 64, layers: 2, heads: 4, pool: 4 }
  language: { hidden: 128, layers: 4, heads: 4, kv_heads: 2 }
data: data/train.jsonl
stages:
  - sft: { epochs: 3 }
  - rl:
      algorithm: grpo
      group: 8
      scaffold: { group: linear, step: sigmoid, steepness: 125, midpoint: 0.2 }
      rubric: rubrics/audio-analysis.yaml
      judge: { kind: verifiers }
eval: [{ data: data/eval.jsonl, best_of: [1, 4, 16] }]
`
const file = '/recipes/quickstart.yaml'
const parse = (text: string, ...overrides: string[]) => parseRecipe(text, { file, overrides })
const faultsOf = (text: string, ...overrides: string[]): string[] => {
  try {
    parse(text, ...overrides)
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return (error as Error).message.split('\n')
  }
  return []
}

describe('parseRecipe', () => {
  it('turns the key of a stage into its kind, fills in defaults, and resolves paths against the file', () => {
    const recipe = parse(RECIPE)
    expect(recipe.stages.map(({ kind }) => kind)).toEqual(['sft', 'rl'])
    expect(recipe.data).toEqual({ path: '/recipes/data/train.jsonl', bad: 'refuse' })
    expect(recipe.seed).toBe(0)
    expect(recipe.stages[0]).toMatchObject({ epochs: 3, batch: 16, learning_rate: 2e-5 })
    expect(recipe.stages[0]).not.toHaveProperty('steps')
    expect(recipe.stages[1]).toMatchObject({
      rubric: '/recipes/rubrics/audio-analysis.yaml',
      learning_rate: 1e-6,
      loss: { aggregation: 'token-mean', clip_low: 0.2, clip_high: 0.2, dual_clip: 3, kl: 0.001, entropy: 0 },
      scaffold: { steepness: 125, midpoint: 0.2 },
      judge: { kind: 'verifiers' },
    })
    expect(recipe.model).toMatchObject({ audio: { n_mels: 80, ffn: 256 }, language: { kv_heads: 2, ffn: 512 } })
    expect(recipe.eval[0]).toMatchObject({ temperature: 1, best_of: [1, 4, 16] })
  })

  it.each([
    ['group: 8', 'grup: 8', ':10 stages[1].rl.grup: unknown key. Did you mean "group"?'],
    ['group: 8', 'group: eight', ':10 stages[1].rl.group: expected a whole number, got "eight".'],
    ['group: 8', 'group: 1', ':10 stages[1].rl.group: expected at least 2, got 1.'],
    ['- sft:', '- stf:', ':7 stages[0].stf: unknown key. Did you mean "sft"?'],
    [
      '- sft: { epochs: 3 }',
      '- sft: { epochs: 3 }\n    rl: {}',
      ':7 stages[0]: expected one kind of stage (sft, preference, reward, online_preference, rl), got sft and rl.',
    ],
    ['epochs: 3', 'epochs: 3, steps: 5', ':7 stages[0].sft.steps: epochs is given as well. Keep one of them.'],
    ['steepness: 125', 'steepnes: 125', ':11 stages[1].rl.scaffold.steepnes: unknown key. Did you mean "steepness"?'],
    ['algorithm: grpo', 'algorithm: gpro', ':9 stages[1].rl.algorithm: '],
    ['kind: verifiers', 'kind: verifier', ':13 stages[1].rl.judge.kind: '],
    ['heads: 4, pool', 'heads: 5, pool', ':3 model.audio.heads: 5 does not divide width, which is 64.'],
    ['kv_heads: 2', 'kv_heads: 3', ':4 model.language.kv_heads: 3 does not divide heads, which is 4.'],
    ['hidden: 128', 'hidden: 20', ':4 model.language.heads: gives heads of width 5; rotary positions turn pairs'],
    ['data: data/train.jsonl\n', '', ':6 stages[0].sft: no samples: neither the stage nor the recipe names data.'],
    ['name: quickstart', 'name: ../x', ':1 name: expected letters, digits and . _ -'],
    ['best_of: [1, 4, 16]', 'best_of: [4], temperature: 0', ':14 eval[0].temperature: at 0 all answers'],
    ['eval:', 'group: 8\ngroup: 9\neval:', ':15: Map keys must be unique'],
    ['stages:', 'stages: 5\nstages2:', ':6 stages: expected a list, got 5.'],
  ])('says where "%s" turned into "%s" is wrong', (from, to, fault) => {
    expect(RECIPE).toContain(from)
    expect(faultsOf(RECIPE.replace(from, to)).join('\n')).toContain(`${file}${fault}`)
  })

  it('reports every fault, each on its line', () => {
    const faults = faultsOf(RECIPE.replace('group: 8', 'grup: 8').replace('epochs: 3', 'epochs: -3'))
    expect(faults).toEqual([
      `${file}:7 stages[0].sft.epochs: expected more than 0, got -3.`,
      `${file}:10 stages[1].rl.grup: unknown key. Did you mean "group"?`,
    ])
  })
})

describe('overrides', () => {
  it('are typed as YAML and may add what the file left out', () => {
    const recipe = parse(
      RECIPE,
      'stages[1].rl.group=4',
      'seed=again',
      'stages[1].rl.loss={kl: 0}',
      'stages[0].sft.spec_augment.time_masks=1',
      'stages[1].rl.scaffold=null',
    )
    expect(recipe.seed).toBe('again')
    expect(recipe.stages[0]).toMatchObject({ spec_augment: { time_masks: 1, frequency_masks: 2, max_mels: 27 } })
    expect(recipe.stages[1]).toMatchObject({ group: 4, loss: { kl: 0, clip_low: 0.2 }, scaffold: null })
  })

  it('let the last one of a path stand', () => {
    expect(parse(RECIPE, 'seed=1', 'seed=2').seed).toBe(2)
  })

  it.each([
    ['stages[1].rl.group=four', '--set stages[1].rl.group=four: expected a whole number, got "four".'],
    ['stages[1].rl.grup=4', '--set stages[1].rl.grup=4: unknown key. Did you mean "group"?'],
    ['stages[2].rl.group=4', '--set stages[2].rl.group=4: stages has 2 entries, and the first is [0].'],
    ['stages.rl.group=4', '--set stages.rl.group=4: stages is a list. Write the number of an entry, as in stages[0].'],
    ['name.x=4', '--set name.x=4: name is "quickstart", which has no "x".'],
    ['seed', '--set seed: has no "=". Write it like --set stages[1].rl.group=4.'],
    ['a b=1', '--set a b=1: the path cannot be read.'],
    ['seed=[1', '--set seed=[1: the value is not YAML'],
  ])('blame themselves: %s', (override, fault) => {
    expect(faultsOf(RECIPE, override)[0]).toContain(fault)
  })

  it('leave faults of the file with the file', () => {
    expect(faultsOf(RECIPE.replace('epochs: 3', 'epochs: 0'), 'stages[1].rl.group=4')).toEqual([
      `${file}:7 stages[0].sft.epochs: expected more than 0, got 0.`,
    ])
  })
})

describe('stringifyRecipe', () => {
  it('gives a recipe that reads back the same from another folder', () => {
    const recipe = parse(RECIPE, 'seed=7')
    const text = stringifyRecipe(recipe, '/recipes/runs/quickstart')
    expect(text).toContain('path: ../../data/train.jsonl')
    expect(parseRecipe(text, { file: '/recipes/runs/quickstart/recipe.yaml' })).toEqual(recipe)
  })
})

describe('readRecipe', () => {
  it('takes a model for a folder where there is one, and else for a name on the hub', async () => {
    const text = RECIPE.replace(/model:\n.*\n.*\n/, 'model: owner/model\n')
    const folder = folderWith({ 'r.yaml': text, 'with/r.yaml': text, 'with/owner/model/config.json': '{}' })
    expect((await readRecipe(path.join(folder, 'r.yaml'))).model).toBe('owner/model')
    expect((await readRecipe(path.join(folder, 'with/r.yaml'))).model).toBe(path.join(folder, 'with/owner/model'))
  })

  it('says that there is no such file', async () => {
    await expect(readRecipe('/nowhere/r.yaml')).rejects.toThrow('/nowhere/r.yaml: no such recipe.')
  })
})

describe('the published JSON Schema', () => {
  // A changed recipe schema is written anew by: npx vitest run test/src/recipe -u
  it('is current', async () => {
    await expect(`${JSON.stringify(recipeJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(
      '../../../docs/recipe.schema.json',
    )
  })

  it('explains every field', () => {
    const silent: string[] = []
    const walk = (schema: unknown, at: string): void => {
      if (typeof schema !== 'object' || schema === null) return
      for (const [key, value] of Object.entries(schema)) {
        if (key === 'properties') {
          for (const [name, field] of Object.entries(
            value as Record<string, { description?: string; anyOf?: { description?: string }[] }>,
          )) {
            if (!field.description && !field.anyOf?.some(({ description }) => description)) silent.push(`${at}.${name}`)
            walk(field, `${at}.${name}`)
          }
        } else walk(value, at)
      }
    }
    walk(recipeJsonSchema(), '')
    expect(silent).toEqual([])
  })
})
