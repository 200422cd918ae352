import { type SeededRandom, shuffle } from '../../src/random.ts'
import { FAMILIES } from '../quickstart/families.ts'
import type { Recording } from '../quickstart/recordings.ts'
import type { Said } from './clips.ts'
import type { Manner } from './manner.ts'
import { nameOf, rubricOf, type Wanted } from './rubric.ts'

/** Conversations of both modes, and the lines of the data files that they become. */

/** A clip to be heard: a sound, speech, or speech over a sound. */
export interface Heard {
  readonly recording: Recording | null
  readonly said: Said | null
}

interface Turn {
  readonly clips: readonly Heard[]
  /** What is asked in writing; nothing in voice chat. */
  readonly text?: string
  readonly answer: string
}

export interface Conversation {
  readonly manner: Manner
  /** What of its mode it practises. */
  readonly kind: string
  readonly turns: readonly Turn[]
  /** What the last answer should be. */
  readonly wanted: Wanted
}

const pick = <T>(items: readonly T[], random: SeededRandom): T => items[random.integer(items.length)]!

const HELLO = ['hello to you. play me a sound.', 'hello. what shall i listen to?']
const WELCOME = ['you are welcome.', 'i am glad to help you.']
const says = (name: string, random: SeededRandom) =>
  pick([`i hear a ${name}.`, `that is a ${name}, i think.`, `you played me a ${name}.`], random)
const saysAgain = (name: string, random: SeededRandom) =>
  pick([`i said that it is a ${name}.`, `it was a ${name}, as i said.`], random)

const ASKS = ['which sound is this?', 'name the sound.', 'what is the sound?']
const ASKS_BEHIND = ['which sound is behind the voice?', 'name the sound under the speech.']
const ASKS_NUMBER = [
  (k: number) => `what is in audio ${k}?`,
  (k: number) => `name the sound of audio ${k}.`,
  (k: number) => `which sound is audio ${k}?`,
]

const sound = (recording: Recording): Heard => ({ recording, said: null })
const spoken = (said: Said, recording: Recording | null = null): Heard => ({ recording, said })

type Kind = (pool: readonly Recording[], random: SeededRandom) => Pick<Conversation, 'turns'> & Omit<Wanted, 'manner'>

/** Voice chat: the user only speaks, one clip a turn. The number says how often a kind is drawn. */
const CHAT: Readonly<Record<string, readonly [number, Kind]>> = {
  ask: [
    8,
    (pool, random) => {
      const recording = pick(pool, random)
      return about(recording, [asked(recording, random)])
    },
  ],
  greeted: [
    3,
    (pool, random) => {
      const recording = pick(pool, random)
      return about(recording, [{ clips: [spoken('hello')], answer: pick(HELLO, random) }, asked(recording, random)])
    },
  ],
  again: [
    3,
    (pool, random) => {
      const recording = pick(pool, random)
      return about(recording, [
        asked(recording, random),
        { clips: [spoken('again')], answer: saysAgain(nameOf(recording.family), random) },
      ])
    },
  ],
  thanks: [
    3,
    (pool, random) => ({
      turns: [asked(pick(pool, random), random), { clips: [spoken('thanks')], answer: pick(WELCOME, random) }],
      ...unsounded(['welcome', 'glad', 'pleasure']),
    }),
  ],
  hello: [
    3,
    (_, random) => ({
      turns: [{ clips: [spoken('hello')], answer: pick(HELLO, random) }],
      ...unsounded(['hello', 'hi', 'good morning']),
    }),
  ],
}

const asked = (recording: Recording, random: SeededRandom): Turn => ({
  clips: [spoken('which', recording)],
  answer: says(nameOf(recording.family), random),
})
const about = ({ family }: Recording, turns: readonly Turn[], number: number | null = null) => ({
  turns,
  family,
  number,
})
const unsounded = (words: readonly string[]) => ({ family: null, number: null, words })

