import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  convolutionPositions,
  paddedFrames,
  pooledAudioTokens,
  qwen2AudioMelFrames,
  qwen2AudioTokens,
  qwenAudioMelFrames,
  qwenAudioSpan,
  qwenAudioTokens,
} from '../../models/audioTokens.ts'

/** Python's `//`, in the words of the released code. */
const floorDivide = (a: number, b: number) => Math.floor(a / b)

/** Output length of a convolution or pooling as its library counts it, by walking windows instead of a formula. */
function countWindows(length: number, kernel: number, stride: number, padding: number): number {
  let n = 0
  for (let start = -padding; start + kernel <= length + padding; start += stride) n++
  return n
}

describe('audio token counts', () => {
  it.each([
    [0.5, 12],
    [1, 25],
    [2.5, 62],
    [10, 250],
    [30, 750],
    [45, 750],
  ])('%d s become %d tokens', (seconds, tokens) => {
    const nSamples = seconds * 16_000
    expect(qwen2AudioTokens(qwen2AudioMelFrames(nSamples))).toBe(tokens)
    expect(qwenAudioTokens(qwenAudioMelFrames(nSamples))).toBe(tokens)
    expect(qwenAudioSpan(qwenAudioMelFrames(nSamples))).toBe(tokens + 2)
  })

  it('equals the released formula at every length from 1 to 3,000 frames', () => {
    for (let nFrames = 1; nFrames <= 3000; nFrames++) {
      const afterConvolution = floorDivide(nFrames - 1, 2) + 1
      expect(qwen2AudioTokens(nFrames)).toBe(floorDivide(afterConvolution - 2, 2) + 1)
    }
  })

  it('equals the windows that the layers visit, at every length and for every pooling up to 25', () => {
    for (let nFrames = 1; nFrames <= 3000; nFrames += 7) {
      const positions = countWindows(countWindows(nFrames, 3, 1, 1), 3, 2, 1)
      expect(convolutionPositions(nFrames)).toBe(positions)
      for (let pool = 1; pool <= 25; pool++)
        expect(pooledAudioTokens(nFrames, pool)).toBe(countWindows(positions, pool, pool, 0))
    }
  })

  it('gives no token below one window, and one from there', () => {
    expect([0, 1, 2, 3, 4].map(qwen2AudioTokens)).toEqual([0, 0, 0, 1, 1])
  })

  it('counts an unfinished hop in Qwen2-Audio only', () => {
    expect([0, 1, 160, 161, 480_001].map(qwenAudioMelFrames)).toEqual([0, 0, 1, 1, 3000])
    expect([0, 1, 160, 161, 480_001].map(qwen2AudioMelFrames)).toEqual([0, 1, 1, 2, 3000])
  })

  it('pads to the next whole window and never loses a token by it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 1, max: 25 }), (nFrames, pool) => {
        const padded = paddedFrames(nFrames, pool)
        expect(padded % (2 * pool)).toBe(0)
        expect(padded - nFrames).toBeGreaterThanOrEqual(0)
        expect(padded - nFrames).toBeLessThan(2 * pool)
        expect(padded / (2 * pool)).toBeGreaterThanOrEqual(pooledAudioTokens(nFrames, pool))
      }),
    )
  })

  it('refuses a length or a pooling that is no count', () => {
    expect(() => qwen2AudioTokens(2.5)).toThrow('nFrames is 2.5. It must be a whole number from 0.')
    expect(() => pooledAudioTokens(100, 0)).toThrow('pool is 0. It must be a whole number from 1.')
    expect(() => qwenAudioMelFrames(-1)).toThrow('nSamples is -1')
  })
})
