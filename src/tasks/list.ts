import { caption } from './caption.ts'
import { emotion } from './emotion.ts'
import { grounding } from './grounding.ts'
import { musicDescription } from './musicDescription.ts'
import { musicNotes } from './musicNotes.ts'
import { question } from './question.ts'
import { sceneClassification } from './sceneClassification.ts'
import { soundClassification } from './soundClassification.ts'
import { speaker } from './speaker.ts'
import type { Task } from './task.ts'
import { transcription } from './transcription.ts'
import { translation } from './translation.ts'
import { vocalClassification } from './vocalClassification.ts'
import { wordTimes } from './wordTimes.ts'

/** Every task, in the order of docs/tasks.md; a new one is one file and one word here. */
export const tasks: readonly Task[] = [
  transcription,
  wordTimes,
  translation,
  caption,
  soundClassification,
  sceneClassification,
  vocalClassification,
  emotion,
  speaker,
  question,
  grounding,
  musicNotes,
  musicDescription,
]
