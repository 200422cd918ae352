import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRubric, RubricError } from '../../../rubrics/index.ts'
import { verifiers, verify, verifySchema } from '../../../rubrics/verifiers/index.ts'
import { anyText, verifySpec } from '../arbitraries.ts'

/** Every verifier passes through these; a new one is covered by standing in the list. */
describe.each(verifiers.map((verifier) => [verifier.kind, verifier] as const))(
  '%s',
  (kind, { about, schema, example, needs }) => {
    const spec = verifySchema.parse({ kind, ...example.options })
    const value = fc.option(fc.double())
    const answer = fc.record({
      text: anyText,
      durationSeconds: fc.double({ min: 0, max: 1e4, noNaN: true }),
      measures: fc.dictionary(fc.constantFrom('loudness', 'snr', '__proto__'), fc.record({ value })),
    })

    it('says in one sentence when it is met', () => {
      expect(about).toMatch(/^Met when [^\n]+\.$/)
    })

    it('meets its own example and not its counterexample', () => {
      expect(verify(spec, example.met)).toMatchObject({ met: true })
      expect(verify(spec, example.unmet)).toMatchObject({ met: false })
    })

    it('describes every option but kind', () => {
      for (const [name, option] of Object.entries(schema.shape)) {
        if (name !== 'kind') expect(option, name).toHaveProperty('description', expect.stringMatching(/./))
      }
    })

    it('refuses an unknown option', () => {
      expect(() => parseRubric(JSON.stringify(rubricWith({ ...spec, colour: 1 })))).toThrow(RubricError)
    })

    it('never throws, whatever the text, decides the same each time, and gives its reason', () => {
      fc.assert(
        fc.property(answer, (any) => {
          const finding = verify(spec, any)
          expect(finding.reason.trim()).not.toBe('')
          expect([true, false, null]).toContain(finding.met)
          expect(verify(spec, any)).toEqual(finding)
        }),
      )
    })

    it('is unknown, with a reason, where the answer lacks what it needs', () => {
      for (const need of needs) {
        const { [need]: _, ...without } = example.met
        const finding = verify(spec, without)
        expect(finding.met).toBeNull()
        expect(finding.reason).toContain(need)
      }
    })

    it('decides a text of 50,000 characters within a second', () => {
      const n = 50_000
      const runs = ['dog and a siren, 3 beeps ', 'a', '狗', '1', '-', ' ', '3 ', 'one ', "a'", 'beeps ']
      const texts = [
        ...runs.map((run) => run.repeat(n / run.length)),
        `1${',000'.repeat(n / 4)}th`,
        `${'-'.repeat(n)}a${'-'.repeat(n)}a`,
      ]
      for (const text of texts) {
        const start = performance.now()
        verify(spec, { text, durationSeconds: 1 })
        expect(performance.now() - start, text.slice(0, 30)).toBeLessThan(1_000)
      }
    })
  },
)

it('any options that the schema takes, with any text, give a finding', () => {
  fc.assert(
    fc.property(verifySpec, anyText, (spec, text) => {
      expect(verify(verifySchema.parse(spec), { text }).reason).not.toBe('')
    }),
    { numRuns: 300 },
  )
})

const rubricWith = (spec: object) => ({ name: 'r', criteria: [{ criterion: 'x', points: 1, verify: spec }] })
