import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkRubric } from '../../../rubrics/index.ts'
import { junitXml } from '../../../src/score/format/junit.ts'
import { scoreMarkdown } from '../../../src/score/format/markdown.ts'
import { scorePage } from '../../../src/score/format/page.ts'
import { comparisonTable, scoreTable } from '../../../src/score/format/table.ts'
import { compareScored, outcomeOf, scoreAnswers } from '../../../src/score/index.ts'

const HOSTILE = `</failure></script><script>alert(1)</script> "quoted" & 'so' | \`tick\` @all [x](javascript:y) \u0000\u001b[2J\ud800 ]]>`
const rubric = checkRubric({
  name: 'bell',
  criteria: [
    { id: 'bell', criterion: `Names the bell. ${HOSTILE}`, points: 5, verify: { kind: 'contains', any_of: ['bell'] } },
    { id: 'long', criterion: 'Is long.', points: -2, verify: { kind: 'word-count', min: 6 } },
    { id: 'kind', criterion: 'Is kind.', points: 3 },
  ],
})
const answers = [
  { id: 'good', text: 'a bell', messages: [{ role: 'user' as const, content: HOSTILE }] },
  { id: 'bad <&>', text: HOSTILE },
]
const report = await scoreAnswers(answers, { rubric })
const outcome = outcomeOf(report.answers, { minScore: 0.9 })

/** A reader of our own of well-formed XML 1.0 without doctype: elements, attributes, text; throws at anything else. */
function parseXml(xml: string): {
  name: string
  attributes: Record<string, string>
  children: ReturnType<typeof parseXml>[]
  text: string
} {
  if (/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(xml))
    throw new Error('a character that XML has not')
  const root = { name: '', attributes: {}, children: [] as ReturnType<typeof parseXml>[], text: '' }
  const open = [root]
  const entity = (text: string) =>
    text.replace(/&(#(\d+)|\w+)?;?/g, (whole, name: string, code: string) => {
      const known: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
      const found = code ? String.fromCodePoint(Number(code)) : known[name]
      if (found === undefined || !whole.endsWith(';')) throw new Error(`no such entity: ${whole}`)
      return found
    })
  for (const [whole, close, name, attributes, self, text] of xml
    .replace(/^<\?xml [^?]*\?>/, '')
    .matchAll(/<(\/)?([\w.-]+)((?:\s+[\w.-]+="[^"<]*")*)\s*(\/)?>|([^<]+)|</g)) {
    if (text !== undefined) open.at(-1)!.text += entity(text)
    else if (name === undefined) throw new Error(`a stray < at ${whole}`)
    else if (close) {
      if (open.pop()!.name !== name) throw new Error(`</${name}> closes something else`)
    } else {
      const found = Object.fromEntries(
        [...attributes!.matchAll(/([\w.-]+)="([^"]*)"/g)].map(([, key, value]) => [key!, entity(value!)]),
      )
      const element = { name, attributes: found, children: [], text: '' }
      open.at(-1)!.children.push(element)
      if (!self) open.push(element)
    }
  }
  if (open.length !== 1) throw new Error('not closed')
  return root.children[0]!
}

describe('JUnit XML', () => {
  it('has a suite an answer, a case a criterion, and one for what was demanded', () => {
    const { attributes, children } = parseXml(junitXml(report, outcome))
    expect(attributes).toMatchObject({ tests: '7', failures: '3', errors: '0', skipped: '2' })
    expect(children.map(({ attributes }) => attributes.name)).toEqual(['good', 'bad <&>', 'what was demanded'])
    const [, bad, demanded] = children.map(({ children }) => children.filter(({ name }) => name === 'testcase'))
    expect(bad!.map(({ attributes, children }) => [attributes.name, children[0]!.name])).toEqual([
      ['bell (+5)', 'failure'],
      ['long (-2)', 'failure'],
      ['kind (+3)', 'skipped'],
    ])
    expect(demanded![0]!.children[0]).toMatchObject({
      name: 'failure',
      attributes: { message: expect.stringContaining('is below 0.9') },
    })
  })

  it('is XML whatever is said', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary', minLength: 1 }), async (text, id) => {
        const one = await scoreAnswers([{ id, text }], { rubric })
        expect(parseXml(junitXml(one, outcomeOf(one.answers, {}))).children).toHaveLength(2)
      }),
      { numRuns: 60 },
    )
  })
})

describe('Markdown', () => {
  it('begins with the outcome, folds the answers, and lets no answer write markup or call people', () => {
    const markdown = scoreMarkdown(report, outcome)
    expect(markdown).toMatch(/^### Rubric score 0\.\d{3} \[.*\], 2 answers: ❌ failed\n\n- mean score/)
    expect(markdown).not.toMatch(/<script|@all|\]\(javascript/)
    expect(markdown.match(/<[a-z/]+>/g)).toEqual([
      '<details>',
      '<summary>',
      '</summary>',
      '</details>',
      '<details>',
      '<summary>',
      '</summary>',
      '</details>',
    ])
    // No answer breaks a row of a table.
    const rows = markdown.split('\n').filter((line) => line.startsWith('|'))
    for (const row of rows) expect(row.match(/(?<!\\)\|/g)!.length).toBe(5)
  })

  it('fits into a comment', async () => {
    const many = await scoreAnswers(
      Array.from({ length: 40 }, (_, i) => ({ id: `${i}${'x'.repeat(5000)}`, text: 'y'.repeat(9000) })),
      { rubric },
    )
    expect(scoreMarkdown(many, outcomeOf(many.answers, { minScore: 1 })).length).toBeLessThan(65_536)
  })
})

describe('the page', () => {
  it('loads nothing, runs only its own script, and shows every verdict', async () => {
    const page = await scorePage(report, outcome)
    expect(page).toContain('default-src &#39;none&#39;')
    expect(page).not.toContain('<script>alert')
    expect(page.match(/<script/g)).toHaveLength(2)
    expect(page.replaceAll(/<script[\s\S]*?<\/script>/g, '')).not.toMatch(/\b(?:src|href)="https?:/)
    expect(page.match(/<article/g)).toHaveLength(2)
    expect(page.match(/class="mark unknown"/g)).toHaveLength(2)
  })

  it('marks the words that decide, without losing any', async () => {
    const judge = {
      name: 'j',
      judge: async () => [
        {
          criterionId: 'kind',
          met: true,
          reason: 'r',
          evidence: [{ kind: 'words' as const, start: 2, end: 6, text: 'bell' }],
        },
      ],
      metrics: () => ({
        calls: 1,
        cached: 0,
        retries: {},
        verdicts: 1,
        unknown: 0,
        promptTokens: 0,
        completionTokens: 0,
        cost: 0.5,
        nCut: 0,
        latencySeconds: { mean: 0, p50: 0, p95: 0, max: 0 },
      }),
      close() {},
    }
    const one = await scoreAnswers([{ text: 'a bell <b>' }], { rubric, judge })
    expect(await scorePage(one, outcomeOf(one.answers, {}))).toContain('a <mark title="kind">bell</mark> &#60;b&#62;')
    expect(stripVTControlCharacters(scoreTable(one))).toContain('cost 0.500')
  })
})

describe('the table', () => {
  it('shows nothing that a terminal would obey', () => {
    for (const text of [scoreTable(report), comparisonTable(compareScored(report.answers, report.answers))]) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
      expect(stripVTControlCharacters(text)).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/)
    }
  })
})
