// The process whose memory `memory.ts` measures: one gradient of a text model, as often as RUBATO_BENCH_ROUNDS says (2).
import { Policy, startEngine } from '../../models/index.ts'
import { seededRandom } from '../../src/random.ts'
import { crossEntropy } from '../../src/update/losses/crossEntropy.ts'
import type { MemoryCase } from './memory.ts'

const { vocab, hidden, nLayers, nHeads, time, nTargets, options } = JSON.parse(process.argv[2]!) as MemoryCase
const language = { vocab, hidden, nLayers, nHeads, nKvHeads: nHeads, ffn: 3 * hidden, maxPositions: time }
const config = { audio: null, language: { ...language, ropeTheta: 10_000, rmsEpsilon: 1e-6, tied: true } }
const engine = startEngine()
const policy = new Policy({ config, engine, audioId: -1, padId: 0 })
await policy.initialise(1)
await policy.resetOptimiser()
const random = seededRandom(1)
const ids = Array.from({ length: time }, () => random.integer(vocab))
const tokens = Array.from({ length: nTargets }, (_, i) => ({ sequence: 0, position: time - nTargets + i }))
const targets = { tokens, values: { weight: new Float32Array(nTargets).fill(1 / nTargets) } }
const held = process.memoryUsage.rss()
let seconds = Number.POSITIVE_INFINITY
let loss = 0
for (let round = 0; round < Number(process.env.RUBATO_BENCH_ROUNDS ?? 2); round++) {
  const start = performance.now()
  const { metrics } = await policy.gradients(
    { audios: [], sequences: [{ ids, audios: [] }] },
    targets,
    crossEntropy,
    options,
  )
  seconds = Math.min(seconds, (performance.now() - start) / 1000)
  loss = metrics.loss!
}
process.send?.({ loss, peak: process.resourceUsage().maxRSS / 1024 - held / 2 ** 20, seconds })
await engine.close()
