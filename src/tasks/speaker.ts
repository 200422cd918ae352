import { accuracy } from '../metrics/index.ts'
import { speaker as words } from '../promptBank/index.ts'
import { isLabel, rubricOf } from './rubrics.ts'
import { task } from './task.ts'

export const speaker = task({
  name: 'speaker',
  about: 'what the voice says of the speaker, such as female, as one label',
  languages: { audio: 'en', text: 'en' },
  tags: ({ audioLanguage, textLanguage }) => ({
    task: 'analysis',
    audioLanguage,
    textLanguage,
    timestamps: false,
    instruction: 'speaker_meta',
  }),
  words: () => words,
  metrics: [accuracy],
  rubric: (references) => rubricOf('speaker', [isLabel(references)]),
})
