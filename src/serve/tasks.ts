import type { Context } from 'hono'
import { z } from 'zod'
import { seededRandom } from '../random.ts'
import { AUDIO_LANGUAGES, type AudioLanguage, TagError } from '../tags/index.ts'
import { askOf, promptOf, tasks } from '../tasks/index.ts'
import { ApiError } from './errors.ts'

/** Those that a clip alone is enough for; the others need a question or a phrase, which a person writes better herself. */
const OFFERED = tasks.filter(({ needs }) => needs === undefined)

const query = z.object({
  style: z.enum(['words', 'tags']).default('words'),
  /** Spoken in the clip; the task's own when left out. */
  language: z.enum(AUDIO_LANGUAGES).optional(),
  /** Which of the paraphrases: another number is another one. */
  draw: z.coerce.number().int().min(0).default(0),
})

/** `GET /api/tasks`: what the page offers to ask, and the prompt; null where it makes no sense in that language. */
export function offerTasks(c: Context): Response {
  const asked = query.safeParse(c.req.query())
  if (!asked.success) {
    const { path, message } = asked.error.issues[0]!
    throw new ApiError(400, `${path.join('.')}: ${message}.`, { param: path.join('.') })
  }
  const { style, language, draw } = asked.data
  return c.json({
    tasks: OFFERED.map(({ name, about }) => ({ name, about, prompt: promptFor(name, style, language, draw) })),
  })
}

/** Every tag that asking for these tasks takes. */
export const offeredTags = (): string[] =>
  OFFERED.flatMap(({ name }) => promptFor(name, 'tags', undefined, 0)?.match(/<\|[^|]+\|>/g) ?? [])

function promptFor(
  name: string,
  style: 'words' | 'tags',
  language: AudioLanguage | undefined,
  draw: number,
): string | null {
  const task = OFFERED.find((one) => one.name === name)!
  try {
    const ask = askOf(language === undefined ? name : { name, audio_language: language })
    return promptOf(task, ask, { style, paraphrases: 'all', languages: ['en'] }, seededRandom(draw))
  } catch (error) {
    if (error instanceof TagError) return null
    throw error
  }
}
