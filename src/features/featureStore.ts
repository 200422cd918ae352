import { AudioError, loadAudio, logMel } from '../../audio/index.ts'
import type { AudioFeatures } from '../../models/index.ts'

/** What happens to a clip that is longer than the encoder hears. */
export type OverLength = 'refuse' | 'cut'

export interface FeatureStoreOptions {
  readonly nMels: 80 | 128
  /** Longest clip the model hears, in seconds. */
  readonly maxSeconds: number
  readonly overLength: OverLength
  /** Told of every clip that is cut, once. */
  readonly onCut?: (path: string, durationSeconds: number) => void
  /** Features kept in memory, in bytes; the least recently used go first. */
  readonly capacity?: number
}

/** Features kept unless told otherwise, in bytes. */
export const FEATURE_BYTES = 1e9

/** Log-mels of clips by path, each computed once and kept while there is room. */
export interface FeatureStore {
  get(path: string): Promise<AudioFeatures>
  /** Different clips that were cut to `maxSeconds`. */
  readonly nCut: number
}

const SAMPLE_RATE = 16_000 // Hz, what Whisper's front end reads
const FRAMES_PER_SECOND = 100

export function featureStore(options: FeatureStoreOptions): FeatureStore {
  const { nMels, maxSeconds, overLength, onCut, capacity = FEATURE_BYTES } = options
  const kept = new Map<string, { promise: Promise<AudioFeatures>; bytes: number }>()
  let total = 0
  const cut = new Set<string>()

  const load = async (path: string): Promise<AudioFeatures> => {
    const { samples } = await loadAudio(path, { sampleRate: SAMPLE_RATE })
    const limit = Math.round(maxSeconds * SAMPLE_RATE)
    if (samples.length <= limit) return logMel(samples, { nMels })
    if (overLength === 'refuse') {
      throw new AudioError(
        `${path}: ${(samples.length / SAMPLE_RATE).toFixed(1)} s of audio, the model hears at most ${maxSeconds} s. ` +
          'Cut the clip, or set over_length: cut.',
      )
    }
    if (!cut.has(path)) onCut?.(path, samples.length / SAMPLE_RATE)
    cut.add(path)
    return logMel(samples.subarray(0, limit), { nMels })
  }
  const makeRoom = (bytes: number) => {
    for (const [path, entry] of kept) {
      if (total + bytes <= capacity) return
      kept.delete(path)
      total -= entry.bytes
    }
  }
  return {
    get nCut() {
      return cut.size
    },
    get(path) {
      const known = kept.get(path)
      if (known) {
        kept.delete(path)
        kept.set(path, known)
        return known.promise
      }
      const bytes = maxSeconds * FRAMES_PER_SECOND * nMels * 4
      makeRoom(bytes)
      const promise = load(path)
      promise.catch(() => {
        if (kept.delete(path)) total -= bytes
      })
      kept.set(path, { promise, bytes })
      total += bytes
      return promise
    },
  }
}
