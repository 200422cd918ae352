import { z } from 'zod'
import { fillWording, languageName, PARAPHRASES, wordingsOf } from '../promptBank/index.ts'
import type { Random } from '../random.ts'
import { LANGUAGES, renderTags } from '../tags/index.ts'
import type { Ask, Task } from './task.ts'

export const STYLES = ['words', 'tags', 'paper-tags', 'none'] as const

/** How tasks are asked; the section `prompts` of a recipe. */
export const promptStyleFields = z.strictObject({
  style: z
    .enum(STYLES)
    .default('words')
    .describe(
      "words: a wording of the prompt bank, drawn for each sample; tags: Qwen-Audio's released tags; paper-tags: as its paper spells them; none: the sound alone",
    ),
  paraphrases: z
    .enum(PARAPHRASES)
    .default('train')
    .describe('words: those for training, those held out from it, or all'),
  languages: z
    .array(z.enum(LANGUAGES))
    .min(1)
    .default(['en'])
    .describe('words: languages that prompts are written in, one drawn for each sample'),
})
export type PromptStyle = z.output<typeof promptStyleFields>

/**
 * What a sample is asked. Words are drawn from `random`; tags are always the same.
 *
 * @throws TagError when the languages of the ask make no sense together
 */
export function promptOf(task: Task, ask: Ask, { style, paraphrases, languages }: PromptStyle, random: Random): string {
  if (style === 'none') return ''
  if (style !== 'words') {
    const tags = renderTags(task.tags(ask), style === 'tags' ? 'released' : 'paper')
    return tags + (task.afterTags?.(ask) ?? '')
  }
  const language = languages[Math.floor(random() * languages.length)]!
  const wordings = wordingsOf(task.words(ask), language, paraphrases)
  return fillWording(wordings[Math.floor(random() * wordings.length)]!, {
    language: languageName(ask.textLanguage, language),
    phrase: ask.phrase,
    question: ask.question,
    choices: ask.choices?.join(', '),
  })
}
