// Opening a checkpoint, as `rubato chat` does, then the first token behind a prompt; the job is that of python/open.py.
import { createInterface } from 'node:readline'
import { startEngine } from '../../../../models/index.ts'
import { openModel } from '../../../../src/index.ts'
import { job, peakBytes, reply } from './serve.ts'

const { folder, prompt, threads } = job<{ folder: string; prompt: number[]; threads: number }>()
reply({ ready: true })
for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() !== 'go') break
  const started = performance.now()
  const engine = startEngine({ threads })
  const { policy } = await openModel(folder, engine, { frozen: true })
  const ms = performance.now() - started
  const openedBytes = peakBytes()
  const [answer] = await policy.generate({
    batch: { audios: [], sequences: [{ ids: prompt, audios: [] }] },
    rows: [{ prompt: 0, seed: 0 }],
    maxNewTokens: 1,
    stopIds: [],
    sampling: { temperature: 0 },
  })
  reply({ ms, firstMs: performance.now() - started, openedBytes, peakBytes: peakBytes(), ids: answer!.completionIds })
  await engine.close()
}
