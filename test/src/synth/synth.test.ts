import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { BudgetSpent } from '../../../src/judge/error.ts'
import { languageFilter } from '../../../src/synth/filters.ts'
import { readSynthRecipe, synthesise } from '../../../src/synth/index.ts'
import { preQueryIds } from '../../../src/synth/preQuery.ts'
import { folderWith, jsonLines } from '../temporary.ts'
import { modelServer, type Request } from './server.ts'

/** Questions a + b, of which some are of another language, seeds, unsolvable, or too simple. */
function answerer() {
  let n = 0
  return ({ path: place, prompt, model, seed }: Request): string => {
    if (place.endsWith('/completions') && !place.endsWith('/chat/completions')) {
      const i = n++
      if (i % 10 === 3) return 'Wie viel ist drei mal fünf?'
      if (i % 10 === 4) return ''
      return `What is ${100 + i} plus ${i % 10 === 5 ? 'something unknown' : i % 10 === 6 ? 'one, easily' : 7}?`
    }
    if (model === 'critic') return JSON.stringify({ explanation: 'yesterday', solvable: !prompt.includes('unknown') })
    const sum = Number(/What is (\d+)/.exec(prompt)![1]) + 7
    if (model === 'solver') return `So \\boxed{${prompt.includes('easily') || seed % 4 > 0 ? sum : sum + 1}}`
    // Longer ones are right; the second has no answer; the third is wrong.
    return [`First, then \\boxed{${sum}}.`, 'I cannot say.', `\\boxed{${sum + 1}}`, `It is \\boxed{${sum}.0}.`][
      seed % 4
    ]!
  }
}

const recipeOf = (url: string, more: object = {}) => ({
  generator: { model: 'writer', url, concurrency: 2 },
  count: 30,
  filters: {
    solvability: { model: 'critic', url },
    difficulty: { model: 'solver', url, samples: 4, least: 0.1 },
  },
  responses: { model: 'responder', url, samples: 4 },
  ...more,
})

function readRecipe(recipe: object) {
  const folder = folderWith()
  writeFileSync(path.join(folder, 'synth.yaml'), stringify(recipe))
  return readSynthRecipe(path.join(folder, 'synth.yaml'))
}
const linesOf = (file: string) =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

describe('synthesise', () => {
  it('asks for questions by what stands before one, filters them, and keeps the best response of each', async () => {
    const { url, asked } = await modelServer(answerer())
    const out = path.join(folderWith(), 'synth')
    const { parts, samples } = await synthesise({ recipe: readRecipe(recipeOf(url)), out })
    expect(asked[0]!.path).toBe('/v1/completions')
    expect(asked[0]!.prompt).toMatch(/<\|im_start\|>user\n$/)
    expect(new Set(asked.filter(({ model }) => model === 'writer').map(({ seed }) => seed)).size).toBe(30)
    expect(parts.map(({ name, dropped }) => [name, dropped])).toEqual([
      ['questions', {}],
      ['free filters', { 'language: empty': 3, 'language: not ascii': 3 }],
      ['asking filters', { 'solvability: not solvable': 3, 'difficulty: too simple': 3 }],
      ['responses', {}],
    ])
    const made = linesOf(samples)
    expect(made).toHaveLength(18)
    for (const { messages, reference, synthesis } of made) {
      const sum = Number(/\d+/.exec(messages[0].content)![0]) + 7
      expect(Number(reference)).toBe(sum)
      expect(messages[1].content).toBe(`It is \\boxed{${sum}.0}.`) // the shorter of both right ones
      expect(synthesis).toEqual({ responses: 4, answered: 3, agreement: 0.6667, fail_rate: 0.25 })
    }
  })

  it('goes on where a budget ended, in every part, and makes what one call would have made', async () => {
    const whole = path.join(folderWith(), 'whole')
    const one = await modelServer(answerer())
    await synthesise({ recipe: readRecipe(recipeOf(one.url)), out: whole })

    const two = await modelServer(answerer())
    const out = path.join(folderWith(), 'parts')
    const limited = (calls: number) => {
      const recipe = recipeOf(two.url)
      return readRecipe({
        ...recipe,
        generator: { ...recipe.generator, concurrency: 1, budget: { calls } },
        responses: { ...recipe.responses, budget: { calls: calls * 3 } },
      })
    }
    let stops = 0
    for (let call = 0; call < 20; call++) {
      try {
        await synthesise({ recipe: limited(13), out })
        break
      } catch (error) {
        expect(error).toBeInstanceOf(BudgetSpent)
        stops++
      }
    }
    expect(stops).toBeGreaterThan(2)
    const bare = (file: string) =>
      linesOf(file)
        .map(({ messages }) => messages[1].content)
        .sort()
    expect(bare(path.join(out, 'samples.jsonl'))).toEqual(bare(path.join(whole, 'samples.jsonl')))
  })

  it('refuses a folder of another recipe, but not of another budget or address', async () => {
    const { url } = await modelServer(answerer())
    const out = path.join(folderWith(), 'synth')
    const bare = { generator: { model: 'writer', url }, count: 4 }
    await synthesise({ recipe: readRecipe(bare), out })
    await synthesise({ recipe: readRecipe({ ...bare, generator: { ...bare.generator, budget: { calls: 1 } } }), out })
    await expect(synthesise({ recipe: readRecipe({ ...bare, count: 5 }), out })).rejects.toThrow(/by another recipe/)
  })

  it('drops questions that hold 13 words of a seed', async () => {
    const seed = 'What is one hundred and one plus seven when both are counted in apples and pears'
    const { url } = await modelServer(() => `${seed}, please?`)
    const folder = folderWith({ 'seeds.jsonl': jsonLines({ question: seed }) })
    const recipe = {
      generator: { model: 'w', url },
      count: 3,
      filters: { against: [path.join(folder, 'seeds.jsonl')] },
    }
    const { parts } = await synthesise({ recipe: readRecipe(recipe), out: path.join(folder, 'out') })
    expect(parts[1]!.dropped).toEqual({ 'seeds: 13 words in a row': 3 })
  })

  it('names what is wrong in a recipe by its line', () => {
    expect(() => readRecipe({ generator: { model: 'x' }, count: 3, filters: { languge: 'ascii' } })).toThrow(
      /synth.yaml:5 filters.languge: unknown key. Did you mean "language"\?/,
    )
  })
})

describe('parts of it', () => {
  it('languages: ascii is letters of codes up to 127, latin takes accents', async () => {
    const verdict = async (language: 'ascii' | 'latin' | 'any', question: string) =>
      languageFilter(language).check({ id: 'q', question }, new AbortController().signal)
    expect(await verdict('ascii', 'What is 2 + 2?')).toBeNull()
    expect(await verdict('ascii', 'naïve')).toMatchObject({ letter: 'ï' })
    expect(await verdict('latin', 'Wie viel ist 3 × 5 in Köln?')).toBeNull()
    expect(await verdict('latin', '你好')).not.toBeNull()
    expect(await verdict('any', '你好')).toBeNull()
  })

  it('the template before a question ends where its words begin', () => {
    const renderer = {
      prompt: ([turn]: readonly { content: unknown }[]) => [1, 2, 3, String(turn!.content).charCodeAt(0), 9],
    }
    expect(preQueryIds(renderer as never)).toEqual([1, 2, 3])
  })
})
