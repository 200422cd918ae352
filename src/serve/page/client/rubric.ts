/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// The rubric beside the conversation: every answer is judged anew while it is edited.
import type { ShownAnswer } from './answerBox.ts'
import type { Scored, Turn } from './conversation.ts'
import { askJson, at } from './wire.ts'

const AFTER = 350 // ms without a key before the rubric is read

const OWN = `name: mine
criteria:
  - criterion: Says something.
    points: 3
    verify: { kind: word-count, min: 1, max: 999 }
  - criterion: Takes at most 24 words.
    points: 2
    verify: { kind: word-count, max: 24 }
  - criterion: Guesses aloud.
    points: -2
    verify: { kind: contains, any_of: [maybe, perhaps, probably, not sure] }
`

export interface RubricPanel {
  /** Judges these answers, or all, by the rubric as it is now; what an older rubric would have said is dropped. */
  judge(answers?: readonly ShownAnswer[]): Promise<void>
}

export function rubricPanel(turns: readonly Turn<ShownAnswer>[], library: readonly string[]): RubricPanel {
  const rubric = at<HTMLTextAreaElement>('rubric')
  const fault = at('rubric-fault')
  const choice = at<HTMLSelectElement>('library')
  let judging = new AbortController()
  let later: ReturnType<typeof setTimeout> | undefined

  const score = async (given: object, signal: AbortSignal): Promise<Scored> => {
    const told = await askJson<Scored | { fault: string }>('/api/score', { rubric: rubric.value, ...given }, signal)
    if ('fault' in told) throw new Error(told.fault)
    return told
  }
  const judge = async (answers = turns.flatMap((turn) => [...turn.answers])) => {
    if (rubric.value.trim() === '') return
    judging.abort()
    judging = new AbortController()
    const { signal } = judging
    try {
      // Without an answer it is still told whether the rubric can be read.
      if (answers.length === 0) await score({ text: '' }, signal)
      for (const answer of answers) {
        const question = turns.find((turn) => turn.answers.includes(answer))?.question ?? ''
        const { sound } = answer
        const given = sound ? { recording: `data:audio/${sound.format};base64,${sound.data}` } : { text: answer.text }
        const scored = await score({ question, ...given }, signal)
        answer.scored = scored
        if (sound) {
          answer.text = scored.text ?? ''
          answer.box.write(answer.text)
          if (scored.text === null)
            answer.box.note('Only the sound is judged: no Whisper is served to write down words.')
        }
        answer.box.score(scored)
      }
      fault.textContent = ''
      rubric.removeAttribute('aria-invalid')
    } catch (error) {
      if (signal.aborted) return
      fault.textContent = (error as Error).message
      rubric.setAttribute('aria-invalid', 'true')
    }
  }

  choice.append(new Option('a small one', ''), ...library.map((name) => new Option(name, name)))
  rubric.value = OWN
  rubric.oninput = () => {
    clearTimeout(later)
    later = setTimeout(() => void judge(), AFTER)
  }
  choice.onchange = async () => {
    const name = choice.value
    rubric.value =
      name === '' ? OWN : (await askJson<{ text: string }>(`/api/rubrics/${encodeURIComponent(name)}`)).text
    await judge()
  }
  return { judge }
}
