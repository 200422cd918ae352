import { createHash } from 'node:crypto'
import { loadAudio, logMel } from '../../audio/index.ts'
import type { AudioFeatures } from '../../models/index.ts'
import { soundOf } from './chatRequest.ts'
import { ApiError } from './errors.ts'

const SAMPLE_RATE = 16_000 // Hz, what the encoders read
const KEPT_CLIPS = 32 // a conversation sends its clips again with every turn

/**
 * Makes of data URLs what a model hears. Sounds are decoded one after another, so that many requests at once take the
 * memory of one; the newest are kept.
 *
 * @throws ApiError, AudioError
 */
export function hearing(nMels: 80 | 128, maxSeconds: number): (url: string) => Promise<AudioFeatures> {
  const kept = new Map<string, AudioFeatures>()
  let last: Promise<unknown> = Promise.resolve()

  const hear = async (url: string): Promise<AudioFeatures> => {
    const bytes = soundOf(url)
    const key = createHash('sha256').update(bytes).digest('hex')
    const known = kept.get(key)
    if (known) return known
    const { samples } = await loadAudio(bytes, { sampleRate: SAMPLE_RATE })
    const seconds = samples.length / SAMPLE_RATE
    if (seconds > maxSeconds) {
      const message = `a sound of ${seconds.toFixed(1)} s; the model hears at most ${maxSeconds} s. Cut it.`
      throw new ApiError(400, message, { param: 'messages' })
    }
    const features = await logMel(samples, { nMels })
    kept.set(key, features)
    if (kept.size > KEPT_CLIPS) kept.delete(kept.keys().next().value!)
    return features
  }
  return (url) => {
    const heard = last.then(() => hear(url))
    last = heard.catch(() => {})
    return heard
  }
}
