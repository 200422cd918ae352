/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// Runs in the demo page: recordings, questions, answers, and the rubric beside them.
import { record, type Sound, showSound, soundOf } from './sound.ts'
import { showVerdicts, type Verdict } from './verdicts.ts'
import { askJson, at, make, pieces } from './wire.ts'

interface Scored {
  readonly name: string
  readonly score: number
  readonly nUnknown: number
  readonly criteria: readonly (Verdict & { id: string })[]
  readonly rubric: object
}

interface Answer {
  readonly model: string
  readonly box: HTMLElement
  text: string
  scored: Scored | null
}

interface Turn {
  readonly question: string
  readonly sounds: readonly Sound[]
  readonly answers: readonly Answer[]
}

const QUESTION = 'what do you hear?' // of a recording that comes without a question
const JUDGE_AFTER = 350 // ms without a key before the rubric is read

const turns: Turn[] = []
let waiting: Sound[] = []
let stopRecording: (() => Promise<Blob>) | null = null
let asking: AbortController | null = null

const [question, rubric, status, fault] = [
  at<HTMLTextAreaElement>('question'),
  at<HTMLTextAreaElement>('rubric'),
  at('status'),
  at('rubric-fault'),
]
const [model, beside, library] = [
  at<HTMLSelectElement>('model'),
  at<HTMLSelectElement>('beside'),
  at<HTMLSelectElement>('library'),
]

function say(text: string, isBad = false): void {
  status.textContent = text
  status.classList.toggle('bad', isBad)
}
const failed = (error: unknown) => say(error instanceof Error ? error.message : String(error), true)

async function add(file: Blob, name: string): Promise<void> {
  try {
    const sound = await soundOf(file, name)
    waiting.push(sound)
    showSound(sound, at('clips'), () => {
      waiting = waiting.filter((other) => other !== sound)
    })
    say('')
    question.focus()
  } catch (error) {
    failed(error)
  }
}

at<HTMLInputElement>('file').onchange = async (event) => {
  const input = event.target as HTMLInputElement
  for (const file of input.files ?? []) await add(file, file.name)
  input.value = ''
}

const drop = at('drop')
for (const name of ['dragover', 'dragleave', 'drop'] as const) {
  document.addEventListener(name, (event) => {
    event.preventDefault()
    drop.classList.toggle('over', name === 'dragover')
    if (name === 'drop') for (const file of event.dataTransfer?.files ?? []) void add(file, file.name)
  })
}

at('record').onclick = async () => {
  const [button, text] = [at('record'), at('record-text')]
  try {
    if (stopRecording) {
      const recorded = await stopRecording()
      stopRecording = null
      await add(recorded, `recording ${new Date().toLocaleTimeString()}`)
    } else {
      stopRecording = await record()
      say('Recording…')
    }
  } catch (error) {
    stopRecording = null
    say(error instanceof DOMException ? 'The microphone cannot be used here.' : (error as Error).message, true)
  }
  button.setAttribute('aria-pressed', String(stopRecording !== null))
  text.textContent = stopRecording ? 'Stop' : 'Record'
}

for (const chip of document.querySelectorAll<HTMLElement>('.chip')) {
  chip.onclick = () => {
    question.value = chip.dataset.ask ?? ''
    question.focus()
  }
}
question.onkeydown = (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
  event.preventDefault()
  at<HTMLFormElement>('ask').requestSubmit()
}

/** The conversation as one model had it, in OpenAI's form. */
function messagesFor(index: number, upTo = turns.length): object[] {
  return turns.slice(0, upTo).flatMap((turn, i) => {
    const audio = turn.sounds.map(({ data, format }) => ({ type: 'input_audio', input_audio: { data, format } }))
    const user = { role: 'user', content: [...audio, { type: 'text', text: turn.question }] }
    const answer = turn.answers[Math.min(index, turn.answers.length - 1)]
    return i === upTo - 1 || !answer ? [user] : [user, { role: 'assistant', content: answer.text }]
  })
}

function answerBox(name: string, parent: HTMLElement): HTMLElement {
  const box = make('article', 'answer busy')
  box.setAttribute('aria-label', `Answer of ${name}`)
  const head = make('header')
  head.append(make('span', '', name), make('span', 'score'))
  box.append(head, make('div', 'said'), make('ul', 'verdicts'))
  parent.append(box)
  return box
}

at<HTMLFormElement>('ask').onsubmit = async (event) => {
  event.preventDefault()
  if (asking) return asking.abort()
  const text = question.value.trim()
  if (text === '' && waiting.length === 0) return say('Give a recording or a question.', true)
  const names = [model.value, ...(beside.value === '' ? [] : [beside.value])]
  const view = make('div', 'turn')
  const asked = make('div', 'asked')
  for (const sound of waiting) showSound(sound, asked)
  asked.append(make('p', '', text === '' ? QUESTION : text))
  const answers = make('div', 'answers')
  view.append(asked, answers)
  at('turns').append(view)
  const turn: Turn = {
    question: text === '' ? QUESTION : text,
    sounds: waiting,
    answers: names.map((name) => ({ model: name, box: answerBox(name, answers), text: '', scored: null })),
  }
  turns.push(turn)
  waiting = []
  at('clips').replaceChildren()
  question.value = ''
  at('send').textContent = 'Stop'
  say('')
  asking = new AbortController()
  const { signal } = asking
  const began = performance.now()
  try {
    await Promise.all(turn.answers.map((answer, index) => stream(answer, index, signal)))
    say(`Answered in ${((performance.now() - began) / 1000).toFixed(1)} s.`)
  } catch (error) {
    if (signal.aborted) say('Stopped.')
    else failed(error)
  }
  asking = null
  at('send').textContent = 'Ask'
  await judge(turn.answers)
}

