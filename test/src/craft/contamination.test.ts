import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contaminationIndex, decontaminate, lcsWith, wordsOf } from '../../../src/craft/index.ts'
import { folderWith, jsonLines } from '../temporary.ts'

/** The textbook's table. */
function lcsByTable(a: readonly number[], b: readonly number[]): number {
  const row = new Array<number>(b.length + 1).fill(0)
  for (const x of a) {
    let diagonal = 0
    for (let j = 1; j <= b.length; j++) {
      const above = row[j]!
      row[j] = x === b[j - 1] ? diagonal + 1 : Math.max(above, row[j - 1]!)
      diagonal = above
    }
  }
  return row[b.length]!
}

const few = fc.array(fc.nat(6), { maxLength: 90 })
const settings = { rule: 'lcs', n: 13, least: 13, ratio: 0.6 } as const

describe('longest common subsequence', () => {
  it('is that of the table, over several machine words too', () => {
    fc.assert(
      fc.property(few, few, (a, b) => {
        expect(lcsWith(a)(b)).toBe(lcsByTable(a, b))
      }),
    )
  })
})

describe('contamination', () => {
  const sentence = 'Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in May.'

  it('is told whatever the case, punctuation and width of letters', () => {
    const index = contaminationIndex([{ name: 'gsm8k:1', text: sentence }], { ...settings, rule: 'ngram' })
    expect(index.find(`So: ${sentence.toUpperCase().replaceAll(',', ' –')} How many?`)?.test).toBe('gsm8k:1')
    expect(wordsOf('Ｎａｔａｌｉａ ＳＯＬＤ')).toEqual(['natalia', 'sold'])
    expect(index.find('Natalia bought 48 clips in April.')).toBeNull()
  })

  it('by LCS finds what was changed here and there, which 13 words in a row do not', () => {
    const changed = sentence.replace('48', '52').replace('friends', 'classmates').replace('she sold', 'she also sold')
    const found = contaminationIndex([{ name: 'x', text: sentence }], settings).find(changed)
    expect(found?.lcs).toBeGreaterThanOrEqual(13)
    expect(found?.ratio).toBeGreaterThan(0.6)
    expect(contaminationIndex([{ name: 'x', text: sentence }], { ...settings, rule: 'ngram' }).find(changed)).toBeNull()
  })

  it('of ngram-lcs needs both: a long text that quotes 13 words and little else is clean', () => {
    const words = wordsOf(sentence)
    const quote = [...words.slice(0, 13), ...'here the test goes on in quite another way'.split(' ')].join(' ')
    const long = {
      name: 'long',
      text: [...words.slice(0, 13), ...Array.from({ length: 40 }, (_, i) => `w${i}`)].join(' '),
    }
    expect(contaminationIndex([long], { ...settings, rule: 'ngram' }).find(quote)).not.toBeNull()
    expect(contaminationIndex([long], { ...settings, rule: 'ngram-lcs' }).find(quote)).toBeNull() // 13 of 22: 0.59
    expect(contaminationIndex([long], { ...settings, rule: 'ngram-lcs', ratio: 0.55 }).find(quote)?.lcs).toBe(13)
  })

  it('finds exactly what comparing all pairs finds, by each rule', () => {
    const text = fc.array(fc.constantFrom(...'a b c d e f g h i j k l'.split(' ')), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 6 }), text, (tests, candidate) => {
        const named = tests.map((words, i) => ({ name: String(i), text: words.join(' ') }))
        const ids = (words: string[]) => words.map((word) => word.charCodeAt(0))
        const matches = tests.map((words) => {
          const lcs = lcsByTable(ids(words), ids(candidate))
          const shorter = Math.min(words.length, candidate.length)
          const run = words.some(
            (_, i) =>
              i + 5 <= words.length &&
              candidate
                .join(' ')
                .concat(' ')
                .includes(`${words.slice(i, i + 5).join(' ')} `),
          )
          return { lcs: lcs >= 6 && lcs >= 0.6 * shorter, ngram: run, 'ngram-lcs': run && lcs / shorter > 0.6 }
        })
        for (const rule of ['lcs', 'ngram', 'ngram-lcs'] as const) {
          const found = contaminationIndex(named, { rule, n: 5, least: 6, ratio: 0.6 }).find(candidate.join(' '))
          expect(found !== null, rule).toBe(matches.some((match) => match[rule]))
          if (found) expect(matches[Number(found.test)]![rule]).toBe(true)
        }
      }),
    )
  })
})

describe('decontaminate', () => {
  const question =
    'A robe takes 2 bolts of blue fiber and half that much white fiber. How many bolts in total does it take?'

  it('keeps clean lines byte for byte, and says of each dropped one which test it holds', async () => {
    const clean = '{"id": 2,   "messages": [{"role": "user", "content": "What is 2 + 2?"}]}'
    const folder = folderWith({
      'test.jsonl': jsonLines({ question }),
      'train.jsonl': `${jsonLines({
        id: 1,
        messages: [
          {
            role: 'user',
            content: [
              { type: 'audio', path: 'a.wav' },
              { type: 'text', text: question },
            ],
          },
        ],
      })}${clean}\nnot json\n`,
    })
    const at = (name: string) => path.join(folder, name)
    const report = await decontaminate({
      inputs: [at('train.jsonl')],
      against: [at('test.jsonl')],
      out: at('out.jsonl'),
    })
    expect(readFileSync(at('out.jsonl'), 'utf8')).toBe(`${clean}\n`)
    expect(report.dropped).toEqual({ 'contaminated (lcs)': 1, unreadable: 1 })
    const dropped = readFileSync(at('out.dropped.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(dropped[0]).toMatchObject({ test: `${at('test.jsonl')}:1`, ratio: 1, line: 1, record: { id: 1 } })
    expect(dropped[1]).toMatchObject({ reason: 'unreadable', line: 3, raw: 'not json' })
  })

  it('counts test texts that are too short for the rule', async () => {
    const folder = folderWith({
      'test.jsonl': jsonLines({ question: 'What is it?' }),
      'train.jsonl': jsonLines({ text: 'a' }),
    })
    const at = (name: string) => path.join(folder, name)
    const report = await decontaminate({
      inputs: [at('train.jsonl')],
      against: [at('test.jsonl')],
      out: at('out.jsonl'),
    })
    expect(report.tooShort).toBe(1)
  })

  it('refuses a test set without words, a missing file, and to write over what it reads', async () => {
    const folder = folderWith({ 'test.jsonl': jsonLines({ q: 'x' }), 'train.jsonl': jsonLines({ text: 'a' }) })
    const at = (name: string) => path.join(folder, name)
    const run = (options: object) =>
      decontaminate({ inputs: [at('train.jsonl')], against: [at('test.jsonl')], out: at('out.jsonl'), ...options })
    await expect(run({})).rejects.toThrow(/test.jsonl: none of messages, text, .* Name the field with --field/)
    writeFileSync(at('test.jsonl'), jsonLines({ text: 'x' }))
    await expect(run({ inputs: [at('absent.jsonl')] })).rejects.toThrow(/absent.jsonl: no such file/)
    await expect(run({ out: at('train.jsonl') })).rejects.toThrow(/train.jsonl: is read and written/)
  })
})
