import { z } from 'zod'
import { AUDIO_LANGUAGES, type AudioLanguage, type Instruction, renderTags, type Tags } from '../tags/index.ts'

/** What the page offers to ask, in words and, for a model that knows them, as Qwen-Audio's tags. */
interface OfferedTask {
  readonly id: string
  readonly label: string
  readonly words: string
  /** @param spoken  language of the clip, `unknown` where nobody speaks */
  tags(spoken: AudioLanguage): Tags
}

const written = (spoken: AudioLanguage) => (spoken === 'unknown' ? 'en' : spoken)
const analysis =
  (instruction: Instruction) =>
  (audioLanguage: AudioLanguage): Tags => ({
    task: 'analysis',
    audioLanguage,
    textLanguage: 'en',
    timestamps: false,
    instruction,
  })

const OFFERED: readonly OfferedTask[] = [
  {
    id: 'hear',
    label: 'What do you hear?',
    words: 'what do you hear?',
    tags: (audioLanguage) => ({ task: 'question-answer', audioLanguage, question: 'what do you hear?' }),
  },
  {
    id: 'describe',
    label: 'Describe',
    words: 'describe the sounds.',
    tags: (audioLanguage) => ({
      task: 'caption',
      audioLanguage,
      textLanguage: 'en',
      timestamps: false,
      instruction: 'caption_plain',
    }),
  },
  {
    id: 'events',
    label: 'List the sounds',
    words: 'list the sounds, in the order in which they come.',
    tags: analysis('event'),
  },
  {
    id: 'transcribe',
    label: 'Transcribe',
    words: 'write down what is said.',
    tags: (spoken) => ({
      task: 'transcribe',
      audioLanguage: spoken,
      textLanguage: written(spoken),
      timestamps: false,
      instruction: 'itn',
    }),
  },
  {
    id: 'translate',
    label: 'Translate',
    words: 'translate what is said into English.',
    tags: (spoken) => ({
      task: 'translate',
      audioLanguage: spoken,
      textLanguage: spoken === 'en' ? 'zh' : 'en',
      timestamps: false,
      instruction: 'itn',
    }),
  },
  {
    id: 'emotion',
    label: 'Emotion',
    words: 'which emotion does the speaker show?',
    tags: analysis('emotion_recognition'),
  },
]

/** The language of the clip, as tags name it. */
export const spokenLanguage = z.enum(AUDIO_LANGUAGES)

/** What the page shows of tasks: a label, and what is sent. */
export const offeredTasks = (spoken: AudioLanguage): { id: string; label: string; words: string; tags: string }[] =>
  OFFERED.map(({ id, label, words, tags }) => ({ id, label, words, tags: renderTags(tags(spoken)) }))

/** Every tag of these tasks, for a clip in English. */
export const offeredTags = (): string[] => offeredTasks('en').flatMap(({ tags }) => tags.match(/<\|[^|]+\|>/g) ?? [])
