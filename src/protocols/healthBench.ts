import { readFileSync } from 'node:fs'
import { z } from 'zod'
import {
  type Aggregate,
  aggregateByTag,
  aggregateScores,
  checkValue,
  criterionId,
  type Random,
  type Rubric,
  scoreVerdicts,
  type Verdict,
} from '../../rubrics/index.ts'
import { isMissingFile, UsageError } from '../errors.ts'

/** One graded answer of HealthBench. */
export interface HealthBenchAnswer {
  readonly promptId: string
  readonly rubric: Rubric
  readonly verdicts: readonly Verdict[]
  /** Tags of the example; those of its criteria are in the rubric. */
  readonly exampleTags: readonly string[]
}

export interface HealthBenchScore {
  /** Mean of unclipped scores, clipped to [0, 1]; interval and standard error by 1,000 bootstrap draws. */
  readonly overall: Aggregate
  readonly byExampleTag: ReadonlyMap<string, Aggregate>
  /** From the criteria that carry the tag alone; answers without positive points there are left out. */
  readonly byCriterionTag: ReadonlyMap<string, Aggregate>
  /** Verdicts that are unknown, each worth 0. */
  readonly nUnknown: number
}

/**
 * HealthBench's report (openai/simple-evals; papers.md §9.1). Single answers are not clipped, every mean is.
 *
 * @throws RubricError when there is no answer
 */
export function scoreHealthBench(answers: readonly HealthBenchAnswer[], random: Random): HealthBenchScore {
  const scored = answers.map((answer) => ({ ...answer, ...scoreVerdicts(answer.rubric, answer.verdicts) }))
  const byTag = new Map<string, number[]>()
  for (const { exampleTags, score } of scored) {
    for (const tag of new Set(exampleTags)) byTag.set(tag, [...(byTag.get(tag) ?? []), score])
  }
  return {
    overall: aggregateScores(
      scored.map(({ score }) => score),
      random,
    ),
    byExampleTag: new Map([...byTag].map(([tag, scores]) => [tag, aggregateScores(scores, random)])),
    byCriterionTag: aggregateByTag(answers, random),
    nUnknown: scored.reduce((sum, { nUnknown }) => sum + nUnknown, 0),
  }
}

const gradedSchema = z.looseObject({
  criterion: z.string(),
  points: z.number(),
  tags: z.array(z.string()).default([]),
  criteria_met: z.boolean().nullable(),
  explanation: z.string().default(''),
})
const answerSchema = z.looseObject({ prompt_id: z.string(), rubric_items: z.array(gradedSchema).min(1) })
const resultsSchema = z.looseObject({
  metadata: z.looseObject({ example_level_metadata: z.array(answerSchema).min(1) }),
})

/**
 * Graded answers of an `…_allresults.json` that simple-evals writes. It holds no tags of examples: give them by prompt
 * id, as `parseHealthBench` reads them from the data's own lines (`line.example_tags`).
 *
 * @throws UsageError naming the field that is none of such a file
 */
export function readHealthBenchResults(
  file: string,
  exampleTags: ReadonlyMap<string, readonly string[]> = new Map(),
): HealthBenchAnswer[] {
  const checked = checkValue(resultsSchema, readJson(file), file)
  if (!checked.ok) throw new UsageError(checked.problems.join('\n'))
  return checked.value.metadata.example_level_metadata.map(({ prompt_id, rubric_items }) => {
    const ids = rubric_items.map(({ criterion }, i) => `${criterionId(criterion)}-${i + 1}`) // texts may repeat
    return {
      promptId: prompt_id,
      rubric: {
        name: prompt_id,
        criteria: rubric_items.map(({ criterion, points, tags }, i) => ({ id: ids[i]!, criterion, points, tags })),
      },
      verdicts: rubric_items.map(({ criteria_met, explanation }, i) => ({
        criterionId: ids[i]!,
        met: criteria_met,
        reason: explanation,
      })),
      exampleTags: exampleTags.get(prompt_id) ?? [],
    }
  })
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (isMissingFile(error)) throw new UsageError(`${file}: no such file.`)
    if (error instanceof SyntaxError) throw new UsageError(`${file}: not JSON.`)
    throw error
  }
}
