import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type VerifySpec, verifyCriterion } from '../../../rubrics/index.ts'
import { constrainLines, constraintKinds, drawConstraints } from '../../../src/craft/index.ts'
import { seededRandom } from '../../../src/random.ts'
import { folderWith, jsonLines } from '../temporary.ts'

const met = (verify: VerifySpec, text: string) =>
  verifyCriterion({ id: 'x', criterion: 'x', points: 1, verify }, { text }).met

/** An answer that keeps each constraint, and one that does not. */
const ANSWERS: Readonly<Record<string, readonly [kept: (text: string) => string, broken: string]>> = {
  'at-most-words': [() => 'Few words.', 'word '.repeat(200)],
  'at-least-words': [() => 'word '.repeat(130), 'Few words.'],
  'between-words': [(text) => 'word '.repeat(Number(/\d+/.exec(text)![0]) + 5), 'Few words.'],
  'one-sentence': [() => 'It is one.', 'It is one. And two.'],
  paragraphs: [
    (text) => Array.from({ length: Number(/\d/.exec(text)![0]) }, (_, i) => `Para ${i}\nline`).join('\n\n'),
    'One only.',
  ],
  bullets: [
    (text) => Array.from({ length: Number(/\d/.exec(text)![0]) }, () => '- x').join('\n'),
    '- a\n- b\n- c\n- d\n- e\n- f\n- g',
  ],
  numbered: [
    (text) => Array.from({ length: Number(/to (\d)/.exec(text)![1]) }, (_, i) => `${i + 1}. x`).join('\n'),
    '1. x\n2. y',
  ],
  heading: [() => '# Rain\ntext', 'Rain\n# later'],
  table: [() => '| a | b |\n|---|---|\n| 1 | 2 |', 'a, b'],
  bold: [() => 'It is **rain**.', 'It is rain.'],
  plain: [() => 'It is rain.', 'It is **rain**.\nIt is.'],
  json: [() => '{"a": 1}', 'Here: {"a": 1}.'],
  'question-end': [() => 'Rain. Is it?', 'Is it? Rain.'],
  title: [() => '<<Rain>> falls', 'Rain falls'],
  postscript: [() => 'Rain. P.S. More rain.', 'Rain.'],
  quoted: [() => '"Rain\nfalls."', 'Rain "falls".'],
  'no-commas': [() => 'Rain falls.', 'Rain, then sun.'],
  'lower-case': [() => 'rain falls.', 'Rain falls.'],
  capitals: [() => 'RAIN FALLS.', 'RAIN falls.'],
  'no-digits': [() => 'two drops', '2 drops'],
  'no-exclamation': [() => 'Rain.', 'Rain!'],
  keyword: [(text) => `So ${/"(.*)"/.exec(text)![1]} it rains`, 'It rains'],
  keywords: [(text) => [...text.matchAll(/"(.*?)"/g)].map(([, word]) => word).join(' '), 'It rains'],
  forbidden: [() => 'Rain falls.', 'very really important crucial thing stuff I we'],
  'first-word': [(text) => `${/"(.*)"/.exec(text)![1]}, rain.`, 'Rain.'],
  'last-words': [(text) => `Rain. ${/"(.*)"/.exec(text)![1]}.`, 'Rain.'],
}

describe('constraints', () => {
  it('are of more than 30 types', () => {
    expect(constraintKinds.length).toBeGreaterThan(30)
    expect(new Set(constraintKinds.map(({ id }) => id)).size).toBe(constraintKinds.length)
  })

  it.each(constraintKinds.filter((own) => own.draw(seededRandom(1)).verify).map((own) => [own.id, own] as const))(
    '%s is met by an answer that keeps it and by none that breaks it, however it is drawn',
    (id, own) => {
      const [kept, broken] = ANSWERS[id]!
      for (let seed = 0; seed < 12; seed++) {
        const { text, verify } = own.draw(seededRandom(seed))
        expect(met(verify!, kept(text)), `${text} ${kept(text)}`).toBe(true)
        expect(met(verify!, broken), `${text} ${broken}`).toBe(false)
      }
    },
  )

  it('that are drawn together are each of another kind, and as many as asked', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 5 }), (seed, count) => {
        const drawn = drawConstraints(count, seededRandom(seed))
        expect(new Set(drawn.map(({ id }) => id)).size).toBe(count)
        const ids = drawn.map(({ id }) => id)
        expect(ids.includes('plain') && ids.includes('bullets')).toBe(false)
        expect(drawConstraints(count, seededRandom(seed))).toEqual(drawn)
        for (const { verify } of drawConstraints(count, seededRandom(seed), true)) expect(verify).toBeDefined()
      }),
    )
  })

  it('a missing file leaves nothing that another call would take for its own', async () => {
    const folder = folderWith({ 'in.jsonl': jsonLines({ question: 'Why?' }) })
    const out = path.join(folder, 'out.jsonl')
    await expect(constrainLines({ inputs: [path.join(folder, 'absent.jsonl')], out })).rejects.toThrow(/no such file/)
    expect(await constrainLines({ inputs: [path.join(folder, 'in.jsonl')], out })).toMatchObject({ kept: 1 })
  })

  it('are put behind a prompt without a model, the same for the same seed', async () => {
    const folder = folderWith({ 'in.jsonl': jsonLines({ id: 'q', question: 'Why does it rain?' }) })
    const made = async (out: string, seed: number) => {
      await constrainLines({
        inputs: [path.join(folder, 'in.jsonl')],
        out: path.join(folder, out),
        variants: 2,
        verifiableOnly: true,
        seed,
      })
      return readFileSync(path.join(folder, out), 'utf8')
    }
    const [first, again, other] = [await made('a.jsonl', 1), await made('b.jsonl', 1), await made('c.jsonl', 2)]
    expect(again).toBe(first)
    expect(other).not.toBe(first)
    const samples = first
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(samples.map(({ id }) => id)).toEqual(['q-0', 'q-1'])
    const [{ messages, rubric }] = samples
    expect(messages[0].content).toBe(
      ['Why does it rain?', ...rubric.criteria.map(({ criterion }: { criterion: string }) => criterion)].join(' '),
    )
  })
})
