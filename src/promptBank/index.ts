export {
  fillWording,
  languageName,
  PARAPHRASES,
  type Paraphrases,
  type PromptBank,
  type Wordings,
  wordingsOf,
} from './bank.ts'
export { caption } from './caption.ts'
export { choice } from './choice.ts'
export { emotion } from './emotion.ts'
export { grounding } from './grounding.ts'
export { musicDescription } from './musicDescription.ts'
export { musicNotes } from './musicNotes.ts'
export { question } from './question.ts'
export { sceneClassification } from './sceneClassification.ts'
export { soundClassification } from './soundClassification.ts'
export { speaker } from './speaker.ts'
export { transcription } from './transcription.ts'
export { translation } from './translation.ts'
export { vocalClassification } from './vocalClassification.ts'
export { wordTimes } from './wordTimes.ts'
