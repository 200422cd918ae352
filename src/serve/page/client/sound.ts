/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// Recordings as the API takes them, from files and from the microphone.
import type { Sound } from './conversation.ts'
import { decoded, firstSeconds, secondsOf, wavOf } from './wav.ts'

const READ_BY_SERVER = ['wav', 'flac', 'mp3', 'ogg', 'aiff']

/**
 * A file as the server reads it: what it cannot decode by itself becomes a WAV here, by the browser's own decoder; so does
 * one that is longer than the model hears, cut to what it does.
 */
export async function soundOf(file: Blob, name: string, maxSeconds: number): Promise<Sound & { isCut: boolean }> {
  const ending = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
  const samples = await decoded(file)
  const isCut = secondsOf(samples) > maxSeconds
  const keeps = READ_BY_SERVER.includes(ending) && !isCut
  const heard = isCut ? firstSeconds(samples, maxSeconds) : samples
  const blob = keeps ? file : wavOf(heard)
  return { name, blob, format: keeps ? ending : 'wav', data: await base64(blob), seconds: secondsOf(heard), isCut }
}

const base64 = (blob: Blob): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ''))
    reader.onerror = () => reject(new Error('The file cannot be read.'))
    reader.readAsDataURL(blob)
  })

export interface Recording {
  /** How loud it is now, 0 to 1. */
  level(): number
  stop(): Promise<Blob>
}

/** Records from the microphone as it is: what a browser does for calls (gain, noise, echo) would change what is heard. */
export async function record(): Promise<Recording> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { autoGainControl: false, echoCancellation: false, noiseSuppression: false },
  })
  const recorder = new MediaRecorder(stream)
  const parts: Blob[] = []
  recorder.ondataavailable = ({ data }) => parts.push(data)
  const context = new AudioContext()
  const analyser = context.createAnalyser()
  context.createMediaStreamSource(stream).connect(analyser)
  const values = new Float32Array(analyser.fftSize)
  recorder.start()
  return {
    level() {
      analyser.getFloatTimeDomainData(values)
      return Math.min(1, Math.max(...values.map(Math.abs)))
    },
    stop: () =>
      new Promise((resolve) => {
        recorder.onstop = () => {
          for (const track of stream.getTracks()) track.stop()
          void context.close()
          resolve(new Blob(parts, { type: recorder.mimeType }))
        }
        recorder.stop()
      }),
  }
}
