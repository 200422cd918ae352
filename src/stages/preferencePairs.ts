import { InvalidSample, parseSample } from '../data/parseSample.ts'
import type { Message } from '../prompts/message.ts'
import { comparedRows } from './comparedRows.ts'

/** A prompt and two answers to it, of which the first is preferred; both conversations begin with the prompt. */
export interface PreferencePair {
  readonly id: string
  /** Number of messages that are the prompt. */
  readonly nPrompt: number
  /** Prompt and chosen answer. */
  readonly messages: readonly Message[]
  /** Prompt and rejected answer. */
  readonly rejected: readonly Message[]
}

/**
 * The pair in a parsed row: TRL's layouts (`prompt`, `chosen`, `rejected` as texts or messages; or `chosen` and `rejected`
 * as whole conversations that begin alike), or ours, in which `messages` is the prompt. Clips stand in the prompt.
 *
 * @throws InvalidSample naming the field, what it holds and what would be right
 */
export function parsePair(row: unknown, context: Parameters<typeof parseSample>[1]): PreferencePair {
  if (typeof row !== 'object' || row === null) throw new InvalidSample('expected an object.')
  const { prompt, messages, chosen, rejected, ...rest } = row as Record<string, unknown>
  if (prompt !== undefined && messages !== undefined) {
    throw new InvalidSample('prompt: messages is given as well. Keep one of them.')
  }
  for (const [key, value] of Object.entries({ chosen, rejected })) {
    if (typeof value === 'string' || (Array.isArray(value) && value.length > 0)) continue
    const found = value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60)
    throw new InvalidSample(`${key}: expected an answer as text or as messages, got ${found}.`)
  }
  const turns = (given: unknown, role: string): unknown[] =>
    typeof given === 'string' ? [{ role, content: given }] : (given as unknown[])
  let asked = turns(prompt ?? messages ?? [], 'user')
  let [own, other] = [turns(chosen, 'assistant'), turns(rejected, 'assistant')]
  if (asked.length === 0) {
    const alike = own.findIndex((turn, i) => JSON.stringify(turn) !== JSON.stringify(other[i]))
    const nPrompt = alike < 0 ? own.length : alike
    asked = own.slice(0, nPrompt)
    ;[own, other] = [own.slice(nPrompt), other.slice(nPrompt)]
    if (asked.length === 0) throw new InvalidSample('chosen: begins otherwise than rejected, so there is no prompt.')
  }
  if (JSON.stringify(own) === JSON.stringify(other)) {
    throw new InvalidSample('rejected: is what is chosen, so there is nothing to prefer.')
  }
  const read = (answer: unknown[]) => parseSample({ ...rest, messages: [...asked, ...answer] }, context)
  const [good, bad] = [read(own), read(other)]
  for (const [key, { messages: all }] of Object.entries({ chosen: good, rejected: bad })) {
    const answer = all.slice(asked.length)
    if (answer.length > 0 && answer.at(-1)!.role === 'assistant' && !answer.some(hearsClip)) continue
    throw new InvalidSample(`${key}: expected turns that end with the assistant's and hold no clip.`)
  }
  return { id: good.id, nPrompt: asked.length, messages: good.messages, rejected: bad.messages }
}

export const hearsClip = ({ content }: Message): boolean =>
  typeof content !== 'string' && content.some(({ type }) => type === 'audio')

/**
 * All pairs of a JSON-lines file, with a line on everything that was left out.
 *
 * @throws UsageError at a row that is no pair, with file and line, unless `bad` is `skip`
 */
export async function loadPairs(
  file: string,
  options: { bad?: 'refuse' | 'skip'; limit?: number | undefined } = {},
): Promise<{ pairs: PreferencePair[]; notes: string[] }> {
  const { rows, notes } = await comparedRows(file, parsePair, options)
  return { pairs: rows, notes }
}
