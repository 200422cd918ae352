import { characterErrorRate, wordErrorRate } from '../metrics/index.ts'
import { transcription as words } from '../promptBank/index.ts'
import { hasFewErrors, rubricOf } from './rubrics.ts'
import { task } from './task.ts'

export const transcription = task({
  name: 'transcription',
  about: 'the words that are spoken; style itn writes numbers as digits, wo_itn as they are said',
  languages: { audio: 'en', text: 'en' },
  styles: ['wo_itn', 'itn'],
  tags: ({ audioLanguage, textLanguage, style }) => ({
    task: 'transcribe',
    audioLanguage,
    textLanguage,
    timestamps: false,
    instruction: style as 'wo_itn' | 'itn',
  }),
  words: () => words,
  metrics: [wordErrorRate, characterErrorRate],
  rubric: (references) =>
    rubricOf('transcription', [
      hasFewErrors(references, 0.5, 2),
      hasFewErrors(references, 0.2, 3),
      hasFewErrors(references, 0.05, 3),
      hasFewErrors(references, 0, 2),
    ]),
})
