/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// Runs in the page. Draws the mel pictures and moves the playhead; the sound itself is a plain audio element.

interface Mel {
  nMels: number
  nColumns: number
  base64: string
}

const dataElement = document.getElementById('mel-data')
const mels: Record<string, Mel> = dataElement ? JSON.parse(dataElement.textContent ?? '{}') : {}

// Anchors of the magma map (matplotlib), evenly spaced: dark where it is quiet, light where it is loud.
const MAGMA = [
  [0, 0, 4],
  [28, 16, 68],
  [79, 18, 123],
  [129, 37, 129],
  [181, 54, 122],
  [229, 80, 100],
  [251, 135, 97],
  [254, 194, 135],
  [252, 253, 191],
] as const

function magma(level: number): [number, number, number] {
  const at = (level / 255) * (MAGMA.length - 1)
  const from = MAGMA[Math.floor(at)] ?? MAGMA[0]
  const to = MAGMA[Math.ceil(at)] ?? from
  const mix = (c: 0 | 1 | 2) => Math.round(from[c] + (to[c] - from[c]) * (at % 1))
  return [mix(0), mix(1), mix(2)]
}

function drawMel(canvas: HTMLCanvasElement, mel: Mel): void {
  const context = canvas.getContext('2d')
  if (!context || mel.nColumns === 0) return
  const levels = Uint8Array.from(atob(mel.base64), (c) => c.charCodeAt(0))
  const image = context.createImageData(mel.nColumns, mel.nMels)
  for (let band = 0; band < mel.nMels; band++) {
    for (let column = 0; column < mel.nColumns; column++) {
      const [r, g, b] = magma(levels[band * mel.nColumns + column] ?? 0)
      image.data.set([r, g, b, 255], ((mel.nMels - 1 - band) * mel.nColumns + column) * 4) // lowest band at the bottom
    }
  }
  context.putImageData(image, 0, 0)
}

for (const figure of document.querySelectorAll<HTMLElement>('figure.clip')) {
  const canvas = figure.querySelector('canvas')
  const mel = mels[figure.dataset.clip ?? '']
  if (canvas && mel) drawMel(canvas, mel)

  const audio = figure.querySelector('audio')
  const pictures = figure.querySelector<HTMLElement>('.pictures')
  const playhead = figure.querySelector<HTMLElement>('.playhead')
  if (!audio || !pictures || !playhead) continue
  const first = document.getElementById(audio.dataset.sameAs ?? '')
  if (first instanceof HTMLAudioElement) {
    audio.preload = 'metadata'
    audio.src = first.src
  }

  const move = () => {
    playhead.style.left = `${(audio.currentTime / audio.duration || 0) * 100}%`
    playhead.style.opacity = audio.currentTime > 0 ? '1' : '0'
    if (!audio.paused) requestAnimationFrame(move)
  }
  for (const event of ['play', 'seeked', 'pause', 'ended']) audio.addEventListener(event, move)
  audio.addEventListener('play', () => {
    for (const other of document.querySelectorAll('audio')) if (other !== audio) other.pause()
  })
  // A shortcut for the mouse; the keyboard has the audio element's own slider.
  pictures.addEventListener('click', (event) => {
    const box = pictures.getBoundingClientRect()
    if (Number.isFinite(audio.duration)) audio.currentTime = ((event.clientX - box.left) / box.width) * audio.duration
  })
}
