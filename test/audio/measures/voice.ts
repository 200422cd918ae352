import ESpeakNG from 'espeak-ng'
import { decodeAudio, type Waveform } from '../../../audio/index.ts'

/** What is spoken here has known words; espeak-ng's own sounds are its only truth. */
export interface Spoken {
  /** Words a minute, as espeak-ng counts. Default 150. */
  readonly rate?: number
  /** Of 0 to 99; 50 is about 105 Hz in the default voice. */
  readonly pitch?: number
}

const said = new Map<string, Promise<Waveform>>()

/** A sentence spoken by espeak-ng at 22.05 kHz, without the silence around it. */
export function speak(text: string, { rate = 150, pitch = 50 }: Spoken = {}): Promise<Waveform> {
  const key = `${rate} ${pitch} ${text}`
  const spoken = said.get(key) ?? synthesise(['-s', `${rate}`, '-p', `${pitch}`, text])
  said.set(key, spoken)
  return spoken
}

async function synthesise(words: readonly string[]): Promise<Waveform> {
  const program = await ESpeakNG({ arguments: ['-w', 'out.wav', '-v', 'en-us', ...words] })
  const { channels, sampleRate } = await decodeAudio(program.FS.readFile('out.wav'))
  const samples = channels[0]!
  const loud = (x: number) => Math.abs(x) > 0.01
  return { samples: samples.slice(samples.findIndex(loud), samples.findLastIndex(loud) + 1), sampleRate }
}

/** Clips one after the other; a number is that many seconds of silence. */
export function inARow(sampleRate: number, parts: readonly (Float32Array | number)[]): Float32Array {
  const clips = parts.map((part) => (typeof part === 'number' ? new Float32Array(Math.round(part * sampleRate)) : part))
  const whole = new Float32Array(clips.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const clip of clips) {
    whole.set(clip, at)
    at += clip.length
  }
  return whole
}
