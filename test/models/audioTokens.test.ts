import { describe, expect, it } from 'vitest'
import { audioTokenCount, encoderPositions, qwenAudioSpan } from '../../models/audioTokens.ts'

const framesOf = (seconds: number) => Math.floor((seconds * 16000) / 160)

describe('audio tokens', () => {
  it.each([
    [0.5, 12],
    [1, 25],
    [2.5, 62],
    [10, 250],
    [30, 750],
  ])('%d s of sound are %d tokens in Qwen-Audio and Qwen2-Audio', (seconds, tokens) => {
    expect(audioTokenCount(framesOf(seconds), { pool: 2 })).toBe(tokens)
    expect(qwenAudioSpan(framesOf(seconds))).toBe(tokens + 2)
  })

  it('sound beyond 30 s adds no token', () => {
    expect(audioTokenCount(framesOf(31), { pool: 2 })).toBe(750)
    expect(audioTokenCount(5000, { pool: 1, maxFrames: 400 })).toBe(200)
  })

  // The count is derived again by walking the layers: where each kernel can be placed, not by a formula.
  it.each([1, 2, 3, 4, 5, 8])(
    'with pool %d the count is that of the layers at every length from 1 to 3,000',
    (pool) => {
      for (let nFrames = 1; nFrames <= 3000; nFrames++) {
        let positions = 0 // kernel 3, stride 2, one frame of padding on both sides
        for (let start = -1; start + 3 <= nFrames + 1; start += 2) positions++
        let tokens = 0
        for (let start = 0; start + pool <= positions; start += pool) tokens++
        expect(encoderPositions(nFrames)).toBe(positions)
        if (audioTokenCount(nFrames, { pool }) !== tokens) expect.fail(`${nFrames} frames: expected ${tokens} tokens`)
      }
    },
  )

  it('equals the formulas as published at every length from 1 to 3,000', () => {
    for (let nFrames = 1; nFrames <= 3000; nFrames++) {
      const l1 = Math.floor((nFrames - 1) / 2) + 1
      expect(audioTokenCount(nFrames, { pool: 2 })).toBe(Math.floor((l1 - 2) / 2) + 1)
    }
  })

  it('a clip shorter than one pool has no token, and neither has an empty one', () => {
    expect([0, 1, 2, 3].map((nFrames) => audioTokenCount(nFrames, { pool: 2 }))).toEqual([0, 0, 0, 1])
  })

  it.each([-1, 2.5, Number.NaN])('refuses %d frames', (nFrames) => {
    expect(() => audioTokenCount(nFrames, { pool: 2 })).toThrow(RangeError)
  })

  it('refuses a pool below one', () => {
    expect(() => audioTokenCount(100, { pool: 0 })).toThrow('pool is 0')
  })
})
