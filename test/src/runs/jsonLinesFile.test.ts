import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonLinesFile } from '../../../src/runs/jsonLinesFile.ts'
import { folderWith, jsonLines } from '../temporary.ts'

describe('jsonLinesFile', () => {
  it('loses at most the line that was being written, wherever the write was cut', () => {
    const file = path.join(folderWith(), 'metrics.jsonl')
    const records = [{ step: 1, note: 'é' }, { step: 2 }, { step: 3, loss: 0.5 }]
    const text = Buffer.from(jsonLines(...records))
    for (let cut = 0; cut <= text.length; cut++) {
      writeFileSync(file, text.subarray(0, cut))
      const lines = jsonLinesFile(file)
      const whole = lines.read()
      expect(records.slice(0, whole.length)).toEqual(whole)
      const nEnds = text.subarray(0, cut).filter((byte) => byte === 10).length
      expect(whole.length).toBeGreaterThanOrEqual(nEnds)
      lines.append({ step: 'next' })
      expect(lines.read()).toEqual([...whole, { step: 'next' }])
    }
  })

  it('finds the beginning of a cut line that is longer than what is read at once', () => {
    const file = path.join(folderWith(), 'x.jsonl')
    writeFileSync(file, `{"a":1}\n{"b":"${'x'.repeat(200_000)}`)
    expect(jsonLinesFile(file).read()).toEqual([{ a: 1 }])
    expect(readFileSync(file, 'utf8')).toBe('{"a":1}\n')
  })

  it('keeps the bytes of the lines that stay', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ global_step: fc.nat(20), loss: fc.double({ noNaN: true }) })),
        fc.nat(20),
        (records, limit) => {
          const file = path.join(folderWith(), 'x.jsonl')
          const lines = jsonLinesFile(file)
          lines.append(...records)
          lines.keep(({ global_step }) => Number(global_step) <= limit)
          appendFileSync(file, '')
          expect(readFileSync(file, 'utf8')).toBe(
            jsonLines(...records.filter(({ global_step }) => global_step <= limit)),
          )
        },
      ),
      { numRuns: 30 },
    )
  })
})