/** Audio analysis: something is asked of clips, in writing or in another clip. */
const ANALYSIS: Readonly<Record<string, readonly [number, Kind]>> = {
  written: [
    5,
    (pool, random) => {
      const recording = pick(pool, random)
      return about(recording, [
        { clips: [sound(recording)], text: pick(ASKS, random), answer: nameOf(recording.family) },
      ])
    },
  ],
  // The clip is one of voice chat; the writing beside it is what makes it an analysis.
  behind: [
    4,
    (pool, random) => {
      const recording = pick(pool, random)
      const clips = [spoken('which', recording)]
      return about(recording, [{ clips, text: pick(ASKS_BEHIND, random), answer: nameOf(recording.family) }])
    },
  ],
  spoken: [
    4,
    (pool, random) => {
      const recording = pick(pool, random)
      const clips = [sound(recording), spoken('which')]
      return about(recording, [{ clips, answer: nameOf(recording.family) }])
    },
  ],
  numbered: [
    4,
    (pool, random) => {
      const clips = apart(pool, 2 + random.integer(2), random)
      const k = 1 + random.integer(clips.length)
      return about(clips[k - 1]!, [numbered(clips, k, k, random, clips)], k)
    },
  ],
  // Clips are numbered over the whole conversation: the second turn's is audio 2.
  'follow-up': [
    3,
    (pool, random) => {
      const clips = apart(pool, 2, random)
      const [first, second] = clips as [Recording, Recording]
      const k = 1 + random.integer(2)
      const opening = { clips: [sound(first)], text: pick(ASKS, random), answer: nameOf(first.family) }
      return about(clips[k - 1]!, [opening, numbered([second], k, k, random, clips)], k)
    },
  ],
}

const numbered = (
  heard: readonly Recording[],
  asks: number,
  k: number,
  random: SeededRandom,
  all: readonly Recording[],
): Turn => ({
  clips: heard.map(sound),
  text: pick(ASKS_NUMBER, random)(asks),
  answer: `audio ${k}: ${nameOf(all[k - 1]!.family)}`,
})

/** Recordings of different families, in random order. */
function apart(pool: readonly Recording[], count: number, random: SeededRandom): Recording[] {
  return shuffle([...FAMILIES.keys()], random)
    .slice(0, count)
    .map((family) =>
      pick(
        pool.filter((recording) => recording.family === family),
        random,
      ),
    )
}

const KINDS: Readonly<Record<Manner, Readonly<Record<string, readonly [number, Kind]>>>> = {
  'voice-chat': CHAT,
  'audio-analysis': ANALYSIS,
}

/** A conversation of that mode; recordings are drawn from `pool`. */
export function conversationOf(manner: Manner, pool: readonly Recording[], random: SeededRandom): Conversation {
  const [kind, make] = drawKind(KINDS[manner], random)
  // Families alike, though some have more recordings.
  const families = shuffle([...FAMILIES.keys()], random)
  const alike = families.map((family) =>
    pick(
      pool.filter((recording) => recording.family === family),
      random,
    ),
  )
  const { turns, ...wanted } = make(alike, random)
  return { manner, kind, turns, wanted: { manner, ...wanted } }
}

function drawKind(kinds: Readonly<Record<string, readonly [number, Kind]>>, random: SeededRandom): [string, Kind] {
  const all = Object.entries(kinds)
  let left = random() * all.reduce((sum, [, [weight]]) => sum + weight, 0)
  for (const [kind, [weight, make]] of all) {
    left -= weight
    if (left < 0) return [kind, make]
  }
  const [kind, [, make]] = all.at(-1)!
  return [kind, make]
}

/** The line of a conversation: its last answer is the one to learn, and the one that the rubric judges. */
export function lineOf(id: string, { kind, manner, turns, wanted }: Conversation, pathOf: (clip: Heard) => string) {
  return {
    id,
    messages: turns.flatMap(({ clips, text, answer }) => [
      {
        role: 'user',
        content: [
          ...clips.map((clip) => ({ type: 'audio', path: pathOf(clip) })),
          ...(text === undefined ? [] : [{ type: 'text', text }]),
        ],
      },
      { role: 'assistant', content: answer },
    ]),
    rubric: rubricOf(wanted),
    reference: turns.at(-1)!.answer,
    tags: { kind, mode: manner },
  }
}
