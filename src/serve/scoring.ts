import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import { z } from 'zod'
import { decodeAudio, encodeWav, loadAudio, measureAudio } from '../../audio/index.ts'
import { parseRubric, type Rubric, RubricError } from '../../rubrics/index.ts'
import { scoreAnswer } from '../score/scoreAnswer.ts'
import type { AppOptions } from './app.ts'
import { jsonBody } from './chatCompletions.ts'
import { soundOf } from './chatRequest.ts'
import { ApiError } from './errors.ts'
import { type Heard, spansOf } from './evidence.ts'

const scoreBody = z.strictObject({
  rubric: z.string().max(100_000),
  text: z.string().max(100_000).optional(),
  /** A spoken answer, as a data URL. */
  recording: z
    .string()
    .regex(/^data:/, 'expected a data URL')
    .optional(),
  question: z.string().max(100_000).default(''),
})

type Score = (c: Context) => Promise<Response>

const KEPT = 16 // recordings of which it is known what is said in them; a rubric that is edited asks again and again

/**
 * `POST /api/score`: a text or a recording by a rubric in YAML, with the places in it that the verdicts are about. A
 * recording is written down by the Whisper that is served, if one is. Of a faulty rubric comes back `fault`.
 */
export function scoring({ judge, whisper }: Pick<AppOptions, 'judge' | 'whisper'>): Score {
  const known = new Map<string, Promise<Recorded>>()
  const recorded = (url: string, signal: AbortSignal): Promise<Recorded> => {
    const key = createHash('sha256').update(url).digest('hex')
    const before = known.get(key)
    if (before) return before
    const found = listen(url, whisper, signal)
    known.set(key, found)
    found.catch(() => known.delete(key))
    if (known.size > KEPT) known.delete(known.keys().next().value!)
    return found
  }

  return async (c) => {
    const parsed = scoreBody.safeParse(await jsonBody(c))
    if (!parsed.success) {
      const { path, message } = parsed.error.issues[0]!
      throw new ApiError(400, `${path.join('.')}: ${message}.`, { param: path.join('.') })
    }
    const { rubric: yaml, recording, question } = parsed.data
    const rubric = rubricOr(yaml)
    if ('fault' in rubric) return c.json(rubric)
    const { signal } = c.req.raw
    const heard = recording === undefined ? {} : await recorded(recording, signal)
    const text = parsed.data.text ?? heard.text
    const answer = {
      ...(text === undefined ? {} : { text }),
      ...(recording === undefined ? {} : { recording }),
      messages: question === '' ? [] : [{ role: 'user' as const, content: question }],
    }
    const { score, earned, possible, nUnknown, criteria, problems } = await scoreAnswer(answer, rubric, {
      signal,
      ...(judge && { judge }),
    })
    const shown = criteria.map((one) => ({ ...one, spans: spansOf(one, rubric, text ?? '', heard) }))
    return c.json({
      name: rubric.name,
      score,
      earned,
      possible,
      nUnknown,
      criteria: shown,
      rubric,
      problems,
      text: text ?? null,
    })
  }
}

/** A rubric that is being written is faulty most of the time: that is an answer, and no failed request. */
function rubricOr(yaml: string): Rubric | { fault: string } {
  try {
    return parseRubric(yaml, { file: 'rubric' })
  } catch (error) {
    if (!(error instanceof RubricError)) throw error
    return { fault: error.message }
  }
}

interface Recorded extends Heard {
  readonly text?: string
}

async function listen(url: string, whisper: AppOptions['whisper'], signal: AbortSignal): Promise<Recorded> {
  const bytes = soundOf(url)
  const decoded = await decodeAudio(bytes)
  const durationSeconds = (decoded.channels[0]?.length ?? 0) / decoded.sampleRate
  const { 'leading-silence': silence } = await measureAudio(decoded, { names: ['leading-silence'] })
  const known = { durationSeconds, leadingSilence: silence?.value ?? null }
  if (!whisper) return known
  const { samples } = await loadAudio(bytes, { sampleRate: 16_000 })
  const wav = `data:audio/wav;base64,${Buffer.from(encodeWav(samples, 16_000)).toString('base64')}`
  const { text, segments } = await whisper.queue.ask({ url: wav, timestamps: true }, signal)
  return { ...known, text, segments }
}
