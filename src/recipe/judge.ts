import { z } from 'zod'

const verifiers = z.strictObject({
  kind: z.literal('verifiers').describe('every criterion is decided by the verifier it names; needs no model'),
})

/** Who decides criteria; a new kind is one schema in this list. */
export const judgeSchema = z.discriminatedUnion('kind', [verifiers])

export type JudgeOptions = z.output<typeof judgeSchema>
