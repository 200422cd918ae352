import { accuracy } from '../metrics/index.ts'
import { emotion as words } from '../promptBank/index.ts'
import { isLabel, rubricOf } from './rubrics.ts'
import { task } from './task.ts'

export const emotion = task({
  name: 'emotion',
  about: 'how the speaker feels, as one label',
  languages: { audio: 'en', text: 'en' },
  tags: ({ audioLanguage, textLanguage }) => ({
    task: 'analysis',
    audioLanguage,
    textLanguage,
    timestamps: false,
    instruction: 'emotion_recognition',
  }),
  words: () => words,
  metrics: [accuracy],
  rubric: (references) => rubricOf('emotion', [isLabel(references)]),
})
