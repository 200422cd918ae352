import { expect, test } from 'vitest'
import { decodeAudio } from '../../../audio/index.ts'

/** An AIFF-C file of one channel at 16 kHz, whose samples are given as bytes. */
function aiffC(codec: string, bits: number, data: number[], nFrames = (data.length * 8) / bits): Uint8Array {
  const chunk = (id: string, body: Buffer) => {
    const head = Buffer.from(`${id}\0\0\0\0`, 'latin1')
    head.writeUInt32BE(body.length, 4)
    return Buffer.concat([head, body, Buffer.alloc(body.length % 2)])
  }
  const common = Buffer.alloc(18)
  common.writeUInt16BE(1, 0)
  common.writeUInt32BE(nFrames, 2)
  common.writeUInt16BE(bits, 6)
  common.set([0x40, 0x0c, 0xfa], 8) // 16000 as an 80-bit float: 1.953125 · 2¹³
  const sound = Buffer.concat([Buffer.alloc(8), Buffer.from(data)])
  const body = [chunk('COMM', Buffer.concat([common, Buffer.from(`${codec}\0\0`, 'latin1')])), chunk('SSND', sound)]
  return chunk('FORM', Buffer.concat([Buffer.from('AIFC'), ...body]))
}

test('big and little-endian integers and floats', async () => {
  const cases: [codec: string, bits: number, data: number[]][] = [
    ['NONE', 8, [0x40, 0xc0]],
    ['NONE', 16, [0x40, 0, 0xc0, 0]],
    ['sowt', 16, [0, 0x40, 0, 0xc0]],
    ['NONE', 24, [0x40, 0, 0, 0xc0, 0, 0]],
    ['NONE', 32, [0x40, 0, 0, 0, 0xc0, 0, 0, 0]],
    ['fl32', 32, [0x3f, 0, 0, 0, 0xbf, 0, 0, 0]],
    ['fl64', 64, [0x3f, 0xe0, 0, 0, 0, 0, 0, 0, 0xbf, 0xe0, 0, 0, 0, 0, 0, 0]],
  ]
  for (const [codec, bits, data] of cases) {
    const decoded = await decodeAudio(aiffC(codec, bits, data))
    expect(decoded, `${codec} ${bits}`).toEqual({
      channels: [Float32Array.of(0.5, -0.5)],
      sampleRate: 16_000,
      format: 'aiff',
    })
  }
})

test('a compressed one, and a header that counts more than is there, are refused', async () => {
  await expect(decodeAudio(aiffC('ima4', 16, [0, 0]))).rejects.toThrow(
    /codec "ima4" of 16 bits, expected plain samples/,
  )
  await expect(decodeAudio(aiffC('NONE', 16, [0, 0], 5))).rejects.toThrow(
    /counts 5 frames and its sound chunk holds fewer/,
  )
})
