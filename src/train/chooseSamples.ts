import { UsageError } from '../errors.ts'

/** Which samples a stage asks, and in which order, by numbers that they carry as tags. */
export interface Choice {
  readonly filter?: readonly {
    readonly by: string
    readonly min?: number | undefined
    readonly max?: number | undefined
  }[]
  readonly order?: { readonly by: string; readonly first: 'lowest' | 'highest' } | null
}

interface Tagged {
  readonly id: string
  readonly tags?: Readonly<Record<string, string>>
}

/**
 * The samples within all bounds, in order: by descending variance of the rewards as Qwen2.5 does (arXiv 2412.15115, §4.3),
 * by falling pass rate as a curriculum does, or as they stand.
 *
 * @throws UsageError where a sample has no number under a name, or none is left
 */
export function chooseSamples<T extends Tagged>(
  samples: readonly T[],
  { filter = [], order }: Choice,
  where: string,
): { chosen: T[]; notes: string[] } {
  const numberOf = ({ id, tags = {} }: T, by: string): number => {
    const value = Number(tags[by] ?? Number.NaN)
    if (Number.isFinite(value)) return value
    const known = Object.keys(tags).join(', ') || 'none'
    throw new UsageError(
      `${where}: "${id}" has no number under the tag "${by}" (its tags: ${known}). rubato data difficulty writes some.`,
    )
  }
  const notes: string[] = []
  let chosen = [...samples]
  for (const { by, min, max } of filter) {
    const fits = (value: number) =>
      value >= (min ?? Number.NEGATIVE_INFINITY) && value <= (max ?? Number.POSITIVE_INFINITY)
    const left = chosen.filter((sample) => fits(numberOf(sample, by)))
    const nOut = chosen.length - left.length
    const bounds = [min === undefined ? [] : [`at least ${min}`], max === undefined ? [] : [`at most ${max}`]].flat()
    if (nOut > 0) {
      notes.push(`${where}: ${nOut} of ${chosen.length} samples left out, their ${by} is not ${bounds.join(' and ')}`)
    }
    chosen = left
  }
  if (chosen.length === 0 && samples.length > 0)
    throw new UsageError(`${where}: filter leaves none of ${samples.length} samples. Widen it.`)
  if (order) {
    const sign = order.first === 'lowest' ? 1 : -1
    const keyed = chosen.map((sample) => ({ sample, key: sign * numberOf(sample, order.by) }))
    // Stable, so that equal ones stay as they stand in the file.
    chosen = keyed.sort((a, b) => a.key - b.key).map(({ sample }) => sample)
  }
  return { chosen, notes }
}
