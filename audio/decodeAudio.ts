import { readFile } from 'node:fs/promises'
import { AudioError } from './audioError.ts'
import { decodeFlac } from './decode/flac.ts'
import { decodeWav } from './decode/wav.ts'
import { resample } from './resample.ts'
import { type DecodedAudio, mixToMono, type Waveform } from './waveform.ts'

export type AudioSource = string | Uint8Array | URL

export async function decodeAudio(source: AudioSource): Promise<DecodedAudio> {
  const name = source instanceof Uint8Array ? 'audio bytes' : String(source)
  const bytes = source instanceof Uint8Array ? source : await readFile(source)
  const magic = String.fromCharCode(...bytes.subarray(0, 4))
  if (magic === 'fLaC') return decodeFlac(bytes, name)
  if (magic === 'RIFF') return decodeWav(bytes, name)
  throw new AudioError(`${name}: not a sound file.`)
}

export async function loadAudio(source: AudioSource, options: { sampleRate?: number } = {}): Promise<Waveform> {
  const { channels, sampleRate } = await decodeAudio(source)
  const toRate = options.sampleRate ?? 16_000
  return { samples: await resample(mixToMono(channels), sampleRate, toRate), sampleRate: toRate }
}
