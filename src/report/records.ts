import { z } from 'zod'

// Read loosely: a run folder may come from an older or newer version, or from a person. Keys that the report does not
// know are kept (metrics, environment) or ignored; only what it needs to draw must fit.

/** Text that may be left out or null: a plain prompt has no scaffold text. */
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')

const verdict = z.object({
  criterionId: z.string(),
  met: z.boolean().nullable(),
  reason: text,
})

const criterion = z.object({
  id: z.string(),
  criterion: z.string(),
  points: z.number(),
  tags: z.array(z.string()).optional(),
})

const rubric = z.union([z.string(), z.object({ name: z.string().optional(), criteria: z.array(criterion) })])

/** One line of metrics.jsonl: `stage`, `step` and any number of named figures. */
export const metricsRecord = z.object({ stage: z.string(), step: z.number() }).catchall(z.unknown())

export const rolloutRecord = z.object({
  sample_id: z.string(),
  group_index: z.number(),
  audio: z.array(z.string()).default([]),
  prompt: text,
  scaffold: z.object({ ratio: z.number(), shown: z.array(z.string()).default([]), text }).nullish(),
  completion: z.string(),
  verdicts: z.array(verdict).default([]),
  reward: z.number().nullable(),
  advantage: z.number().nullish(),
  n_tokens: z.number().nullish(),
  finish_reason: z.string().nullish(),
  rubric: rubric.nullish(),
})

const analysis = z.object({
  n_answers: z.number(),
  best_of: z
    .array(z.object({ n: z.number(), score: z.number(), interval: z.tuple([z.number(), z.number()]) }))
    .min(1)
    .nullish()
    .transform((value) => value ?? null),
  entropy: z
    .number()
    .nullish()
    .transform((value) => value ?? null),
  diversity: z
    .number()
    .nullish()
    .transform((value) => value ?? null),
  novelty: z
    .object({
      median: z.number(),
      above_2: z.number(),
      above_10: z.number(),
      above_100: z.number(),
      n: z.number(),
    })
    .nullish()
    .transform((value) => value ?? null),
})

export const evaluationRecord = z.object({
  name: z.string(),
  stage: z.string().nullish(),
  step: z.number().nullish(),
  control: z.string().default('none'),
  best_of: z.number().nullish(),
  score: z.number(),
  interval: z.tuple([z.number(), z.number()]).nullish(),
  n_samples: z.number(),
  criteria: z
    .array(z.object({ group: z.string(), pass_rate: z.number(), n: z.number(), sign: z.number().default(1) }))
    .default([]),
  modes: z.array(z.object({ mode: z.string(), score: z.number(), n: z.number() })).nullish(),
  analysis: analysis.nullish().catch(null), // what it cannot draw, it leaves out
  answers_file: z.string().nullish(),
})

export const answerRecord = z.object({
  sample_id: z.string(),
  audio: z.array(z.string()).default([]),
  prompt: text,
  scaffold: z.union([z.string(), z.object({ text })]).nullish(),
  reference: z.string().nullish(),
  completion: z.string(),
  verdicts: z.array(verdict).default([]),
  score: z.number().nullable(),
  rubric: rubric.nullish(),
})

export const alarmRecord = z.object({ step: z.number().nullish(), alarm: z.string(), message: z.string() })

export const summaryRecord = z
  .object({
    name: z.string().optional(),
    seed: z.union([z.number(), z.string()]).optional(),
    started: z.string().optional(),
    finished: z.string().nullish(),
    seconds: z.number().optional(),
    time_by_stage: z.record(z.string(), z.number()).optional(),
    command: z.string().optional(),
  })
  .catchall(z.unknown())

const rewardMeasures = z.object({
  n_lists: z.number(),
  n_pairs: z.number(),
  accuracy: z.number(),
  margin: z.number(),
  ece: z.number(),
  calibration: z.array(z.object({ confidence: z.number(), accuracy: z.number(), n: z.number() })),
  pointwise: z.object({ n: z.number(), mse: z.number(), correlation: z.number().nullable() }).nullable(),
})

/** What a reward stage measured: `reward-2.json`. */
export const rewardReportRecord = z.object({
  stage: z.number(),
  train: rewardMeasures,
  test: rewardMeasures.nullable(),
  gap: z.number().nullable(),
})

export type RewardReportRecord = z.infer<typeof rewardReportRecord>
export type VerdictRecord = z.infer<typeof verdict>
export type CriterionRecord = z.infer<typeof criterion>
export type MetricsRecord = z.infer<typeof metricsRecord>
export type RolloutRecord = z.infer<typeof rolloutRecord>
export type EvaluationRecord = z.infer<typeof evaluationRecord>
export type AnswerRecord = z.infer<typeof answerRecord>
export type AlarmRecord = z.infer<typeof alarmRecord>
export type SummaryRecord = z.infer<typeof summaryRecord>
