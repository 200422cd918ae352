import path from 'node:path'
import { jsonLines } from '../data/lines.ts'
import { InvalidSample, parseSample } from '../data/parseSample.ts'
import { shortPath, UsageError } from '../errors.ts'
import type { Message } from '../prompts/message.ts'

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

const hearsClip = ({ content }: Message): boolean =>
  typeof content !== 'string' && content.some(({ type }) => type === 'audio')

/**
 * All pairs of a JSON-lines file, with a line on everything that was left out.
 *
 * @throws UsageError at a row that is no pair, with file and line, unless `bad` is `skip`
 */
export async function loadPairs(
  file: string,
  { bad = 'refuse', limit = Number.POSITIVE_INFINITY }: { bad?: 'refuse' | 'skip'; limit?: number | undefined } = {},
): Promise<{ pairs: PreferencePair[]; notes: string[] }> {
  const folder = path.dirname(path.resolve(file))
  const pairs: PreferencePair[] = []
  const skipped: string[] = []
  const ignored = new Map<string, number>()
  const ids = new Map<string, number>()
  for await (const row of jsonLines(file)) {
    if (pairs.length >= limit) break
    try {
      if ('problem' in row) throw new InvalidSample(row.problem)
      const onIgnored = (key: string) => ignored.set(key, (ignored.get(key) ?? 0) + 1)
      const pair = parsePair(row.value, { folder, id: `${path.basename(file)}:${row.line}`, onIgnored })
      const first = ids.get(pair.id)
      if (first !== undefined) throw new InvalidSample(`id: "${pair.id}" is the id of line ${first} already.`)
      ids.set(pair.id, row.line)
      pairs.push(pair)
    } catch (error) {
      if (!(error instanceof InvalidSample)) throw error
      const place = `${shortPath(file)}:${row.line} ${error.message}`
      if (bad === 'refuse') throw new UsageError(place)
      skipped.push(place)
    }
  }
  const notes = [
    ...(skipped.length > 0 ? [`${shortPath(file)}: ${skipped.length} rows left out; the first is ${skipped[0]}`] : []),
    // Every row is read twice, once with each answer.
    ...[...ignored].map(([key, n]) => `${shortPath(file)}: column "${key}" is not read (${n / 2} rows)`),
  ]
  return { pairs, notes }
}
