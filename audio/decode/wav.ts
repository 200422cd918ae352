import wavefile from 'wavefile'
import { AudioError } from '../audioError.ts'
import type { DecodedAudio } from '../waveform.ts'

export async function decodeWav(bytes: Uint8Array, name: string): Promise<DecodedAudio> {
  const file = new wavefile.WaveFile()
  try {
    file.fromBuffer(bytes)
  } catch (error) {
    throw new AudioError(`${name}: not a readable WAV file (${(error as Error).message}).`)
  }
  const { numChannels, sampleRate } = file.fmt as { numChannels: number; sampleRate: number }
  const samples = file.getSamples(false, Float64Array) as unknown as Float64Array | Float64Array[]
  const planes = Array.isArray(samples) ? samples : [samples]
  const bits = file.bitDepth
  const scale = bits === '32f' || bits === '64' ? 1 : 2 ** (Number(bits) - 1)
  const offset = bits === '8' ? 128 : 0
  return {
    channels: planes.slice(0, numChannels).map((plane) => Float32Array.from(plane, (x) => (x - offset) / scale)),
    sampleRate,
    format: 'wav',
  }
}
