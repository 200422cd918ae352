import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { crc32c } from '../../../src/runs/crc32c.ts'
import { eventsWriter } from '../../../src/runs/tensorBoard.ts'
import { folderWith } from '../temporary.ts'

describe('crc32c', () => {
  it.each([
    ['123456789', 0xe3069283], // the check value of the CRC catalogue
    ['', 0],
  ])('of "%s" is the published value', (text, expected) => {
    expect(crc32c(new TextEncoder().encode(text))).toBe(expected)
  })

  it('of 32 zero bytes and of 32 ones are those of RFC 3720, B.4', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
    expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43)
  })
})

describe('eventsWriter', () => {
  it("writes the bytes that TensorBoard's own writer writes", () => {
    const folder = folderWith()
    const writer = eventsWriter(folder, new Date(1_700_000_000_000))
    writer.scalars(1, 1700000001.5, { 'sft/loss': 2.5, 'sft/learning_rate': 1e-5 })
    writer.scalars(70, 1700000100.25, { 'rl/completions/mean_length': 31.125, 'rl/kl': 0 })
    writer.scalars(300, 1700000200, { 'rl/rubric/accuracy é/pass': -0.75 })
    // Made by test/goldens/tensorboardEvents.py.
    const golden = readFileSync(new URL('../../goldens/data/tensorboard.tfevents', import.meta.url))
    expect(readFileSync(writer.file).toString('hex')).toBe(golden.toString('hex'))
  })
})
