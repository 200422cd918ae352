import type { Rubric } from '../../rubrics/index.ts'
import type { Metric } from '../metrics/index.ts'
import type { PromptBank } from '../promptBank/index.ts'
import type { AudioLanguage, Language, Tags } from '../tags/index.ts'

/** What is asked of a clip, as a line of data says it; defaults filled in. */
export interface Ask {
  readonly name: string
  /** Spoken in the clip; `unknown` where nobody speaks. */
  readonly audioLanguage: AudioLanguage
  /** Language of the answer. */
  readonly textLanguage: Language
  /** One of the task's styles. */
  readonly style?: string
  readonly question?: string
  readonly choices?: readonly string[]
  /** What is looked for. */
  readonly phrase?: string
}

/** A task: what it is asked by, what its answer looks like, and what an answer is worth. */
export interface Task {
  /** Names it in data files and reports. */
  readonly name: string
  readonly about: string
  /** Languages of a line that names none. */
  readonly languages: { readonly audio: AudioLanguage; readonly text: Language }
  /** Ways in which its answers are written, the usual one first. */
  readonly styles?: readonly [string, ...string[]]
  /** Keys of the line that it cannot be asked without. */
  readonly needs?: readonly ('question' | 'phrase')[]
  tags(ask: Ask): Tags
  /** What follows the tags, where they do not say all: the phrase that is looked for. */
  afterTags?(ask: Ask): string
  words(ask: Ask): PromptBank
  /** How an answer of a data file is written for the model to learn. As it stands when left out. @throws UsageError */
  target?(answer: string): string
  /** The first is the task's own figure. */
  readonly metrics: readonly [Metric, ...Metric[]]
  /** What an answer is worth, by what is known of the right one. */
  rubric(references: readonly string[], ask: Ask): Rubric
}

/** A task; `tasks/index.ts` lists them all. */
export const task = (own: Task): Task => own
