import type { Sound } from './sound.ts'

const FEWEST = 10 // frames of 10 ms

/** Resolves to the pitches in Hz of the voiced frames within speech, sorted; null for fewer than ten. */
export async function spokenPitch(sound: Sound): Promise<number[] | null> {
  const speech = await sound.speech()
  const pitch = await sound.pitch()
  const voiced = pitch.flatMap(({ time, hertz }) =>
    hertz !== null && speech.some(({ from, to }) => time >= from && time <= to) ? [hertz] : [],
  )
  return voiced.length < FEWEST ? null : voiced.sort((a, b) => a - b)
}

/** Of sorted numbers, with a line between neighbours. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1)
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!]
  return low + (high - low) * (at - Math.floor(at))
}
