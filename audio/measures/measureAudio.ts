import { closest, distance } from 'fastest-levenshtein'
import { AudioError } from '../error.ts'
import { firstNotFinite } from '../finite.ts'
import type { DecodedAudio } from '../types.ts'
import { soundOf, type Words } from './analysis/sound.ts'
import { measures } from './list.ts'
import type { Measure, Measured } from './measure.ts'

/** Names of all measures, in the order of docs/measures.md. */
export const measureNames: readonly string[] = measures.map(({ name }) => name)

export interface MeasureOptions extends Words {
  /** Which to take; all by default. One that is not asked for costs nothing. */
  readonly names?: readonly string[]
}

/**
 * Resolves to what the measures find in a recording, by name. One that cannot be taken (no speech, too short, no
 * transcript) has `value: null` and says why; it is never 0 in its place.
 *
 * @throws AudioError for a name that is no measure, and for a recording that is empty or holds NaN or infinite samples
 * @example
 * const { loudness, 'leading-silence': latency } = await measureAudio(await decodeAudio('answer.wav'))
 * // loudness: { value: -19.4, unit: 'LUFS' }
 * // latency: { value: null, unit: 's', reason: 'nobody speaks' }
 */
export async function measureAudio(
  recording: Omit<DecodedAudio, 'format'>,
  options: MeasureOptions = {},
): Promise<Record<string, Measured>> {
  const { names = measureNames, ...words } = options
  const asked = names.map((name) => {
    const found = measures.find((measure) => measure.name === name)
    if (!found) throw new AudioError(`measure "${name}": there is none. ${suggestion(name)}`)
    return found
  })
  check(recording)
  const sound = soundOf(recording, words)
  const taken: Record<string, Measured> = {}
  for (const measure of asked) taken[measure.name] = await take(measure, sound)
  return taken
}

function suggestion(name: string): string {
  const near = closest(name, measureNames)
  const isSlip = distance(name, near) <= Math.max(1, Math.floor(near.length / 3))
  return isSlip ? `Did you mean "${near}"?` : `Known: ${measureNames.join(', ')}.`
}

async function take({ unit, needs, take }: Measure, sound: ReturnType<typeof soundOf>): Promise<Measured> {
  const lacking = needs.filter((need) => sound[need] === undefined)
  if (lacking.length > 0)
    return { value: null, unit, reason: `it takes a ${lacking.join(' and a ')}, and there is none` }
  const found = await take(sound)
  if (typeof found !== 'number') return { value: null, unit, reason: found.unknown }
  if (!Number.isFinite(found)) return { value: null, unit, reason: `the computation gave ${found}` }
  return { value: found, unit }
}

function check({ channels, sampleRate }: Omit<DecodedAudio, 'format'>): void {
  if (!(channels[0] && channels[0].length > 0)) {
    throw new AudioError('measures: the recording has no samples. At least one is needed.')
  }
  if (!(Number.isFinite(sampleRate) && sampleRate > 0)) {
    throw new AudioError(`measures: a rate of ${sampleRate} Hz. Rates are positive numbers of samples a second.`)
  }
  for (const [c, channel] of channels.entries()) {
    if (channel.length !== channels[0].length) {
      throw new AudioError(
        `measures: channel ${c} has ${channel.length} samples, channel 0 has ${channels[0].length}. They must be equal.`,
      )
    }
    const at = firstNotFinite(channel)
    if (at >= 0) {
      throw new AudioError(`measures: sample ${at} of channel ${c} is ${channel[at]}. Every sample must be finite.`)
    }
  }
}
