import type { Hono } from 'hono'
import { loadAudio, logMel } from '../../audio/index.ts'
import { libraryRubrics, loadRubric, stringifyRubric } from '../../rubrics/index.ts'
import { AUDIO_LANGUAGES } from '../tags/index.ts'
import type { AppOptions } from './app.ts'
import { addAssets } from './assets.ts'
import { checkedLength } from './chatRequest.ts'
import { addClips } from './clips.ts'
import { ApiError } from './errors.ts'
import { addRuns } from './runs.ts'
import { scoring } from './scoring.ts'
import { offerTasks } from './tasks.ts'

const PICTURE_SECONDS = 30 // of sound in a mel picture; the page shows what the model hears

/** The demo page, the runs page, and what they ask for. */
export function addPages(app: Hono, options: AppOptions): void {
  addAssets(app)
  addRuns(app, options.runs)
  addClips(app, options.clips)

  app.get('/api/about', (c) =>
    c.json({
      models: [...options.models.values()].map(({ id, hears, knowsTags, maxSeconds }) => ({
        id,
        hears,
        knowsTags,
        maxSeconds,
      })),
      rubrics: libraryRubrics(),
      judge: options.judge !== undefined,
      whisper: options.whisper?.id ?? null,
      languages: AUDIO_LANGUAGES,
    }),
  )

  app.get('/api/tasks', offerTasks)

  app.get('/api/rubrics/:name', async (c) => {
    const name = c.req.param('name')
    if (!libraryRubrics().includes(name)) throw new ApiError(404, 'no such rubric.')
    return c.json({ name, text: stringifyRubric(await loadRubric(name), 'yaml') })
  })

  // The log-mel that a model hears, a byte a value: [nMels, nFrames], the lowest band first.
  app.post('/api/mel', async (c) => {
    const bytes = checkedLength(new Uint8Array(await c.req.arrayBuffer()))
    const { samples } = await loadAudio(bytes, { sampleRate: 16_000 })
    const heard = samples.subarray(0, PICTURE_SECONDS * 16_000)
    const { data, nMels, nFrames } = await logMel(heard, { nMels: [...options.models.values()][0]?.nMels ?? 80 })
    const [low, high] = data.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)] as const, [
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ] as const)
    const scale = high > low ? 255 / (high - low) : 0
    return c.json({
      nMels,
      nFrames,
      seconds: samples.length / 16_000,
      data: Buffer.from(Uint8Array.from(data, (v) => Math.round((v - low) * scale))).toString('base64'),
    })
  })

  app.post('/api/score', scoring(options))
}
