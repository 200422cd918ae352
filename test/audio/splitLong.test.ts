import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AudioError, splitLong } from '../../audio/index.ts'
import { noise } from './sounds.ts'

test('chunks, joined, are the clip, and none is longer than allowed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 60 }), (length, longest) => {
      const waveform = { samples: noise(length, 1), sampleRate: 10 }
      const { clips, wasLong, secondsLost } = splitLong(waveform, { overLength: 'chunks', maxSeconds: longest / 10 })
      expect(clips.flatMap(({ samples }) => [...samples])).toEqual([...waveform.samples])
      expect(clips.every(({ samples }) => samples.length <= longest)).toBe(true)
      expect([wasLong, secondsLost]).toEqual([length > longest, 0])
    }),
  )
})

test('cut keeps the start and says how much was lost', () => {
  const waveform = { samples: noise(750, 1), sampleRate: 10 }
  const { clips, wasLong, secondsLost } = splitLong(waveform, { overLength: 'cut' })
  expect(clips).toEqual([{ samples: waveform.samples.slice(0, 300), sampleRate: 10 }])
  expect([wasLong, secondsLost]).toEqual([true, 45])
})

test('refuse throws for a clip of one sample more than 30 s, and passes one that fits', () => {
  const long = { samples: noise(301, 1), sampleRate: 10 }
  expect(() => splitLong(long, { overLength: 'refuse' })).toThrow(AudioError)
  expect(() => splitLong(long, { overLength: 'refuse' })).toThrow(/lasts 30\.10 s, allowed 30/)
  const fits = { samples: noise(300, 1), sampleRate: 10 }
  expect(splitLong(fits, { overLength: 'refuse' })).toEqual({ clips: [fits], wasLong: false, secondsLost: 0 })
})

test('a broken option is refused', () => {
  const waveform = { samples: noise(10, 1), sampleRate: 10 }
  expect(() => splitLong(waveform, { overLength: 'drop' as 'cut' })).toThrow(/"refuse", "cut" or "chunks"/)
  expect(() => splitLong(waveform, { overLength: 'cut', maxSeconds: 0 })).toThrow(/maxSeconds is 0/)
})
