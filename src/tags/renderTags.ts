import { checkTags, type Tags } from './tags.ts'
import { ANSWER, FAMILY_TAG, isTranscription, START, TIMESTAMPS, type Vocabulary } from './vocabulary.ts'

/** What a transcript with word times begins with: the time of its start. Forced by the released evaluator. */
export const FIRST_TIME = '<|0.00|>'

/**
 * Tags as the text that follows a clip.
 *
 * @throws TagError where they make no sense together; see `checkTags`
 * @example
 * renderTags({ task: 'transcribe', audioLanguage: 'en', textLanguage: 'en', timestamps: false, instruction: 'wo_itn' })
 * // '<|startoftranscript|><|en|><|transcribe|><|en|><|notimestamps|><|wo_itn|>'
 */
export function renderTags(tags: Tags, vocabulary: Vocabulary = 'released'): string {
  checkTags(tags)
  const start = START[isTranscription(tags.task) ? 'transcription' : 'analysis'][vocabulary]
  const task = FAMILY_TAG[tags.task][vocabulary]
  const opening = `${start}<|${tags.audioLanguage}|>${task}`
  if (tags.task === 'question-answer') return opening + tags.question + (vocabulary === 'released' ? ANSWER : '')
  const times = TIMESTAMPS[tags.timestamps ? 'with' : 'without']
  return `${opening}<|${tags.textLanguage}|>${times}${tags.instruction ? `<|${tags.instruction}|>` : ''}`
}

/** What an answer to these tags must begin with: the first time token where words are timed, else nothing. */
export const forcedStart = (tags: Tags): string => (tags.task === 'transcribe' && tags.timestamps ? FIRST_TIME : '')
