// Sampling from an opened model; the job is that of python/sample.py.
import { startEngine } from '../../../../models/index.ts'
import { openModel } from '../../../../src/index.ts'
import { job, serve } from './serve.ts'

interface SampleJob {
  readonly folder: string
  readonly prompts: readonly (readonly number[])[]
  readonly newTokens: number
  readonly temperature: number
  readonly threads: number
}

const { folder, prompts, newTokens, temperature, threads } = job<SampleJob>()
const engine = startEngine({ threads })
const { policy } = await openModel(folder, engine)
const texts = [...new Set(prompts.map((ids) => ids.join()))]
const sequences = texts.map((text) => ({ ids: text.split(',').map(Number), audios: [] }))
const rows = prompts.map((ids, seed) => ({ prompt: texts.indexOf(ids.join()), seed }))

await serve(async () => {
  const answers = await policy.generate({
    batch: { audios: [], sequences },
    rows,
    maxNewTokens: newTokens,
    stopIds: [],
    sampling: { temperature },
  })
  return {
    ids: answers[0]!.completionIds,
    nTokens: answers.reduce((total, { completionIds }) => total + completionIds.length, 0),
  }
})
await engine.close()
