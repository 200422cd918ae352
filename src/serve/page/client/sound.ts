/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// A recording in the page: its waveform, its mel picture, and a cursor over both.
import WaveSurfer from 'wavesurfer.js'
import { ask, make } from './wire.ts'

export interface Sound {
  readonly name: string
  /** Base64 of the file, and its format, as the API takes them. */
  readonly data: string
  readonly format: string
  readonly blob: Blob
}

const READ_BY_SERVER = ['wav', 'flac', 'mp3', 'ogg', 'aiff']
const SAMPLE_RATE = 16_000 // Hz, what the models hear

/** A file as the server reads it: what it cannot decode by itself becomes a WAV here, by the browser's own decoder. */
export async function soundOf(file: Blob, name: string): Promise<Sound> {
  const ending = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
  const keeps = READ_BY_SERVER.includes(ending)
  const blob = keeps ? file : await asWav(file)
  return { name, blob, format: keeps ? ending : 'wav', data: await base64(blob) }
}

async function asWav(file: Blob): Promise<Blob> {
  const context = new OfflineAudioContext(1, 1, SAMPLE_RATE)
  const decoded = await context.decodeAudioData(await file.arrayBuffer()).catch(() => {
    throw new Error('this file holds no sound that the browser can read')
  })
  const channels = Array.from({ length: decoded.numberOfChannels }, (_, i) => decoded.getChannelData(i))
  const view = new DataView(new ArrayBuffer(44 + 2 * decoded.length))
  const word = (place: number, text: string) => {
    for (let i = 0; i < text.length; i++) view.setUint8(place + i, text.charCodeAt(i))
  }
  word(0, 'RIFF')
  view.setUint32(4, 36 + 2 * decoded.length, true)
  word(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true) // whole numbers
  view.setUint16(22, 1, true) // one channel
  view.setUint32(24, SAMPLE_RATE, true)
  view.setUint32(28, 2 * SAMPLE_RATE, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  word(36, 'data')
  view.setUint32(40, 2 * decoded.length, true)
  for (let i = 0; i < decoded.length; i++) {
    const mean = channels.reduce((sum, channel) => sum + channel[i]!, 0) / channels.length
    view.setInt16(44 + 2 * i, Math.round(Math.max(-1, Math.min(1, mean)) * 32_767), true)
  }
  return new Blob([view], { type: 'audio/wav' })
}

const base64 = (blob: Blob): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ''))
    reader.onerror = () => reject(new Error('the file cannot be read'))
    reader.readAsDataURL(blob)
  })

const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

/** Puts a recording's view into `parent`; `onRemove` adds a button that takes it away. */
export function showSound(sound: Sound, parent: HTMLElement, onRemove?: () => void): void {
  const figure = make('figure', 'clip')
  const head = make('div', 'head')
  const play = make('button', '', 'Play')
  play.type = 'button'
  play.setAttribute('aria-label', `Play ${sound.name}`)
  head.append(play, make('span', 'name', sound.name))
  const length = make('span', 'length')
  head.append(length)
  const wave = make('div', 'wave')
  const mel = make('div', 'mel')
  const canvas = make('canvas')
  canvas.setAttribute('role', 'img')
  canvas.setAttribute('aria-label', 'Mel picture: what the model hears')
  const cursor = make('div', 'cursor')
  mel.append(canvas, cursor)
  figure.append(head, wave, mel)
  parent.append(figure)
  const url = URL.createObjectURL(sound.blob)
  const surfer = WaveSurfer.create({
    container: wave,
    url,
    height: 52,
    waveColor: colour('--wave'),
    progressColor: colour('--accent'),
    cursorColor: colour('--ink'),
    barWidth: 2,
    barGap: 1,
    barRadius: 2,
  })
  const move = () => {
    cursor.style.left = `${(100 * surfer.getCurrentTime()) / Math.max(surfer.getDuration(), 1e-6)}%`
  }
  play.onclick = () => void surfer.playPause()
  surfer.on('play', () => {
    play.textContent = 'Pause'
  })
  surfer.on('pause', () => {
    play.textContent = 'Play'
  })
  surfer.on('timeupdate', move)
  surfer.on('seeking', move)
  surfer.on('ready', (seconds) => {
    length.textContent = `${seconds.toFixed(1)} s`
  })
  surfer.on('error', () => {
    length.textContent = 'cannot be played here'
  })
  void drawMel(sound.blob, canvas).catch(() => mel.remove())
  if (onRemove) {
    const remove = make('button', '', 'Remove')
    remove.type = 'button'
    remove.setAttribute('aria-label', `Remove ${sound.name}`)
    remove.onclick = () => {
      surfer.destroy()
      URL.revokeObjectURL(url)
      figure.remove()
      onRemove()
    }
    head.append(remove)
  }
}

async function drawMel(blob: Blob, canvas: HTMLCanvasElement): Promise<void> {
  const picture = (await (await ask('/api/mel', blob)).json()) as { nMels: number; nFrames: number; data: string }
  const { nMels, nFrames } = picture
  const values = Uint8Array.from(atob(picture.data), (character) => character.charCodeAt(0))
  canvas.width = nFrames
  canvas.height = nMels
  const image = new ImageData(nFrames, nMels)
  for (let band = 0; band < nMels; band++) {
    for (let frame = 0; frame < nFrames; frame++) {
      const place = 4 * ((nMels - 1 - band) * nFrames + frame)
      image.data.set([...ember(values[band * nFrames + frame]! / 255), 255], place)
    }
  }
  canvas.getContext('2d')!.putImageData(image, 0, 0)
}

/** From black over violet and orange to pale yellow, as spectrograms are wont to be. */
const STOPS = [
  [0, 0, 4],
  [87, 16, 110],
  [188, 55, 84],
  [249, 142, 9],
  [252, 255, 164],
] as const
function ember(value: number): [number, number, number] {
  const place = Math.min(value, 0.9999) * (STOPS.length - 1)
  const [from, to] = [STOPS[Math.floor(place)]!, STOPS[Math.floor(place) + 1]!]
  const share = place % 1
  return [0, 1, 2].map((i) => from[i]! + share * (to[i]! - from[i]!)) as [number, number, number]
}

/** Records from the microphone until the function that comes back is called, which gives the recording. */
export async function record(): Promise<() => Promise<Blob>> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
  const recorder = new MediaRecorder(stream)
  const parts: Blob[] = []
  recorder.ondataavailable = ({ data }) => parts.push(data)
  recorder.start()
  return () =>
    new Promise((resolve) => {
      recorder.onstop = () => {
        for (const track of stream.getTracks()) track.stop()
        resolve(new Blob(parts, { type: recorder.mimeType }))
      }
      recorder.stop()
    })
}
