import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { z } from 'zod'
import { unknownName } from './issueLine.ts'
import { libraryFolder, loadRubric } from './library.ts'
import { checkYaml } from './readable.ts'
import { RubricError } from './rubricError.ts'
import type { Rubric } from './schema.ts'
import type { Answer } from './verifiers/verifier.ts'

/** An answer that a person has judged by a rubric. */
export interface RubricExample {
  readonly id: string
  /** What was asked; what only a recording tells stands in parentheses. */
  readonly question: string
  readonly answer: Answer
  /** Ids of the criteria that the answer meets; it meets no other. */
  readonly met: readonly string[]
}

const examplesSchema = z.strictObject({
  rubric: z.string().describe('name of the rubric that they are judged by'),
  examples: z
    .array(
      z.strictObject({
        id: z.string().min(1),
        question: z.string(),
        answer: z.string(),
        durationSeconds: z.number().positive().optional(),
        measures: z.record(z.string(), z.number()).optional().describe('by name, in their units'),
        met: z.array(z.string()).describe('ids of the criteria that the answer meets, and of no other'),
      }),
    )
    .min(1),
})

/**
 * The judged answers that come with a rubric of the library: good, bad and in between, each criterion met by one and unmet
 * by another. They are labels for `rubato rubric calibrate`, and show what a criterion means.
 *
 * @throws RubricError for a name that is none of the library's
 */
export async function libraryExamples(name: string): Promise<RubricExample[]> {
  const rubric = await loadRubric(name)
  const file = resolve(libraryFolder(), 'examples', `${name}.yaml`)
  return parseExamples(await readFile(file, 'utf8'), rubric, { file: `examples/${name}.yaml` })
}

/**
 * The judged answers in a YAML text.
 *
 * @throws RubricError with one line a fault, an id that the rubric lacks among them
 */
export function parseExamples(text: string, rubric: Rubric, options: { file?: string } = {}): RubricExample[] {
  const checked = checkYaml(examplesSchema, text, options)
  if (!checked.ok) throw new RubricError(checked.problems.join('\n'))
  const where = options.file ?? 'examples'
  if (checked.value.rubric !== rubric.name) {
    throw new RubricError(`${where} rubric: "${checked.value.rubric}", expected "${rubric.name}".`)
  }
  const ids = rubric.criteria.map(({ id }) => id)
  return checked.value.examples.map(({ id, question, answer, durationSeconds, measures, met }, i) => {
    const stray = met.find((one) => !ids.includes(one))
    if (stray !== undefined) {
      throw new RubricError(`${where} examples[${i}].met: "${stray}": ${unknownName('criterion', stray, ids)}`)
    }
    return {
      id,
      question,
      answer: {
        text: answer,
        ...(durationSeconds !== undefined && { durationSeconds }),
        ...(measures && {
          measures: Object.fromEntries(Object.entries(measures).map(([name, value]) => [name, { value }])),
        }),
      },
      met,
    }
  })
}
