import { readFile } from 'node:fs/promises'
import { FLACDecoder } from '@wasm-audio-decoders/flac'
import wavefile from 'wavefile'
import { AudioError } from './error.ts'
import { resample } from './resample.ts'
import type { AudioSource, DecodedAudio, Waveform } from './types.ts'

const { WaveFile } = wavefile

/**
 * Returns every channel of an audio file at its own rate. The kind is read from the first bytes, never from the name.
 * Throws AudioError when the source cannot be read or holds no sound that can be decoded.
 */
export async function decodeAudio(source: AudioSource): Promise<DecodedAudio> {
  const name = typeof source === 'string' ? source : source instanceof URL ? source.href : 'audio bytes'
  const bytes = source instanceof Uint8Array ? source : new Uint8Array(await readFile(source))
  const magic = new TextDecoder('latin1').decode(bytes.subarray(0, 4))
  if (magic === 'RIFF') return decodeWav(bytes)
  if (magic === 'fLaC') return await decodeFlac(bytes)
  throw new AudioError(`${name}: neither WAV nor FLAC.`)
}

/**
 * Returns a file as one channel (the mean of its channels) at `sampleRate` (Hz; 16000 by default, what the models hear).
 * Throws AudioError as `decodeAudio` does.
 *
 * @example
 * const { samples } = await loadAudio('question.mp3')
 */
export async function loadAudio(source: AudioSource, options: { sampleRate?: number } = {}): Promise<Waveform> {
  const { sampleRate = 16_000 } = options
  const decoded = await decodeAudio(source)
  const samples = await resample(mixDown(decoded.channels), decoded.sampleRate, sampleRate)
  return { samples, sampleRate }
}

function mixDown(channels: Float32Array[]): Float32Array {
  const [first, ...rest] = channels
  const mixed = first!.slice()
  for (const channel of rest) for (let i = 0; i < mixed.length; i++) mixed[i]! += channel[i]!
  if (rest.length > 0) for (let i = 0; i < mixed.length; i++) mixed[i]! /= channels.length
  return mixed
}

function decodeWav(bytes: Uint8Array): DecodedAudio {
  const wav = new WaveFile(bytes)
  const { sampleRate } = wav.fmt as { sampleRate: number }
  wav.toBitDepth('32f')
  const samples = wav.getSamples(false, Float32Array) as unknown as Float32Array | Float32Array[]
  return { channels: Array.isArray(samples) ? samples : [samples], sampleRate, format: 'wav' }
}

async function decodeFlac(bytes: Uint8Array): Promise<DecodedAudio> {
  const decoder = new FLACDecoder()
  await decoder.ready
  const { channelData, sampleRate } = await decoder.decodeFile(bytes)
  decoder.free()
  return { channels: channelData, sampleRate, format: 'flac' }
}
