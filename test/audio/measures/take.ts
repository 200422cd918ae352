import { type Measured, type MeasureOptions, measureAudio } from '../../../audio/index.ts'

/** One measure of one or more channels. */
export async function take(
  name: string,
  channels: Float32Array | readonly Float32Array[],
  sampleRate: number,
  words: Pick<MeasureOptions, 'transcript' | 'reference'> = {},
): Promise<Measured> {
  const list = channels instanceof Float32Array ? [channels] : [...channels]
  return (await measureAudio({ channels: list, sampleRate }, { names: [name], ...words }))[name]!
}

/** Its number; fails when it is unknown. */
export async function numberOf(...call: Parameters<typeof take>): Promise<number> {
  const { value, reason } = await take(...call)
  if (value === null) throw new Error(`${call[0]} is unknown: ${reason}`)
  return value
}

/** Samples of a sine whose amplitude is `level` dBFS. */
export function sine(hertz: number, level: number, seconds: number, sampleRate: number, phase = 0): Float32Array {
  const amplitude = 10 ** (level / 20)
  return Float32Array.from(
    { length: Math.round(seconds * sampleRate) },
    (_, i) => amplitude * Math.sin((2 * Math.PI * hertz * i) / sampleRate + phase),
  )
}
