import path from 'node:path'
import type { Clip, Clips } from '../clips.ts'
import { number } from '../format.ts'
import { type Html, html, jsonScript, trusted } from './html.ts'

/** Draws clips; one that comes again shares the sound of the first, so that the page holds it once. */
export interface ClipViews {
  show(sources: readonly string[]): Html
  /** The mel pictures of the clips shown, for the page's own code. */
  data(): Html
}

export function clipViews(clips: Clips): ClipViews {
  const ids = new Map<string, string>()
  const view = (source: string): Html => {
    const clip = clips.get(source)
    if (!clip) return html`<p class="missing">${nameOf(source)}: not in this page.</p>`
    if ('why' in clip) return html`<p class="missing">${nameOf(source)}: ${clip.why}.</p>`
    const known = ids.get(source)
    const id = known ?? `clip-${ids.size + 1}`
    ids.set(source, id)
    return figure(clip, id, known === undefined)
  }
  return {
    show: (sources) => html`${sources.map(view)}`,
    data: () =>
      jsonScript(
        'mel-data',
        Object.fromEntries(Array.from(ids, ([source, id]) => [id, (clips.get(source) as Clip).mel])),
      ),
  }
}

function figure(clip: Clip, id: string, first: boolean): Html {
  const name = nameOf(clip.source)
  const cut = clip.shownSeconds < clip.durationSeconds - 0.01
  const length = cut
    ? `first ${number(clip.shownSeconds, 1)} s of ${number(clip.durationSeconds, 1)} s`
    : `${number(clip.durationSeconds, 1)} s`
  return html`
<figure class="clip" data-clip="${id}">
  <div class="pictures">
    ${waveform(clip, name, id, first)}
    <canvas class="mel" width="${clip.mel.nColumns}" height="${clip.mel.nMels}" role="img" aria-label="Mel spectrogram of ${name}, ${clip.mel.nMels} bands, low sounds at the bottom"></canvas>
    <span class="playhead" aria-hidden="true"></span>
  </div>
  ${
    first
      ? html`<audio id="${id}" controls preload="metadata" src="${clip.wavUrl}" aria-label="${name}"></audio>`
      : html`<audio data-same-as="${id}" controls preload="none" aria-label="${name}"></audio>`
  }
  <figcaption><span dir="auto">${name}</span>, ${length}</figcaption>
</figure>`
}

// The outline is written once; a clip that comes again points at it.
function waveform(clip: Clip, name: string, id: string, first: boolean): Html {
  const { peaks } = clip
  const loudest = Math.max(0.01, ...peaks.map(({ low, high }) => Math.max(-low, high)))
  const y = (value: number) => (50 - (value / loudest) * 48).toFixed(1)
  const upper = peaks.map(({ high }, i) => `${i},${y(high)}`)
  const lower = peaks.map(({ low }, i) => `${i},${y(low)}`).reverse()
  const label = `Waveform of ${name}, peak ${number(loudest, 2)} of full scale`
  return html`<svg class="waveform" viewBox="0 0 ${Math.max(1, peaks.length - 1)} 100" preserveAspectRatio="none" role="img" aria-label="${label}">${
    first
      ? html`<polygon id="${id}-outline" points="${trusted([...upper, ...lower].join(' '))}"/>`
      : html`<use href="#${id}-outline"/>`
  }</svg>`
}

function nameOf(source: string): string {
  return source.startsWith('data:') ? 'a clip given in the data' : path.basename(source)
}
