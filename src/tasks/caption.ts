import { captionCider } from '../metrics/index.ts'
import { caption as words } from '../promptBank/index.ts'
import { describes } from './describes.ts'
import { task } from './task.ts'

export const caption = task({
  name: 'caption',
  about: 'one sentence that says what is heard, in the style of AudioCaps, Clotho or neither',
  languages: { audio: 'unknown', text: 'en' },
  styles: ['plain', 'audiocaps', 'clotho'],
  tags: ({ audioLanguage, textLanguage, style }) => ({
    task: 'caption',
    audioLanguage,
    textLanguage,
    timestamps: false,
    instruction: `caption_${style as 'plain' | 'audiocaps' | 'clotho'}`,
  }),
  words: () => words,
  metrics: [captionCider],
  rubric: (references) => describes('caption', references),
})
