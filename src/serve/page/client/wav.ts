/// <reference lib="dom" />
// A WAV from what the browser decodes.

const SAMPLE_RATE = 16_000 // Hz, what the models hear

/** Samples of any sound that the browser can read, mixed to one channel. @throws Error in words */
export async function decoded(file: Blob): Promise<Float32Array> {
  const context = new OfflineAudioContext(1, 1, SAMPLE_RATE)
  const sound = await context.decodeAudioData(await file.arrayBuffer()).catch(() => {
    throw new Error('This file holds no sound that the browser can read.')
  })
  const channels = Array.from({ length: sound.numberOfChannels }, (_, i) => sound.getChannelData(i))
  return Float32Array.from(
    { length: sound.length },
    (_, i) => channels.reduce((sum, channel) => sum + channel[i]!, 0) / channels.length,
  )
}

/** 16 bits a sample, one channel, 16 kHz. */
export function wavOf(samples: Float32Array): Blob {
  const view = new DataView(new ArrayBuffer(44 + 2 * samples.length))
  const word = (place: number, text: string) => {
    for (let i = 0; i < text.length; i++) view.setUint8(place + i, text.charCodeAt(i))
  }
  word(0, 'RIFF')
  view.setUint32(4, 36 + 2 * samples.length, true)
  word(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true) // whole numbers
  view.setUint16(22, 1, true) // one channel
  view.setUint32(24, SAMPLE_RATE, true)
  view.setUint32(28, 2 * SAMPLE_RATE, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  word(36, 'data')
  view.setUint32(40, 2 * samples.length, true)
  for (const [i, value] of samples.entries()) {
    view.setInt16(44 + 2 * i, Math.round(Math.max(-1, Math.min(1, value)) * 32_767), true)
  }
  return new Blob([view], { type: 'audio/wav' })
}

/** The first seconds of a sound. */
export const firstSeconds = (samples: Float32Array, seconds: number): Float32Array =>
  samples.subarray(0, Math.floor(seconds * SAMPLE_RATE))

export const secondsOf = (samples: Float32Array): number => samples.length / SAMPLE_RATE
