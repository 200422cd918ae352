import type { AudioEncoderConfig } from '../architectures/whisperEncoder.ts'
import { audioTokenCount } from '../audioTokens.ts'
import { compile } from '../graph/index.ts'
import type { AudioFeatures } from './batch.ts'
import { clipFeeds } from './feeds.ts'
import { encodedGraph } from './graphs.ts'
import type { Sampler } from './sampling.ts'

/** What an encoder that stays as it is makes of clips; each is heard once. */
export interface Hearing {
  /** Encoder outputs of each clip, [tokens, width], the projector not yet passed. Not to be written to. */
  of(clips: readonly AudioFeatures[]): Promise<readonly Float32Array[]>
  /** The encoder is another one from now on. */
  forget(): void
}

/** Bytes of encoder outputs that are kept: about an hour of Qwen2-Audio's, eleven of Whisper base's pooled by 4. */
const CAPACITY = 5e8

/**
 * Hears clips one at a time, so that what is kept of a clip depends on no other: a run that is resumed hears the same bits.
 * A clip is known by its features object; those that nobody holds any more (masked ones are made anew for every step) are
 * let go with it, and when `capacity` bytes have been kept, all are.
 */
export function hearing(sampler: Sampler, capacity = CAPACITY): Hearing {
  let kept = new WeakMap<AudioFeatures, Promise<Float32Array>>()
  let bytes = 0
  const forget = () => {
    kept = new WeakMap()
    bytes = 0
  }
  const hear = async (clip: AudioFeatures): Promise<Float32Array> => {
    const { engine, mapped } = sampler
    const { pool, hidden } = sampler.config.audio!
    const nTokens = audioTokenCount(clip.nFrames, { pool })
    if (nTokens === 0) return new Float32Array()
    const fed = clipFeeds([clip], sampler.config, steppedFrames(clip.nFrames, sampler.config.audio!))!
    const graph = `encoded:${fed.nFrames}`
    await engine.define(graph, () => compile(encodedGraph(fed.nFrames, sampler), mapped))
    const feeds = { log_mel: fed.logMel, n_positions: fed.nPositions }
    const { encoded } = await engine.run({ graph, feeds, fetch: ['encoded'] })
    return (encoded!.data as Float32Array).slice(0, nTokens * hidden)
  }
  return {
    forget,
    of: (clips) =>
      Promise.all(
        clips.map((clip) => {
          const known = kept.get(clip)
          if (known) return known
          const { pool, hidden } = sampler.config.audio!
          const size = 4 * hidden * audioTokenCount(clip.nFrames, { pool })
          if (bytes + size > capacity) forget()
          const heard = hear(clip)
          heard.catch(() => kept.delete(clip)) // thrown where it is asked for
          kept.set(clip, heard)
          bytes += size
          return heard
        }),
      ),
  }
}

/** Eight lengths an octave: at most an eighth is padding, and few graphs are compiled. */
function steppedFrames(nFrames: number, { pool }: AudioEncoderConfig): number {
  const step = Math.max(8 * pool, 2 ** Math.floor(Math.log2(nFrames)) / 8)
  return Math.ceil(nFrames / step) * step
}
