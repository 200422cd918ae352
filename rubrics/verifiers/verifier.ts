import { z } from 'zod'

/** What is judged. What only spoken answers have is absent for written ones. */
export interface Answer {
  readonly text: string
  /** Length of the spoken answer, in seconds. */
  readonly durationSeconds?: number
  /** What was measured of the spoken answer, by name, such as `loudness`. */
  readonly measures?: Readonly<Record<string, MeasuredValue>>
}

/** What a measure found; `value: null` is unknown, and `reason` says why. */
export interface MeasuredValue {
  readonly value: number | null
  readonly unit?: string
  readonly reason?: string
}

/** What a check found: `met: null` when it cannot tell. */
export interface Finding {
  readonly met: boolean | null
  /** What was found, in words a person can check against the answer. */
  readonly reason: string
}

export const verdict = (met: boolean | null, reason: string): Finding => ({ met, reason })

type Options<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape, z.core.$strict>>

export interface Verifier<Kind extends string = string, Shape extends z.ZodRawShape = z.ZodRawShape> {
  readonly kind: Kind
  /** One sentence that begins with "Met when". */
  readonly about: string
  readonly schema: z.ZodObject<{ kind: z.ZodLiteral<Kind> } & Shape, z.core.$strict>
  readonly example: Example<Shape>
  readonly needs: readonly Need[]
  check(answer: Answer, options: Options<Shape>): Finding
}

/** Parts of an answer beyond its text. A verifier that needs one finds `unknown` where it is absent. */
export type Need = Exclude<keyof Answer, 'text'>

interface Example<Shape extends z.ZodRawShape> {
  readonly options: z.input<z.ZodObject<Shape, z.core.$strict>>
  readonly met: Answer
  readonly unmet: Answer
}

/**
 * The record of a verifier, for the list in `verifiers/index.ts`: schema, dispatch and the reference page come from it.
 *
 * @param definition.options  zod schemas of its options; the literal `kind` is added and unknown keys are refused
 * @param definition.sane     what must hold between options: a line that says what would be right, or null
 * @param definition.check    pure, and total: it never throws, whatever the text
 */
export function verifier<Kind extends string, Shape extends z.ZodRawShape>(definition: {
  kind: Kind
  about: string
  options: Shape
  example: Example<Shape>
  needs?: readonly Need[]
  sane?: (options: Options<Shape>) => { key: string; message: string } | null
  check: (answer: Answer, options: Options<Shape>) => Finding
}): Verifier<Kind, Shape> {
  const { kind, about, options, example, needs = [], sane, check } = definition
  const schema = z.strictObject({ kind: z.literal(kind), ...options }).superRefine((value, context) => {
    const fault = sane?.(value as Options<Shape>)
    if (fault) context.addIssue({ code: 'custom', path: [fault.key], message: fault.message })
  })
  return { kind, about, schema, example, needs, check }
}
