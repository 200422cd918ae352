/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// The mel picture: the numbers that a model hears, drawn as a spectrogram.
import { ask } from './wire.ts'

/** From black over violet and orange to pale yellow, as spectrograms are wont to be. */
const STOPS = [
  [0, 0, 4],
  [87, 16, 110],
  [188, 55, 84],
  [249, 142, 9],
  [252, 255, 164],
] as const

const COLOURS = Array.from({ length: 256 }, (_, value) => {
  const place = Math.min(value / 255, 0.9999) * (STOPS.length - 1)
  const [from, to] = [STOPS[Math.floor(place)]!, STOPS[Math.floor(place) + 1]!]
  return [0, 1, 2].map((i) => from[i]! + (place % 1) * (to[i]! - from[i]!))
})

export async function drawMel(blob: Blob, canvas: HTMLCanvasElement): Promise<void> {
  const picture = (await (await ask('/api/mel', blob)).json()) as { nMels: number; nFrames: number; data: string }
  const { nMels, nFrames } = picture
  const values = Uint8Array.from(atob(picture.data), (character) => character.charCodeAt(0))
  canvas.width = nFrames
  canvas.height = nMels
  const image = new ImageData(nFrames, nMels)
  for (let band = 0; band < nMels; band++) {
    for (let frame = 0; frame < nFrames; frame++) {
      const place = 4 * ((nMels - 1 - band) * nFrames + frame) // the lowest band at the foot
      image.data.set([...COLOURS[values[band * nFrames + frame]!]!, 255], place)
    }
  }
  canvas.getContext('2d')!.putImageData(image, 0, 0)
}
