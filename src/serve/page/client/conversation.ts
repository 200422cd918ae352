// The conversation as data: what is sent to a model, and what is exported. Nothing here touches the document.

export interface Sound {
  readonly name: string
  /** Base64 of the file, and its format, as the API takes them. */
  readonly data: string
  readonly format: string
  readonly seconds: number
  readonly blob: Blob
}

export interface Span {
  readonly start: number
  readonly end: number
}

export interface Verdict {
  readonly id: string
  readonly criterion: string
  /** null where the criterion is known by its id alone. */
  readonly points: number | null
  readonly met: boolean | null
  readonly reason: string
  /** Where in the answer's words, and in its recording, the reason is found. */
  readonly spans?: { readonly words: readonly Span[]; readonly times: readonly Span[] }
}

export interface Scored {
  readonly name: string
  readonly score: number
  readonly nUnknown: number
  readonly criteria: readonly Verdict[]
  readonly rubric: object
  /** What was judged: of a recording its transcript, null where there is none. */
  readonly text: string | null
  readonly problems: readonly string[]
}

export interface Answer {
  /** Who answered; null for a recording that is judged itself. */
  readonly model: string | null
  text: string
  /** The spoken answer. */
  readonly sound?: Sound
  scored: Scored | null
}

/** A question, the sounds it is about, and one answer a model. */
export interface Turn<A extends Answer = Answer> {
  readonly question: string
  readonly sounds: readonly Sound[]
  readonly answers: readonly A[]
}

const dataUrl = ({ data, format }: Sound): string => `data:audio/${format};base64,${data}`

/** The answer of the same column, or of the only one. */
const answerAt = (turn: Turn, column: number): Answer | undefined =>
  turn.answers[Math.min(column, turn.answers.length - 1)]

/** The conversation as one model had it, up to the last question, in OpenAI's form. */
export function messagesFor(turns: readonly Turn[], column: number): object[] {
  return turns.flatMap((turn, i) => {
    const answer = answerAt(turn, column)
    if (i < turns.length - 1 && answer?.model === null) return [] // a recording that was judged was not said to a model
    const sounds = turn.sounds.map(({ data, format }) => ({ type: 'input_audio', input_audio: { data, format } }))
    const words = turn.question === '' ? [] : [{ type: 'text', text: turn.question }]
    const user = { role: 'user', content: [...sounds, ...words] }
    return i === turns.length - 1 || !answer ? [user] : [user, { role: 'assistant', content: answer.text }]
  })
}

/**
 * The last turn's answer of a column with all that came before, as a JSON line that recipes and `rubato score` read: the
 * conversation, the rubric, and what was decided.
 */
export function dataLine(turns: readonly Turn[], column: number, id: string): string {
  const last = turns.at(-1)!
  const { model, scored } = answerAt(last, column)!
  const spoken = model === null
  const messages = (spoken ? [last] : turns).flatMap((turn) => {
    const answer = answerAt(turn, column)!
    if (!spoken && answer.model === null) return []
    const sounds = turn.sounds.map((sound) => ({ type: 'audio', path: dataUrl(sound) }))
    const words = turn.question === '' && sounds.length > 0 ? [] : [{ type: 'text', text: turn.question }]
    const said = answer.sound ? [{ type: 'audio', path: dataUrl(answer.sound) }] : []
    const written = answer.text === '' && said.length > 0 ? [] : [{ type: 'text', text: answer.text }]
    return [
      { role: 'user', content: [...sounds, ...words] },
      { role: 'assistant', content: answer.sound ? [...said, ...written] : answer.text },
    ]
  })
  // A data line has no place of its own for verdicts: they are tags, by which evaluations group anyway.
  const verdicts = scored?.criteria.map(({ id, met }) => [`met:${id}`, String(met ?? 'unknown')]) ?? []
  const tags = {
    ...(model !== null && { model }),
    ...(scored && { score: String(scored.score) }),
    ...Object.fromEntries(verdicts),
  }
  return `${JSON.stringify({ id, messages, ...(scored && { rubric: scored.rubric }), tags })}\n`
}