async function stream(answer: Answer, index: number, signal: AbortSignal): Promise<void> {
  const said = answer.box.querySelector<HTMLElement>('.said')!
  const body = {
    model: answer.model,
    messages: messagesFor(index),
    temperature: Number(at<HTMLInputElement>('temperature').value) || 0,
  }
  try {
    for await (const piece of pieces(body, signal)) {
      answer.text += piece
      said.textContent = answer.text
    }
    if (answer.text === '') said.textContent = '(nothing)'
  } finally {
    answer.box.classList.remove('busy')
  }
}

let judging = new AbortController()

/** Judges answers by the rubric as it is now; what an older rubric would have said is dropped. */
async function judge(answers: readonly Answer[] = turns.flatMap((turn) => turn.answers)): Promise<void> {
  if (rubric.value.trim() === '') return
  judging.abort()
  judging = new AbortController()
  const { signal } = judging
  try {
    // Without an answer it is still told whether the rubric can be read.
    if (answers.length === 0) await askJson('/api/score', { rubric: rubric.value, text: '' }, signal)
    for (const answer of answers) {
      const asked = turns.find((turn) => turn.answers.includes(answer))?.question ?? ''
      const body = { rubric: rubric.value, text: answer.text, question: asked }
      const scored = await askJson<Scored>('/api/score', body, signal)
      answer.scored = scored
      const unknown = scored.nUnknown > 0 ? `, ${scored.nUnknown} unknown` : ''
      answer.box.querySelector('.score')!.textContent = `score ${scored.score.toFixed(2)}${unknown}`
      showVerdicts(answer.box.querySelector<HTMLElement>('.verdicts')!, scored.criteria)
    }
    fault.textContent = ''
  } catch (error) {
    if (!signal.aborted) fault.textContent = (error as Error).message
  }
}

let later: ReturnType<typeof setTimeout> | undefined
rubric.oninput = () => {
  clearTimeout(later)
  later = setTimeout(() => void judge(), JUDGE_AFTER)
}

const OWN = `name: mine
criteria:
  - criterion: Answers in words.
    points: 3
    verify: { kind: regex, pattern: "\\\\w+" }
  - criterion: Takes at most 24 words.
    points: 2
    verify: { kind: word-count, max: 24 }
  - criterion: Says the same word twice in a row.
    points: -2
    verify: { kind: regex, pattern: "\\\\b(\\\\w+) \\\\1\\\\b" }
`

library.onchange = async () => {
  const name = library.value
  rubric.value = name === '' ? OWN : (await askJson<{ text: string }>(`/api/rubrics/${encodeURIComponent(name)}`)).text
  await judge()
}

/** One JSON line, as `rubato train` and `rubato score` read it: the conversation, the rubric, and what was decided. */
function dataLine(index: number): string {
  const last = turns.at(-1)!
  const answer = last.answers[Math.min(index, last.answers.length - 1)]!
  const turnsOf = turns.flatMap((turn) => {
    const audio = turn.sounds.map(({ data, format }) => ({
      type: 'audio',
      path: `data:audio/${format};base64,${data}`,
    }))
    const said = turn.answers[Math.min(index, turn.answers.length - 1)]!
    return [
      { role: 'user', content: [...audio, { type: 'text', text: turn.question }] },
      { role: 'assistant', content: said.text },
    ]
  })
  const { scored } = answer
  // A data line has no place of its own for verdicts: they are tags, by which evaluations group anyway.
  const verdicts = scored?.criteria.map(({ id, met }) => [`met:${id}`, met ?? 'unknown']) ?? []
  return `${JSON.stringify({
    id: `demo-${new Date().toISOString()}-${index}`,
    messages: turnsOf,
    ...(scored && { rubric: scored.rubric }),
    tags: { model: answer.model, ...(scored && { score: scored.score }), ...Object.fromEntries(verdicts) },
  })}\n`
}

at('export').onclick = () => {
  if (turns.length === 0) return say('There is no answer to export yet.', true)
  const lines = turns.at(-1)!.answers.map((_, index) => dataLine(index))
  const link = make('a')
  link.href = URL.createObjectURL(new Blob(lines, { type: 'application/jsonl' }))
  link.download = 'conversation.jsonl'
  link.click()
  URL.revokeObjectURL(link.href)
}

const option = (value: string, text = value) => new Option(text, value)
try {
  const about = await askJson<{ models: { id: string }[]; rubrics: string[] }>('/api/about')
  model.append(...about.models.map(({ id }) => option(id)))
  beside.append(option('', 'none'), ...about.models.map(({ id }) => option(id)))
  at('beside-label').hidden = about.models.length < 2
  if (about.models.length === 2) beside.value = about.models[1]!.id
  library.append(option('', 'a small one'), ...about.rubrics.map((name) => option(name)))
  rubric.value = OWN
} catch (error) {
  failed(error)
}
document.body.dataset.ready = 'yes'
