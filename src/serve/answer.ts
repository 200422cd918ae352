import type { Tokenizer } from '../../models/index.ts'

export interface TokenLogProb {
  readonly id: number
  readonly token: string
  /** Natural logarithm. */
  readonly logprob: number
  readonly bytes: readonly number[]
}

/** A piece of the answer number `index`, with the tokens it was made of. */
export interface Piece {
  readonly index: number
  readonly text: string
  readonly tokens: readonly TokenLogProb[]
}

export interface Choice {
  readonly text: string
  readonly tokens: readonly TokenLogProb[]
  readonly finishReason: 'stop' | 'length'
  /** Tokens drawn, the one that ended the answer included. */
  readonly nTokens: number
}

/** One answer as it grows. */
export interface GrowingAnswer {
  push(id: number, logprob: number): void
  /** The sampler has ended it; does nothing when it was over already. */
  end(finishReason: 'stop' | 'length'): void
  /** Null until it is over. */
  readonly choice: Choice | null
}

export interface AnswerOptions {
  readonly index: number
  /** Texts that end the answer and are left out of it. */
  readonly stops: readonly string[]
  readonly maxTokens: number
  readonly tokenizer: Pick<Tokenizer, 'streamDecoder'>
  readonly tell: (piece: Piece) => void
}

/** Text is held back while it may be the beginning of a stop string; `tell` is told of the rest at once. */
export function growingAnswer({ index, stops, maxTokens, tokenizer, tell }: AnswerOptions): GrowingAnswer {
  const decoder = tokenizer.streamDecoder({ skipSpecial: true })
  const tokens: TokenLogProb[] = []
  let pending: TokenLogProb[] = []
  let text = ''
  let held = ''
  let choice: Choice | null = null

  const say = (shown: string) => {
    if (shown === '') return
    text += shown
    tell({ index, text: shown, tokens: pending })
    pending = []
  }
  const finish = (finishReason: 'stop' | 'length', nTokens: number) => {
    choice = { text, tokens, finishReason, nTokens }
  }
  /** Whether a stop string was found. */
  const take = (piece: string, isLast: boolean): boolean => {
    // The first token of a byte-level vocabulary may carry the space that parts it from the prompt.
    held += text === '' && held === '' ? piece.trimStart() : piece
    const found = stops.map((stop) => held.indexOf(stop)).filter((at) => at >= 0)
    const shown = found.length > 0 ? Math.min(...found) : held.length - (isLast ? 0 : heldBack(held, stops))
    say(held.slice(0, shown))
    held = held.slice(shown)
    return found.length > 0
  }
  return {
    get choice() {
      return choice
    },
    push(id, logprob) {
      if (choice) return
      const token = decoder.push(id)
      const known = { id, token, logprob, bytes: [...Buffer.from(token)] }
      tokens.push(known)
      pending.push(known)
      if (take(token, false)) finish('stop', tokens.length)
      else if (tokens.length >= maxTokens) {
        take(decoder.end(), true)
        finish('length', tokens.length)
      }
    },
    end(finishReason) {
      if (choice) return
      const isStopped = take(decoder.end(), true)
      finish(isStopped ? 'stop' : finishReason, tokens.length + (finishReason === 'stop' ? 1 : 0))
    },
  }
}

/** Characters at the end of a text that may begin one of the stop strings. */
export function heldBack(text: string, stops: readonly string[]): number {
  const lengths = stops.map((stop) => {
    let n = Math.min(stop.length - 1, text.length)
    while (n > 0 && !stop.startsWith(text.slice(text.length - n))) n--
    return n
  })
  return Math.max(0, ...lengths)
}
