import { UsageError } from '../errors.ts'
import { type AudioLanguage, type Family, INSTRUCTIONS, type Instruction, type Language } from './vocabulary.ts'

/** Tags that make no sequence: what stands where, and what would be right. */
export class TagError extends UsageError {
  override name = 'TagError'
}

/**
 * Qwen-Audio's hierarchical tags as a value (arXiv 2311.07919, §3.2). The first of them, transcription or analysis, follows
 * from the task.
 */
export type Tags = WritingTags | QuestionTags

/** Everything but questions. */
export interface WritingTags {
  readonly task: Exclude<Family, 'question-answer'>
  /** Spoken in the clip; `unknown` where nobody speaks. */
  readonly audioLanguage: AudioLanguage
  /** Language of the answer. */
  readonly textLanguage: Language
  /** Whether every word comes between the times of its start and its end. */
  readonly timestamps: boolean
  /** Sub-task and style; left out where the task alone says enough, as word times do. */
  readonly instruction?: Instruction
}

/** A question; the release puts neither the text's language nor timestamps here. */
export interface QuestionTags {
  readonly task: 'question-answer'
  readonly audioLanguage: AudioLanguage
  readonly question: string
}

/** Both are written Chinese; which characters are used is no translation. */
const spoken = (language: string): string => (language === 'zh_tr' ? 'zh' : language)

/**
 * The same tags, once they make sense together.
 *
 * @throws TagError when the instruction belongs to another task, a transcript is in another language than the speech, a
 *   translation in the same, or a question is empty or spells a tag
 */
export function checkTags(tags: Tags): Tags {
  if (tags.task === 'question-answer') {
    const { question } = tags
    if (question.trim() === '') throw new TagError('tags: the question is empty. Write what is asked.')
    const spelled = /<\|[^|<>]*\|>/.exec(question)
    if (spelled) throw new TagError(`tags: the question holds the tag ${spelled[0]}. Write it in words.`)
    return tags
  }
  const { task, audioLanguage, textLanguage, instruction } = tags
  const own: readonly string[] = INSTRUCTIONS[task]
  if (instruction !== undefined && !own.includes(instruction)) {
    throw new TagError(`tags: instruction "${instruction}" is none of the task ${task}. It has ${own.join(', ')}.`)
  }
  const isSame = spoken(audioLanguage) === spoken(textLanguage)
  if (task === 'transcribe' && audioLanguage !== 'unknown' && !isSame) {
    throw new TagError(`tags: a transcript of ${audioLanguage} in ${textLanguage}. Write translate as the task.`)
  }
  if (task === 'translate' && isSame) {
    throw new TagError(`tags: a translation from ${audioLanguage} to ${textLanguage}. Write transcribe as the task.`)
  }
  return tags
}
