// A training step: gradients, clipping, AdamW; whole or of an adapter. The job is that of python/train.py.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import {
  type Adapter,
  fromConfigJson,
  linearsOf,
  mapTensors,
  Policy,
  readSafetensors,
  startEngine,
} from '../../../../models/index.ts'
import { crossEntropy } from '../../../../src/index.ts'
import { job, serve } from './serve.ts'

interface TrainJob {
  readonly folder: string
  readonly sequences: readonly (readonly number[])[]
  readonly features?: string
  readonly lora: number | null
  readonly threads: number
  readonly learningRate: number
}

const { folder, sequences, features, lora, threads, learningRate } = job<TrainJob>()
let policy: Policy
const engine = startEngine({ threads })
const file = path.join(folder, 'config.json')
const { config, audioTokenId } = fromConfigJson(JSON.parse(readFileSync(file, 'utf8')), file)
const adapter: Adapter | undefined =
  lora === null
    ? undefined
    : {
        linears: new Map([...linearsOf(config).keys()].map((name) => [name, { rank: lora, alpha: 2 * lora }])),
        rsLora: false,
        dropout: 0,
        trainFully: [],
      }
const opened = readSafetensors(folder)
const ids = { audioId: audioTokenId, padId: 0 }
if (adapter) {
  // As `rubato train` does: the base stays in its file.
  const mapped = mapTensors([...opened.tensors.values()])
  policy = new Policy({ config, engine, ...ids, adapter, mapped })
  await policy.initialiseAdapter(1)
} else {
  policy = new Policy({ config, engine, ...ids })
  await policy.setWeights(new Map([...opened.tensors.keys()].map((name) => [name, opened.read(name)])))
}
await policy.resetOptimiser()

const clips = features === undefined ? [] : clipsIn(features)
const batch = {
  audios: clips,
  sequences: sequences.map((ids, i) => ({ ids, audios: clips.length > 0 ? [i] : [] })),
}
const tokens = sequences.flatMap((ids, sequence) => ids.slice(1).map((_, i) => ({ sequence, position: i + 1 })))
const weight = new Float32Array(tokens.length).fill(1 / tokens.length)
let step = 0

await serve(async () => {
  const { metrics } = await policy.gradients(batch, { tokens, values: { weight } }, crossEntropy)
  const { gradNorm } = await policy.update({ step: ++step, learningRate })
  return { loss: metrics.loss, gradNorm }
})
await engine.close()

function clipsIn(file: string) {
  const opened = readSafetensors(file)
  const [nClips, nMels, nFrames] = opened.tensors.get('log_mel')!.shape as [number, number, number]
  const data = opened.read('log_mel')
  const size = nMels * nFrames
  return Array.from({ length: nClips }, (_, i) => ({ data: data.slice(i * size, (i + 1) * size), nMels, nFrames }))
}
