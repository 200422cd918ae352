import { closest } from 'fastest-levenshtein'
import { checkTags, TagError, type Tags, type WritingTags } from './tags.ts'
import {
  ANSWER,
  AUDIO_LANGUAGES,
  type AudioLanguage,
  FAMILIES,
  FAMILY_TAG,
  type Family,
  INSTRUCTIONS,
  type Instruction,
  isTranscription,
  LANGUAGES,
  type Language,
  START,
  TIMESTAMPS,
} from './vocabulary.ts'

export interface ParsedTags {
  readonly tags: Tags
  /** What follows them: the answer, or nothing. */
  readonly rest: string
}

/**
 * Reads the tags that a text begins with, in either vocabulary or a mixture of both.
 *
 * @throws TagError saying which tag is missing, out of its order, or unknown
 * @example
 * parseTags('<|startofanalysis|><|en|><|question|>Who speaks?<|answer|>').tags
 * // { task: 'question-answer', audioLanguage: 'en', question: 'Who speaks?' }
 */
export function parseTags(text: string): ParsedTags {
  const reader = readerOf(text)
  const start = reader.take('start')
  const audioLanguage = reader.take('audioLanguage') as AudioLanguage
  const task = reader.take('task') as Family
  const kind = isTranscription(task) ? 'transcription' : 'analysis'
  if (start !== kind) {
    const [found, right] = [START[start as keyof typeof START].released, START[kind].released]
    throw new TagError(`tags: ${found} begins a sequence with the task ${task}. It begins with ${right}.`)
  }
  if (task === 'question-answer') {
    const [question, ...after] = reader.rest().split(ANSWER)
    return { tags: checkTags({ task, audioLanguage, question: question! }), rest: after.join(ANSWER) }
  }
  const textLanguage = reader.take('textLanguage') as Language
  const timestamps = reader.take('timestamps') === 'with'
  const instruction = reader.takeIfAny('instruction') as Instruction | undefined
  const tags: WritingTags = { task, audioLanguage, textLanguage, timestamps, ...(instruction ? { instruction } : {}) }
  return { tags: checkTags(tags), rest: reader.rest() }
}

interface Slot {
  /** As errors name it. */
  readonly name: string
  /** Token → what it says. */
  readonly tokens: ReadonlyMap<string, string>
}

const spellings = (values: readonly string[], of: (value: string) => readonly string[]) =>
  new Map(values.flatMap((value) => of(value).map((token) => [token, value] as const)))
const plain = (values: readonly string[]) => spellings(values, (value) => [`<|${value}|>`])

/** The tags in their order. */
const SLOTS = {
  start: {
    name: 'the transcription tag',
    tokens: spellings(Object.keys(START), (kind) => Object.values(START[kind as keyof typeof START])),
  },
  audioLanguage: { name: 'the audio language', tokens: plain(AUDIO_LANGUAGES) },
  task: { name: 'the task', tokens: spellings(FAMILIES, (task) => Object.values(FAMILY_TAG[task as Family])) },
  textLanguage: { name: 'the text language', tokens: plain(LANGUAGES) },
  timestamps: {
    name: 'the timestamps tag',
    tokens: spellings(Object.keys(TIMESTAMPS), (which) => [TIMESTAMPS[which as keyof typeof TIMESTAMPS]]),
  },
  instruction: { name: 'the output instruction', tokens: plain([...new Set(Object.values(INSTRUCTIONS).flat())]) },
} as const satisfies Record<string, Slot>
type SlotName = keyof typeof SLOTS
const ORDER = Object.keys(SLOTS) as SlotName[]

/** Takes tags off the front of a text, one slot at a time. */
function readerOf(text: string) {
  let at = 0
  const next = () => /^<\|[^|<>]*\|>/.exec(text.slice(at))?.[0]
  const take = (slot: SlotName): string => {
    const token = next()
    const value = token === undefined ? undefined : SLOTS[slot].tokens.get(token)
    if (token === undefined || value === undefined) throw new TagError(complaint(slot, token, text.slice(at)))
    at += token.length
    return value
  }
  return {
    take,
    takeIfAny: (slot: SlotName) => (SLOTS[slot].tokens.has(next() ?? '') ? take(slot) : undefined),
    rest: () => text.slice(at),
  }
}

/** What is wrong where a slot's tag was expected: missing, before its turn, too late, or unknown. */
function complaint(slot: SlotName, token: string | undefined, from: string): string {
  const { name, tokens } = SLOTS[slot]
  const expected = `expected ${name} (${some([...tokens.keys()])})`
  if (token === undefined) {
    return `tags: ${name} is missing; ${expected}, got ${from === '' ? 'the end' : `"${from.slice(0, 20)}"`}.`
  }
  const others = ORDER.filter((other) => (SLOTS[other].tokens as ReadonlyMap<string, string>).has(token))
  const later = others.find((other) => ORDER.indexOf(other) > ORDER.indexOf(slot))
  if (later) return `tags: ${name} is missing before ${token}, which is ${SLOTS[later].name}; ${expected}.`
  const [earlier] = others
  if (earlier) return `tags: ${token} is ${SLOTS[earlier].name} and stands too late; ${expected}.`
  return `tags: ${token} is no tag of this place; ${expected}. Did you mean ${closest(token, [...tokens.keys()])}?`
}

const some = (tokens: readonly string[]): string =>
  tokens.length > 4 ? `${tokens.slice(0, 3).join(', ')}, …` : tokens.join(', ')
