import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packRows } from '../../../src/stages/packing.ts'

const CAPACITY = 50
const lengths = fc.array(fc.integer({ min: 1, max: CAPACITY }), { maxLength: 60 })
const sizes = (items: readonly number[], rows: readonly (readonly number[])[]) =>
  rows.map((row) => row.reduce((total, item) => total + items[item]!, 0))

describe('packing rows', () => {
  it('places every item once, in rows that hold them', () => {
    fc.assert(
      fc.property(lengths, (items) => {
        const rows = packRows(items, CAPACITY)
        expect(rows.flat().sort((a, b) => a - b)).toEqual(items.map((_, i) => i))
        expect(Math.max(0, ...sizes(items, rows))).toBeLessThanOrEqual(CAPACITY)
      }),
    )
  })

  it('opens no row while one before it has place: a later row’s items fit in no earlier row', () => {
    fc.assert(
      fc.property(lengths, (items) => {
        const rows = packRows(items, CAPACITY)
        const full = sizes(items, rows)
        for (const [i, row] of rows.entries()) {
          for (const item of row) {
            for (const size of full.slice(0, i)) expect(size + items[item]!).toBeGreaterThan(CAPACITY)
          }
        }
      }),
    )
  })

  it('finds the four full rows that taking items as they come would miss', () => {
    const items = [10, 10, 10, 10, 40, 40, 40, 40]
    expect(packRows(items, CAPACITY)).toEqual([
      [4, 0],
      [5, 1],
      [6, 2],
      [7, 3],
    ])
    expect(packRows([], CAPACITY)).toEqual([])
  })

  it('refuses an item that is longer than a row', () => {
    expect(() => packRows([3, 51], CAPACITY)).toThrow('item 1 has 51 tokens, a row has place for 50.')
  })
})
