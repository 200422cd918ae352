import type { AudioFeatures, Batch, Policy, Targets } from '../../models/index.ts'
import type { PromptRenderer } from '../prompts/renderer.ts'
import type { PreparedSample } from '../rollout/prepare.ts'
import { taskMeans } from '../rollout/taskMeans.ts'
import { dropoutSeed } from '../update/dropoutSeed.ts'
import { crossEntropy, smoothedCrossEntropy } from '../update/losses/crossEntropy.ts'
import type { OptimiserOptions } from '../update/schedule.ts'
import { applyGradients } from './applyGradients.ts'
import { learntBatch } from './diverged.ts'
import { packRows } from './packing.ts'

export interface SftOptions extends OptimiserOptions {
  /** Micro-batches whose gradients are added before one update. */
  readonly accumulation: number
  /** What an adapter's dropout and noise are drawn from, with the step ('0'). */
  readonly seed?: string
  /** Tokens of a row that several samples share; null gives every sample a row of its own (null). */
  readonly packLength?: number | null
  /** Layers keep their inputs alone and are made again in the backward pass (false). */
  readonly recomputeLayers?: boolean
  /** α of NEFTune's noise on embeddings (0). */
  readonly neftune?: number
  /** Share of each prediction's weight that all words have in equal parts (0). */
  readonly labelSmoothing?: number
}

/**
 * One optimiser step of supervised fine-tuning on the assistant's tokens; `samples` are conversations that end with the
 * answer. `step` is 1-based. Of samples that name a task, `task/<name>/loss` is the mean negative log-likelihood of its tokens.
 *
 * @throws Diverged when loss or gradient is no finite number
 */
export async function sftStep(
  policy: Policy,
  renderer: PromptRenderer,
  samples: readonly Pick<PreparedSample, 'id' | 'task' | 'messages' | 'features'>[],
  options: SftOptions,
  step: number,
): Promise<Record<string, number>> {
  const started = performance.now()
  // Samples of like length share a part, so that little is padding.
  const rendered = samples
    .map(({ id, task, messages, features }) => ({
      id,
      task,
      ...renderer.conversation(messages, features),
      features,
    }))
    .sort((a, b) => a.ids.length - b.ids.length)
  const packLength = options.packLength && rowLength(rendered, options.packLength)
  const parts = (
    packLength ? packedParts(rendered, options.accumulation, packLength) : paddedParts(rendered, options.accumulation)
  ).filter(({ targets }) => targets.tokens.length > 0)
  const nTokens = parts.reduce((total, { targets }) => total + targets.tokens.length, 0)
  const kept = () => parts.map(({ sampleIds, batch, targets }) => learntBatch(sampleIds, batch, targets))
  const { recomputeLayers = false, neftune = 0, labelSmoothing = 0 } = options
  const objective = labelSmoothing > 0 ? smoothedCrossEntropy(labelSmoothing) : crossEntropy
  let loss = 0
  let unsmoothed = 0
  const ofTasks: { task: string | undefined; value: number }[] = []
  for (const [i, { batch, targets, tasks }] of parts.entries()) {
    const weight = new Float32Array(targets.tokens.length).fill(1 / nTokens)
    const { metrics, logProbs } = await policy.gradients(batch, { ...targets, values: { weight } }, objective, {
      accumulate: i > 0,
      seed: dropoutSeed(options.seed ?? '0', step, i),
      recomputeLayers,
      neftune,
    })
    loss += metrics.loss!
    unsmoothed += metrics.nll ?? metrics.loss!
    for (const [t, { sequence }] of targets.tokens.entries())
      ofTasks.push({ task: tasks[sequence], value: -logProbs[t]! })
  }
  const applied = await applyGradients(policy, options, step, loss, kept)
  return {
    loss,
    ...applied,
    num_tokens: nTokens,
    ...(labelSmoothing > 0 && { nll: unsmoothed }),
    ...(packLength && utilisation(parts)),
    ...taskMeans('loss', ofTasks),
    step_time: (performance.now() - started) / 1000,
  }
}

interface Rendered {
  readonly id: string
  readonly task: string | undefined
  readonly ids: readonly number[]
  readonly isAssistant: readonly boolean[]
  readonly features: readonly AudioFeatures[]
}

interface Part {
  readonly sampleIds: string[]
  /** Of each sequence. */
  readonly tasks: readonly (string | undefined)[]
  readonly batch: Batch
  readonly targets: Targets
}

/** Samples by length, a row each. */
function paddedParts(samples: readonly Rendered[], nParts: number): Part[] {
  const size = Math.ceil(samples.length / nParts)
  return Array.from({ length: nParts }, (_, i) => sftBatch(samples.slice(i * size, (i + 1) * size)))
}

/** Full rows, as many a part. */
function packedParts(samples: readonly Rendered[], nParts: number, length: number): Part[] {
  const rows = packRows(
    samples.map(({ ids }) => ids.length),
    length,
  )
  const size = Math.ceil(rows.length / nParts)
  return Array.from({ length: nParts }, (_, i) => {
    const own = rows.slice(i * size, (i + 1) * size)
    const part = sftBatch(own.flatMap((row) => row.map((item) => samples[item]!)))
    let next = 0
    const packing = { rows: own.map((row) => row.map(() => next++)), length }
    return { ...part, batch: { ...part.batch, packing } }
  })
}

/** Rows as long as asked; longer where a sample is, by steps, since every length is a graph of its own. */
function rowLength(samples: readonly Rendered[], asked: number): number {
  const longest = Math.max(...samples.map(({ ids }) => ids.length))
  return longest <= asked ? asked : Math.ceil(longest / LENGTH_STEP) * LENGTH_STEP
}
const LENGTH_STEP = 128 // tokens

/** Rows of the step, and the share of their places that holds a token. */
function utilisation(parts: readonly Part[]): { 'packing/rows': number; 'packing/utilisation': number } {
  let [rows, places, tokens] = [0, 0, 0]
  for (const { batch } of parts) {
    rows += batch.packing!.rows.length
    places += batch.packing!.rows.length * batch.packing!.length
    for (const { ids } of batch.sequences) tokens += ids.length
  }
  return { 'packing/rows': rows, 'packing/utilisation': tokens / places }
}

/** Conversations as one batch, and the assistant's tokens as its targets. */
function sftBatch(samples: readonly Rendered[]): Part {
  const clips = [...new Set(samples.flatMap(({ features }) => features))]
  const tokens: { sequence: number; position: number }[] = []
  const sequences = samples.map(({ ids, isAssistant, features }, sequence) => {
    for (const [position, own] of isAssistant.entries()) if (own && position > 0) tokens.push({ sequence, position })
    return { ids, audios: features.map((clip) => clips.indexOf(clip)) }
  })
  return {
    sampleIds: samples.map(({ id }) => id),
    tasks: samples.map(({ task }) => task),
    batch: { audios: clips, sequences },
    targets: { tokens },
  }
}
