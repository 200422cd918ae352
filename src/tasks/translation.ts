import { bleu } from '../metrics/index.ts'
import { translation as words } from '../promptBank/index.ts'
import { hasFewErrors, rubricOf } from './rubrics.ts'
import { task } from './task.ts'

export const translation = task({
  name: 'translation',
  about: 'the speech in another language; audio_language and text_language say from which to which',
  languages: { audio: 'de', text: 'en' },
  styles: ['itn', 'wo_itn'],
  tags: ({ audioLanguage, textLanguage, style }) => ({
    task: 'translate',
    audioLanguage,
    textLanguage,
    timestamps: false,
    instruction: style as 'wo_itn' | 'itn',
  }),
  words: () => words,
  metrics: [bleu],
  // Words in common are what a program can see; what they mean is for a judge.
  rubric: (references) =>
    rubricOf('translation', [
      { id: 'meaning', criterion: `Means the same as "${references[0]}".`, points: 5 },
      hasFewErrors(references, 0.6, 2),
      hasFewErrors(references, 0.3, 2),
      hasFewErrors(references, 0, 1),
    ]),
})
