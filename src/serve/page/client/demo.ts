/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// Runs in the demo page: a conversation with one model or two, and the rubric that judges it.
import { answerBox, type ShownAnswer } from './answerBox.ts'
import { type ClipView, showClip } from './clipView.ts'
import { composer } from './composer.ts'
import { dataLine, messagesFor, type Turn } from './conversation.ts'
import { type RubricPanel, rubricPanel } from './rubric.ts'
import { taskPicker } from './tasks.ts'
import { askJson, at, make, pieces } from './wire.ts'

interface About {
  readonly models: readonly { id: string; hears: boolean; knowsTags: boolean; maxSeconds: number }[]
  readonly rubrics: readonly string[]
  readonly languages: readonly string[]
}

const turns: Turn<ShownAnswer>[] = []
const clips: ClipView[] = []
const [model, beside] = [at<HTMLSelectElement>('model'), at<HTMLSelectElement>('beside')]
let about: About = { models: [], rubrics: [], languages: [] }
let asking: AbortController | null = null
let panel: RubricPanel | undefined

function say(text: string, isBad = false): void {
  at('status').textContent = text
  at('status').classList.toggle('bad', isBad)
}

const chosen = (): string[] => [model.value, ...(beside.value === '' ? [] : [beside.value])].filter(Boolean)
const waiting = composer({
  say,
  changed: () => {
    at('judge').hidden = waiting.nSounds === 0
  },
  maxSeconds: () => {
    const limits = about.models.filter(({ id, hears }) => hears && chosen().includes(id)).map((one) => one.maxSeconds)
    return Math.min(30, ...limits)
  },
})

/** The turn's view: what was asked on the right, the answers below. */
function showTurn({ question, sounds }: Pick<Turn, 'question' | 'sounds'>): HTMLElement {
  const view = make('section', 'turn')
  const answers = make('div', 'answers')
  if (question !== '' || sounds.length > 0) {
    const asked = make('div', 'asked')
    for (const sound of sounds) clips.push(showClip(sound, asked))
    if (question !== '') asked.append(make('p', '', question))
    view.append(asked)
  }
  view.append(answers)
  at('turns').append(view)
  at('begin-anew').hidden = at('export').hidden = false
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
  requestAnimationFrame(() => at('ask').scrollIntoView({ block: 'nearest', behavior: calm ? 'auto' : 'smooth' }))
  return answers
}

at<HTMLFormElement>('ask').onsubmit = async (event) => {
  event.preventDefault()
  if (asking) return asking.abort()
  if (waiting.isEmpty) return say('Give a recording or a question.', true)
  if (chosen().length === 0) return say('No model is served that could answer.', true)
  const names = chosen()
  const asked = waiting.take()
  const parent = showTurn(asked)
  const answers = names.map(
    (name): ShownAnswer => ({ model: name, box: answerBox(name, parent), text: '', scored: null }),
  )
  turns.push({ ...asked, answers })
  at('send').textContent = 'Stop'
  say('')
  asking = new AbortController()
  const { signal } = asking
  await Promise.all(answers.map((answer, column) => stream(answer, column, signal)))
  if (signal.aborted) say('Stopped.')
  asking = null
  at('send').textContent = 'Ask'
  await panel?.judge(answers.filter(({ text }) => text !== ''))
}

async function stream(answer: ShownAnswer, column: number, signal: AbortSignal): Promise<void> {
  const { box } = answer
  const began = performance.now()
  const took = () => (performance.now() - began) / 1000
  let first = 0
  const body = {
    model: answer.model,
    messages: messagesFor(turns, column),
    temperature: Number(at<HTMLInputElement>('temperature').value) || 0,
  }
  try {
    for await (const piece of pieces(body, signal, ({ completion_tokens: n }) => {
      box.note(`${n} tokens in ${took().toFixed(2)} s, the first after ${first.toFixed(2)} s`)
    })) {
      first ||= took()
      answer.text += piece
      box.write(answer.text)
    }
    if (answer.text === '') box.note('It said nothing.')
  } catch (error) {
    if (!signal.aborted) box.fail((error as Error).message)
  } finally {
    box.end()
  }
}

at('judge').onclick = async () => {
  const { sounds, question } = waiting.take()
  const parent = showTurn({ question, sounds: [] })
  const answers = sounds.map((sound): ShownAnswer => {
    const box = answerBox('The recording itself', parent, sound)
    return { model: null, sound, box, text: '', scored: null }
  })
  turns.push({ question, sounds: [], answers })
  await panel?.judge(answers)
  for (const { box } of answers) box.end()
}

at('question').onkeydown = (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
  event.preventDefault()
  at<HTMLFormElement>('ask').requestSubmit()
}
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') asking?.abort()
})

at('begin-anew').onclick = () => {
  asking?.abort()
  turns.length = 0
  for (const clip of clips.splice(0)) clip.remove()
  at('turns').replaceChildren()
  at('begin-anew').hidden = at('export').hidden = true
  say('')
  at('question').focus()
}

at('export').onclick = () => {
  const last = turns.at(-1)
  if (!last) return
  const now = new Date().toISOString()
  const link = make('a')
  const lines = last.answers.map((_, column) => dataLine(turns, column, `demo-${now}-${column}`))
  link.href = URL.createObjectURL(new Blob(lines, { type: 'application/jsonl' }))
  link.download = 'conversation.jsonl'
  link.click()
  URL.revokeObjectURL(link.href)
}

try {
  about = await askJson<About>('/api/about')
  model.append(...about.models.map(({ id }) => new Option(id, id)))
  beside.append(new Option('none', ''), ...about.models.map(({ id }) => new Option(id, id)))
  at('beside-setting').hidden = about.models.length < 2
  if (about.models.length > 1) beside.value = about.models[1]!.id
  panel = rubricPanel(turns, about.rubrics)
  await taskPicker(
    about.languages,
    about.models.some(({ knowsTags }) => knowsTags),
  )
} catch (error) {
  say((error as Error).message, true)
}
document.body.dataset.ready = 'yes'
performance.mark('ready') // how soon, for npm run bench
