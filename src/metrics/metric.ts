/** An answer beside what it should have said. */
export interface Judged {
  readonly answer: string
  /** One at least; several where any of them is right. */
  readonly references: readonly string[]
  /** Code of the language that the answer is written in; English when left out. */
  readonly language?: string
}

export interface Measured {
  /** Null when these answers cannot tell: never 0 in its place. */
  readonly value: number | null
  /** Answers that it is made of. */
  readonly n: number
  /** Answers left out, since they could not be read as this metric needs them. */
  readonly nUnread?: number
  /** The same of a part of the answers, or another figure of all of them, by name. */
  readonly parts?: Readonly<Record<string, number | null>>
}

/** What a task is measured by over all answers; its own figure, beside the scores of rubrics. */
export interface Metric {
  readonly name: string
  readonly unit: '%' | 'ms' | ''
  readonly better: 'higher' | 'lower'
  readonly about: string
  measure(judged: readonly Judged[]): Measured
}

/** The value of all answers, and of each part where there are several. */
export function partsBy(
  judged: readonly Judged[],
  part: (one: Judged) => string | undefined,
  measureOf: (some: readonly Judged[]) => number | null,
): Measured {
  const groups = new Map<string, Judged[]>()
  for (const one of judged) {
    const name = part(one) ?? ''
    groups.set(name, [...(groups.get(name) ?? []), one])
  }
  const parts = [...groups].map(([name, some]) => [name, measureOf(some)] as const)
  return {
    value: judged.length === 0 ? null : measureOf(judged),
    n: judged.length,
    ...(groups.size > 1 ? { parts: Object.fromEntries(parts) } : {}),
  }
}

/** Shares as per cent. */
export const perCent = ({ value, parts, ...rest }: Measured): Measured => ({
  ...rest,
  value: value === null ? null : 100 * value,
  ...(parts
    ? { parts: Object.fromEntries(Object.entries(parts).map(([name, own]) => [name, own === null ? null : 100 * own])) }
    : {}),
})

export const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
