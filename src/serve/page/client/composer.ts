/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// What is about to be asked: recordings and a question.
import { type ClipView, showClip } from './clipView.ts'
import type { Sound } from './conversation.ts'
import { type Recording, record, soundOf } from './sound.ts'
import { ask, askJson, at, make } from './wire.ts'

export interface Composer {
  /** The recordings that wait, and the question; both are then gone. */
  take(): { sounds: readonly Sound[]; question: string }
  readonly nSounds: number
  readonly isEmpty: boolean
}

export interface ComposerOptions {
  /** Longest clip that the models hear, in seconds. */
  readonly maxSeconds: () => number
  readonly say: (text: string, isBad?: boolean) => void
  /** Told when a recording came or went. */
  readonly changed: () => void
}

export function composer({ maxSeconds, say, changed }: ComposerOptions): Composer {
  const question = at<HTMLTextAreaElement>('question')
  let waiting: { sound: Sound; view: ClipView }[] = []
  const failed = (error: unknown) => say((error as Error).message, true)

  const add = async (file: Blob, name: string): Promise<void> => {
    try {
      const limit = maxSeconds()
      const sound = await soundOf(file, name, limit)
      const view = showClip(sound, at('clips'), {
        onRemove: () => {
          waiting = waiting.filter((other) => other.sound !== sound)
          changed()
          question.focus()
        },
      })
      waiting.push({ sound, view })
      say(sound.isCut ? `Cut to its first ${limit} s: that is what the model hears.` : '')
      changed()
    } catch (error) {
      failed(error)
    }
  }

  takeFiles(add)
  takeMicrophone(add, say)
  void offerClips(add).catch(failed)

  return {
    get nSounds() {
      return waiting.length
    },
    get isEmpty() {
      return waiting.length === 0 && question.value.trim() === ''
    },
    take() {
      const taken = { sounds: waiting.map(({ sound }) => sound), question: question.value.trim() }
      for (const { view } of waiting) view.remove()
      waiting = []
      question.value = ''
      changed()
      return taken
    },
  }
}

type Add = (file: Blob, name: string) => Promise<void>

function takeFiles(add: Add): void {
  const input = at<HTMLInputElement>('file')
  input.onchange = async () => {
    for (const file of input.files ?? []) await add(file, file.name)
    input.value = ''
  }
  for (const name of ['dragover', 'dragleave', 'drop'] as const) {
    document.addEventListener(name, (event) => {
      event.preventDefault()
      document.body.classList.toggle('dropping', name === 'dragover')
      if (name === 'drop') for (const file of event.dataTransfer?.files ?? []) void add(file, file.name)
    })
  }
}

function takeMicrophone(add: Add, say: ComposerOptions['say']): void {
  const [button, text] = [at('record'), at('record-text')]
  let recording: Recording | null = null
  let began = 0
  let n = 0
  const tick = () => {
    if (!recording) return
    button.style.setProperty('--level', recording.level().toFixed(2))
    text.textContent = `Stop ${((performance.now() - began) / 1000).toFixed(0)} s`
    requestAnimationFrame(tick)
  }
  const show = () => {
    button.setAttribute('aria-pressed', String(recording !== null))
    if (!recording) text.textContent = 'Record'
  }
  button.onclick = async () => {
    try {
      if (recording) {
        const ended = recording
        recording = null
        await add(await ended.stop(), `recording ${++n}`)
      } else {
        recording = await record()
        began = performance.now()
        say('')
        tick()
      }
    } catch (error) {
      recording = null
      say(error instanceof DOMException ? 'The microphone cannot be used here.' : (error as Error).message, true)
    }
    show()
  }
}

/** Recordings that the server offers, for those who have none at hand. */
async function offerClips(add: Add): Promise<void> {
  const { clips } = await askJson<{ clips: string[] }>('/api/clips')
  const offered = at('offered')
  offered.hidden = clips.length === 0
  offered.append(
    ...clips.map((name) => {
      const button = make('button', 'link', name.replace(/\.\w+$/, ''))
      button.type = 'button'
      button.onclick = async () => add(await (await ask(`/api/clips/${encodeURIComponent(name)}`)).blob(), name)
      return button
    }),
  )
}
