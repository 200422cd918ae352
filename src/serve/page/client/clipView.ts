/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// A recording in the page: its waveform, its mel picture, a cursor over both, and stretches that are pointed at.
import WaveSurfer from 'wavesurfer.js'
import RegionsPlugin from 'wavesurfer.js/plugins/regions'
import type { Sound, Span } from './conversation.ts'
import { drawMel } from './mel.ts'
import { colourOf, make } from './wire.ts'

export interface ClipView {
  /** Marks stretches of time, in seconds; none to mark nothing. */
  point(times: readonly Span[]): void
  remove(): void
}

/** Puts a recording's view into `parent`; `onRemove` adds a button that takes it away. */
export function showClip(
  sound: Pick<Sound, 'name' | 'blob'>,
  parent: HTMLElement,
  { onRemove, mel = true }: { onRemove?: () => void; mel?: boolean } = {},
): ClipView {
  const figure = make('figure', 'clip')
  const play = make('button', 'play')
  play.type = 'button'
  const length = make('span', 'length')
  const head = make('figcaption', 'head')
  head.append(play, make('span', 'name', sound.name), length)
  const wave = make('div', 'wave')
  const over = make('div', 'heard')
  over.append(wave)
  figure.append(head, over)
  parent.append(figure)

  const url = URL.createObjectURL(sound.blob)
  const regions = RegionsPlugin.create()
  const surfer = WaveSurfer.create({
    container: wave,
    url,
    height: 48,
    normalize: true,
    waveColor: colourOf('--wave'),
    progressColor: colourOf('--accent'),
    cursorColor: colourOf('--ink'),
    cursorWidth: 1,
    barWidth: 2,
    barGap: 1,
    barRadius: 2,
    plugins: [regions],
  })
  const cursor = make('div', 'cursor')
  if (mel) {
    const picture = make('div', 'mel')
    const canvas = make('canvas')
    canvas.setAttribute('role', 'img')
    canvas.setAttribute('aria-label', `Mel picture of ${sound.name}: what the model hears`)
    picture.append(canvas, cursor)
    over.append(picture)
    void drawMel(sound.blob, canvas).catch(() => picture.remove())
  }
  const state = (isPlaying: boolean) => {
    play.textContent = isPlaying ? 'Pause' : 'Play'
    play.setAttribute('aria-label', `${isPlaying ? 'Pause' : 'Play'} ${sound.name}`)
  }
  const move = () => {
    cursor.style.left = `${(100 * surfer.getCurrentTime()) / Math.max(surfer.getDuration(), 1e-6)}%`
  }
  state(false)
  play.onclick = () => void surfer.playPause()
  surfer.on('play', () => state(true))
  surfer.on('pause', () => state(false))
  surfer.on('timeupdate', move)
  surfer.on('seeking', move)
  surfer.on('ready', (seconds) => {
    length.textContent = `${seconds.toFixed(1)} s`
  })
  surfer.on('error', () => {
    length.textContent = 'cannot be played here'
  })
  const view: ClipView = {
    point(times) {
      regions.clearRegions()
      for (const { start, end } of times) {
        regions.addRegion({ start, end, drag: false, resize: false, color: colourOf('--span') })
      }
    },
    remove() {
      surfer.destroy()
      URL.revokeObjectURL(url)
      figure.remove()
    },
  }
  if (onRemove) {
    const remove = make('button', 'quiet', 'Remove')
    remove.type = 'button'
    remove.setAttribute('aria-label', `Remove ${sound.name}`)
    remove.onclick = () => {
      view.remove()
      onRemove()
    }
    head.append(remove)
  }
  return view
}
