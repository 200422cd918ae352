import { z } from 'zod'

const text = z.union([z.string(), z.number()]).transform(String)
const texts = z.union([text.transform((one) => [one]), z.array(text).min(1)])

/** What is read of an assertion, by type; each is a yes or a no about the words of an answer. */
const values = {
  equals: text,
  contains: text,
  icontains: text,
  'contains-any': texts,
  'contains-all': texts,
  'icontains-any': texts,
  'icontains-all': texts,
  'starts-with': text,
  regex: text,
  'word-count': z.union([
    z.number().transform((words) => ({ min: words, max: words })),
    z
      .strictObject({ min: z.number().optional(), max: z.number().optional() })
      .refine(({ min, max }) => min !== undefined || max !== undefined, { error: 'expected min, max or both.' }),
  ]),
  'llm-rubric': text,
  'model-graded-closedqa': text,
  'g-eval': texts,
} as const

export type AssertionType = keyof typeof values
export type AssertionValue<T extends AssertionType> = z.output<(typeof values)[T]>

export const assertionTypes = Object.keys(values) as AssertionType[]

export const valueSchema = (type: AssertionType): z.ZodType => values[type]

/** An assertion as promptfoo writes it; what Rubato does not use is let through. */
export const assertionSchema = z.looseObject({
  type: z.string(),
  value: z.unknown().optional(),
  weight: z.number().nonnegative().default(1),
  metric: z.string().optional(),
  assert: z.array(z.unknown()).optional(),
  threshold: z.number().optional(),
})

export const testSchema = z.looseObject({
  description: z.string().optional(),
  vars: z.record(z.string(), z.unknown()).optional(),
  assert: z.array(z.unknown()).optional(),
})

/** A promptfoo file: a configuration, a list of tests, or one test. */
export const configSchema = z.union([
  z.looseObject({
    description: z.string().optional(),
    defaultTest: testSchema.optional(),
    tests: z.union([z.array(testSchema), z.string()]),
  }),
  z.array(testSchema),
  testSchema,
])
