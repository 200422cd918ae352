import { accuracy } from '../metrics/index.ts'
import { vocalClassification as words } from '../promptBank/index.ts'
import { isLabel, rubricOf } from './rubrics.ts'
import { task } from './task.ts'

export const vocalClassification = task({
  name: 'vocal-classification',
  about: 'the sound that a person makes, such as laughter or a cough, as one label',
  languages: { audio: 'en', text: 'en' },
  tags: ({ audioLanguage, textLanguage }) => ({
    task: 'analysis',
    audioLanguage,
    textLanguage,
    timestamps: false,
    instruction: 'vocal_classification',
  }),
  words: () => words,
  metrics: [accuracy],
  rubric: (references) => rubricOf('vocal-classification', [isLabel(references)]),
})
