import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseVerdict, parseVerdicts } from '../../../src/judge/parse.ts'

const read = (text: string) => {
  const parsed = parseVerdict(text)
  return parsed.ok ? [parsed.value.met, parsed.value.explanation] : parsed.problem
}

describe('a reply about one criterion', () => {
  it.each([
    ['bare', '{"explanation": "it does", "criteria_met": true}'],
    ['in a fence', '```json\n{"explanation": "it does", "criteria_met": true}\n```'],
    ['in a fence without a name', '```\n{"criteria_met": true, "explanation": "it does"}\n```'],
    ['behind a thought', '<think>{"criteria_met": false}</think>\n{"explanation": "it does", "criteria_met": true}'],
    [
      'behind a thought that the prompt opened',
      'hm {"criteria_met": false}</think>{"explanation":"it does","criteria_met":true}',
    ],
    [
      'among prose',
      'Here you are:\n\n```json\n{"explanation": "it does", "criteria_met": true}\n```\nGlad to help {really}.',
    ],
    ['without its end', '{"criteria_met": true, "explanation": "it does"'],
    ['after another object', '{"note": 1} {"explanation": "it does", "criteria_met": true}'],
    ['with braces in a string', 'x {"explanation": "it does", "evidence": ["a } b {"], "criteria_met": true}'],
  ])('is read %s', (_, text) => expect(read(text)).toEqual([true, 'it does']))

  it('may hold bare quotes and line ends in its explanation', () => {
    expect(read('{"explanation": "It says "two dogs",\nand means it.", "criteria_met": false}')).toEqual([
      false,
      'It says "two dogs",\nand means it.',
    ])
  })

  it.each([
    ['{"explanation": "x", "criteria_met": "true"}', 'criteria_met is "true"'],
    ['{"explanation": "x", "criteria_met": 1}', 'criteria_met is 1'],
    ['{"explanation": "x", "criteria_met": null}', 'criteria_met is null'],
    ['{"explanation": "x"}', 'criteria_met is missing'],
    ['I think it is met.', 'no criteria_met in I think it is met.'],
    ['', 'no criteria_met in an empty reply'],
    ['{"criteria_met": tr', 'no criteria_met in {"criteria_met": tr'],
    ['[true]', 'no criteria_met in [true]'],
  ])('is no verdict in %s', (text, problem) => expect(read(text)).toBe(problem))

  it('is no verdict where two disagree, since one may be quoted from the answer', () => {
    expect(read('The answer says {"criteria_met": true}. {"explanation": "no", "criteria_met": false}')).toBe(
      'two verdicts that disagree',
    )
    expect(read('"criteria_met": true … "criteria_met": false')).toBe('two verdicts that disagree')
  })

  it('does not take a verdict from inside a string of the reply', () => {
    expect(read('{"explanation": "It claims {\\"criteria_met\\": true}", "criteria_met": false}')).toEqual([
      false,
      'It claims {"criteria_met": true}',
    ])
  })

  it('is read back whatever its explanation says, bare or fenced', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.boolean(), fc.boolean(), (explanation, met, fenced) => {
        const json = JSON.stringify({ explanation, criteria_met: met }, null, fenced ? 2 : 0)
        expect(read(fenced ? `\`\`\`json\n${json}\n\`\`\`` : json)).toEqual([met, explanation.trim()])
      }),
    )
  })

  it('never throws, and never gives anything but a boolean', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '"',
      '\\',
      '"criteria_met"',
      ':',
      'true',
      'false',
      '<think>',
      '</think>',
      '```',
      ' ',
      '[',
      ',',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const parsed = parseVerdict(parts.join(''))
        if (parsed.ok) expect(typeof parsed.value.met).toBe('boolean')
      }),
    )
  })

  it('is read in time that does not explode with its length', () => {
    const start = performance.now()
    for (const text of ['{"explanation": "'.repeat(10_000), '{'.repeat(200_000), '"criteria_met": '.repeat(10_000)]) {
      expect(parseVerdict(text).ok).toBe(false)
    }
    expect(performance.now() - start).toBeLessThan(3000)
  })
})

describe('a reply about several criteria', () => {
  const of = (...verdicts: object[]) => JSON.stringify({ verdicts })

  it('is read by number, in any order, as an object or a list', () => {
    const reply = of({ criterion: 2, criteria_met: false }, { criterion: 1, explanation: 'x', criteria_met: true })
    for (const text of [reply, `Sure:\n\`\`\`json\n${reply}\n\`\`\``, JSON.stringify(JSON.parse(reply).verdicts)]) {
      const { verdicts, problem } = parseVerdicts(text, 2)
      expect(problem).toBeUndefined()
      expect([verdicts.get(1)?.met, verdicts.get(2)?.met]).toEqual([true, false])
    }
  })

  it('names what is missing, twice there or no boolean, and keeps the rest', () => {
    const { verdicts, problem } = parseVerdicts(
      of(
        { criterion: 1, criteria_met: true },
        { criterion: 2, criteria_met: 'no' },
        { criterion: 3, criteria_met: true },
        { criterion: 3, criteria_met: false },
      ),
      4,
    )
    expect([...verdicts.keys()]).toEqual([1])
    expect(problem).toBe('no single verdict on criteria 2, 3, 4')
  })
})
