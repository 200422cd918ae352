/** Items in `nParts` runs of equal length, the last one shorter; fewer runs when there are not enough items. */
export function inParts<T>(items: readonly T[], nParts: number): T[][] {
  const size = Math.ceil(items.length / nParts)
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
}
