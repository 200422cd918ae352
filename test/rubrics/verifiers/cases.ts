import { verify, verifySchema } from '../../../rubrics/verifiers/index.ts'

/** Whether an answer meets a `verify` block, written as in YAML. */
export const meets = (spec: object, text: string): boolean | null => verify(verifySchema.parse(spec), { text }).met

export const reasonFor = (spec: object, text: string): string => verify(verifySchema.parse(spec), { text }).reason
