import { accuracy } from '../metrics/index.ts'
import { sceneClassification as words } from '../promptBank/index.ts'
import { isLabel, rubricOf } from './rubrics.ts'
import { task } from './task.ts'

export const sceneClassification = task({
  name: 'scene-classification',
  about: 'the place that a recording was made in, as one label',
  languages: { audio: 'unknown', text: 'en' },
  tags: ({ audioLanguage, textLanguage }) => ({
    task: 'analysis',
    audioLanguage,
    textLanguage,
    timestamps: false,
    instruction: 'scene',
  }),
  words: () => words,
  metrics: [accuracy],
  rubric: (references) => rubricOf('scene-classification', [isLabel(references)]),
})
