import type { AudioFeatures, Policy, Tokenizer } from '../../models/index.ts'
import { type Choice, type GrowingAnswer, growingAnswer, type Piece } from './answer.ts'
import type { ChatRequest } from './chatRequest.ts'
import type { Asked } from './queue.ts'

/** A request whose sounds were heard and whose words are tokens. */
export interface Prepared {
  readonly ids: readonly number[]
  readonly features: readonly AudioFeatures[]
  readonly n: number
  readonly seed: number
  /** At most what the model's positions have room for. */
  readonly maxTokens: number
  readonly stop: readonly string[]
  readonly sampling: Pick<ChatRequest, 'temperature' | 'topP' | 'topK' | 'repetitionPenalty'>
  readonly onPiece?: ((piece: Piece) => void) | undefined
}

export interface Completed {
  readonly choices: readonly Choice[]
  readonly promptIds: readonly number[]
}

const MAX_ROWS = 16 // answers that are sampled together; a request of n has n of them

/** Whether a request can be sampled with others: the same rule of drawing, and room for all. */
export function goesWith(maxPositions: number): (request: Prepared, others: readonly Prepared[]) => boolean {
  const key = ({ sampling: { temperature, topP, topK, repetitionPenalty } }: Prepared) =>
    [temperature, topP, topK, repetitionPenalty].join()
  return (request, others) => {
    const all = [...others, request]
    const longest = Math.max(...all.map(({ ids }) => ids.length)) + Math.max(...all.map(({ maxTokens }) => maxTokens))
    const nRows = all.reduce((sum, { n }) => sum + n, 0)
    return key(request) === key(others[0]!) && nRows <= MAX_ROWS && longest <= maxPositions
  }
}

/** Samples the answers of all who ask in one batch; each is answered as soon as its own are over. */
export async function sampleTogether(
  batch: readonly Asked<Prepared, Completed>[],
  policy: Policy,
  tokenizer: Tokenizer,
  stopIds: readonly number[],
): Promise<void> {
  const rows: { readonly prompt: number; readonly seed: number; readonly answer: GrowingAnswer; asked: Work }[] = []
  const works = batch.map((asked, prompt): Work => {
    const { n, seed, stop, maxTokens, onPiece = () => {} } = asked.request
    const answers = Array.from({ length: n }, (_, index) =>
      growingAnswer({
        index,
        stops: stop,
        maxTokens,
        tokenizer,
        tell: (piece) => asked.signal.aborted || onPiece(piece),
      }),
    )
    const work = { ...asked, answers, isOver: false }
    for (const [i, answer] of answers.entries()) rows.push({ prompt, seed: (seed + i) >>> 0, answer, asked: work })
    return work
  })

  const stop = new AbortController()
  const look = () => {
    for (const work of works) {
      if (work.isOver) continue
      const choices = work.answers.flatMap(({ choice }) => choice ?? [])
      if (choices.length === work.answers.length) {
        work.isOver = true
        work.answer({ choices, promptIds: work.request.ids })
      } else if (work.signal.aborted) work.isOver = true
    }
    if (works.every(({ isOver }) => isOver)) stop.abort()
  }
  for (const { signal } of works) signal.addEventListener('abort', look, { once: true })
  look()
  try {
    const audios: AudioFeatures[] = []
    const sequences = works.map(({ request: { ids, features } }) => ({
      ids,
      audios: features.map((heard) => audios.push(heard) - 1),
    }))
    await policy.generate({
      batch: { audios, sequences },
      rows: rows.map(({ prompt, seed }) => ({ prompt, seed })),
      maxNewTokens: Math.max(...works.map(({ request }) => request.maxTokens)),
      stopIds,
      sampling: works[0]!.request.sampling,
      signal: stop.signal,
      onTokens: (row, ids, logProbs, ended) => {
        const { answer } = rows[row]!
        for (const [i, id] of ids.entries()) answer.push(id, logProbs[i]!)
        if (ended) answer.end(ended)
        look()
      },
    })
  } finally {
    for (const { signal } of works) signal.removeEventListener('abort', look)
  }
}

interface Work extends Asked<Prepared, Completed> {
  readonly answers: readonly GrowingAnswer[]
  isOver: boolean
}
