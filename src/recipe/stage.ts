import { z } from 'zod'

/** What a recipe can ask a kind of stage to do. The stage's code lies elsewhere and reads these options. */
export interface StageKind<K extends string, S extends z.ZodType> {
  /** Its key in the recipe: `- sft: {…}`. */
  readonly kind: K
  readonly about: string
  readonly options: S
}

/** Declares a kind of stage; `stages/index.ts` lists them all. */
export const stageKind = <const K extends string, S extends z.ZodType>(stage: StageKind<K, S>): StageKind<K, S> => stage

type AnyKind = StageKind<string, z.ZodType>

/** A stage as the pipeline reads it: its options, and which kind they are for. */
export type StageOf<T extends AnyKind> =
  T extends StageKind<infer K, infer S> ? { readonly kind: K } & z.output<S> : never

/** Schema of one stage of a recipe: a mapping with one key, the kind. The key becomes `kind`. */
export function stageSchema<const T extends readonly AnyKind[]>(kinds: T) {
  const names = kinds.map(({ kind }) => kind)
  const shape = Object.fromEntries(kinds.map(({ kind, about, options }) => [kind, options.optional().describe(about)]))
  return z
    .strictObject(shape)
    .superRefine((stage, context) => {
      const given = Object.keys(stage)
      if (given.length === 1 || context.issues.length > 0) return // a misspelt kind has been named already
      const found = given.length === 0 ? 'none' : given.join(' and ')
      context.addIssue({
        code: 'custom',
        message: `expected one kind of stage (${names.join(', ')}), got ${found}. Begin each stage with "- ".`,
      })
    })
    .meta({ minProperties: 1, maxProperties: 1 })
    .transform((stage): StageOf<T[number]> => {
      const [entry] = Object.entries(stage)
      if (entry === undefined) return z.NEVER // refused above; zod goes on to report what else is wrong
      const [kind, options] = entry
      return { kind, ...(options as object) } as StageOf<T[number]>
    })
}
