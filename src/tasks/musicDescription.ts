import { captionCider } from '../metrics/index.ts'
import { musicDescription as words } from '../promptBank/index.ts'
import { describes } from './describes.ts'
import { task } from './task.ts'

export const musicDescription = task({
  name: 'music-description',
  about: 'a sentence about a piece of music: genre, instruments, mood',
  languages: { audio: 'unknown', text: 'en' },
  tags: ({ audioLanguage, textLanguage }) => ({
    task: 'caption',
    audioLanguage,
    textLanguage,
    timestamps: false,
    instruction: 'music_description',
  }),
  words: () => words,
  metrics: [captionCider],
  rubric: (references) => describes('music-description', references),
})
