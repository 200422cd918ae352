/** Uniform draws from [0, 1), as `Math.random` or a seeded generator gives them. */
export type Random = () => number

/** One channel of sound; nominal range [-1, 1]. */
export interface Waveform {
  samples: Float32Array
  /** Samples a second (Hz). */
  sampleRate: number
}

/** What a file holds, before mixing down and resampling. */
export interface DecodedAudio {
  /** One array a channel, all of one length; nominal range [-1, 1]. */
  channels: Float32Array[]
  /** Samples a second (Hz). */
  sampleRate: number
  /** What the bytes are, whatever the name says: `wav`, `flac`, `mp3`, `ogg vorbis`, `ogg opus`, `aiff`, `m4a`, … */
  format: string
}

/** A path, a `data:`, `file:`, `http:` or `https:` URL, or the bytes of an audio file. */
export type AudioSource = string | Uint8Array | URL
