/** One channel of sound. Samples are nominally in [-1, 1]; louder ones are kept as they are. */
export interface Waveform {
  samples: Float32Array
  /** Hz */
  sampleRate: number
}

/** A recording as its file holds it: every channel at the file's own rate. */
export interface DecodedAudio {
  /** One array a channel, all of the same length, nominally in [-1, 1]. */
  channels: Float32Array[]
  /** Hz */
  sampleRate: number
  /** What the bytes were, whatever the name said: `wav`, `flac`, `mp3`, `ogg vorbis`, `ogg opus`, `m4a`, … */
  format: string
}

/** Mean of the channels: what a microphone between them would hear, and what Whisper's and Qwen-Audio's loaders do. */
export function mixToMono(channels: readonly Float32Array[]): Float32Array {
  const [first, ...others] = channels
  if (first === undefined) return new Float32Array()
  if (others.length === 0) return first
  const mono = Float32Array.from(first)
  for (const channel of others) for (let i = 0; i < mono.length; i++) mono[i]! += channel[i]!
  for (let i = 0; i < mono.length; i++) mono[i]! /= channels.length
  return mono
}
