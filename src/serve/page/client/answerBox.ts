/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// One answer in the page: its words, or its recording, and its verdicts.
import { type ClipView, showClip } from './clipView.ts'
import type { Answer, Scored, Sound } from './conversation.ts'
import { showVerdicts, showWords } from './verdicts.ts'
import { make } from './wire.ts'

export interface ShownAnswer extends Answer {
  readonly box: AnswerBox
}

export interface AnswerBox {
  readonly element: HTMLElement
  write(text: string): void
  /** One quiet line under the words: how long it took, or that there are no words. */
  note(text: string): void
  fail(message: string): void
  /** No more is to come. */
  end(): void
  score(scored: Scored): void
}

/** @param sound  the answer itself, where it was spoken */
export function answerBox(name: string, parent: HTMLElement, sound?: Sound): AnswerBox {
  const element = make('article', 'answer busy')
  element.setAttribute('aria-label', sound ? 'The recording, judged' : `Answer of ${name}`)
  element.setAttribute('aria-busy', 'true')
  const head = make('header')
  const score = make('span', 'score')
  head.append(make('span', 'who', name), score)
  const said = make('p', 'said')
  const note = make('p', 'note')
  const verdicts = make('ul', 'verdicts')
  element.append(head)
  const clip: ClipView | null = sound ? showClip(sound, element) : null
  element.append(said, note, verdicts)
  parent.append(element)
  let text = ''

  return {
    element,
    write(more) {
      text = more
      said.textContent = more
    },
    note: (words) => {
      note.textContent = words
    },
    fail(message) {
      note.textContent = message
      note.classList.add('bad')
    },
    end() {
      element.classList.remove('busy')
      element.setAttribute('aria-busy', 'false')
    },
    score({ score: value, nUnknown, criteria, problems }) {
      score.replaceChildren(make('b', '', value.toFixed(2)), nUnknown > 0 ? ` of 1, ${nUnknown} unknown` : ' of 1')
      if (problems.length > 0) note.textContent = problems.join(' ')
      showVerdicts(verdicts, criteria, (verdict) => {
        showWords(said, text, verdict?.spans?.words ?? [])
        clip?.point(verdict?.spans?.times ?? [])
      })
    },
  }
}
