/** What is compared: how the tasks are asked, and whether words with their times are among them. */

/** Ways to ask the same clip for different things; names of tasks. */
export const TASKS = ['sound-classification', 'caption', 'transcription', 'word-times'] as const
export type AskedTask = (typeof TASKS)[number]

export interface Arm {
  readonly id: string
  readonly title: string
  readonly style: 'tags' | 'words' | 'none'
  readonly tasks: readonly AskedTask[]
}

const WITHOUT_TIMES = TASKS.filter((task) => task !== 'word-times')

export const ARMS: readonly Arm[] = [
  { id: 'tags', title: 'tags', style: 'tags', tasks: TASKS },
  { id: 'untagged', title: 'the sound alone', style: 'none', tasks: TASKS },
  { id: 'words', title: 'natural language', style: 'words', tasks: TASKS },
  { id: 'tags-without-times', title: 'tags, no word times', style: 'tags', tasks: WITHOUT_TIMES },
  { id: 'words-without-times', title: 'natural language, no word times', style: 'words', tasks: WITHOUT_TIMES },
]

export const SEEDS = [1, 2, 3] as const

/** How a trained model is asked: as it was trained, or in wordings that no arm was trained on. */
export const QUESTIONS = ['own', 'held-out'] as const
export type Question = (typeof QUESTIONS)[number]
