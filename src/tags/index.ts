export { type ParsedTags, parseTags } from './parseTags.ts'
export { FIRST_TIME, forcedStart, renderTags } from './renderTags.ts'
export { checkTags, type QuestionTags, TagError, type Tags, type WritingTags } from './tags.ts'
export {
  AUDIO_LANGUAGES,
  type AudioLanguage,
  type Family,
  INSTRUCTIONS,
  type Instruction,
  LANGUAGES,
  type Language,
  VOCABULARIES,
  type Vocabulary,
} from './vocabulary.ts'
