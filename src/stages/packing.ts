/**
 * Items into as few rows as first-fit-decreasing finds: longest first, each into the first row that has place. At most
 * 11/9 of the fewest rows possible, and one more (Johnson 1973). Equal lengths keep their order, so that a pack repeats.
 *
 * @param lengths   tokens of each item, none above `capacity`
 * @param capacity  tokens a row has place for
 * @returns         by row, the places of its items in `lengths`
 * @throws RangeError when an item is longer than a row
 */
export function packRows(lengths: readonly number[], capacity: number): number[][] {
  const rows: { items: number[]; free: number }[] = []
  const order = lengths.map((length, item) => ({ length, item })).sort((a, b) => b.length - a.length)
  for (const { length, item } of order) {
    if (length > capacity) throw new RangeError(`item ${item} has ${length} tokens, a row has place for ${capacity}.`)
    const found = rows.find(({ free }) => free >= length)
    const row = found ?? { items: [], free: capacity }
    if (!found) rows.push(row)
    row.items.push(item)
    row.free -= length
  }
  return rows.map(({ items }) => items)
}
