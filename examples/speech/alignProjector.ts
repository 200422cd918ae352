import { loadAudio, logMel } from '../../audio/index.ts'
import { architectures, type Engine, graph } from '../../models/index.ts'
import { type SeededRandom, shuffle } from '../../src/random.ts'
import { RATE } from './clips.ts'
import { ctcGradient, framesNeeded } from './ctc.ts'

type EncoderShape = Parameters<typeof architectures.audioEncoder>[3]

/** A recording as an encoder hears it, and the tokens of its words. */
export interface Spoken {
  /** [nFrames, width], row-major. */
  readonly heard: Float32Array
  readonly tokens: readonly number[]
}

/** Of a linear from what the encoder hears to what the language model reads, y = W·x + b. */
export interface Projector {
  /** [hidden, width], row-major. */
  readonly weight: Float32Array
  readonly bias: Float32Array
}

export interface AlignOptions {
  readonly engine: Engine
  /** Width of the encoder. */
  readonly width: number
  /** Embeddings of the language model, [vocab, hidden], row-major. */
  readonly embeddings: Float32Array
  readonly hidden: number
  readonly random: SeededRandom
  /** Passes over the recordings (40). */
  readonly epochs?: number
  /** Mean loss of a pass, in nats a token. */
  readonly onEpoch?: (epoch: number, loss: number) => void
}

/** Recordings of a step, and the frames that a step is padded to a multiple of. */
const BATCH = 32
const FRAME_BUCKET = 256
/** Divides cosines before they become logits. */
const TEMPERATURE = 0.1
const DROPOUT = 0.1
const LEARNING_RATE = 2e-3
const WEIGHT_DECAY = 0.1

/** What an encoder makes of clips of like length at a time, in their order: each [nFrames, width] of `pool` · 20 ms. */
export async function hearClips(
  files: readonly string[],
  shape: EncoderShape,
  engine: Engine,
  weightOf: (name: string) => Float32Array,
): Promise<Float32Array[]> {
  const table = architectures.weightTable()
  const encoded = (nFrames: number, weights = architectures.weightTable().weights) =>
    architectures.audioEncoder(
      graph.input('log_mel', [CLIPS, shape.nMels, nFrames]),
      graph.input('n_positions', [CLIPS], 'int32'),
      weights,
      shape,
    )
  encoded(2 * shape.pool, table.weights)
  for (const [name, { shape: size }] of table.declared) {
    await engine.write(name, { dtype: 'float32', shape: size, data: weightOf(name) })
  }
  const clips: { place: number; data: Float32Array; nFrames: number }[] = []
  for (const [place, file] of files.entries()) {
    const { samples } = await loadAudio(file, { sampleRate: RATE })
    const { data, nFrames } = await logMel(samples, { nMels: shape.nMels as 80 | 128 })
    clips.push({ place, data, nFrames })
  }
  clips.sort((a, b) => a.nFrames - b.nFrames)
  const found: Float32Array[] = []
  for (let at = 0; at < clips.length; at += CLIPS) {
    const part = clips.slice(at, at + CLIPS)
    const step = 8 * shape.pool
    const nFrames = step * Math.ceil(part.at(-1)!.nFrames / step)
    const data = new Float32Array(CLIPS * shape.nMels * nFrames)
    const nPositions = new Int32Array(CLIPS).fill(1)
    for (const [i, clip] of part.entries()) {
      nPositions[i] = Math.floor((clip.nFrames + 1) / 2)
      for (let band = 0; band < shape.nMels; band++) {
        const row = clip.data.subarray(band * clip.nFrames, (band + 1) * clip.nFrames)
        data.set(row, (i * shape.nMels + band) * nFrames)
      }
    }
    const name = `encoder/${nFrames}`
    await engine.define(name, () => graph.compile({ rows: encoded(nFrames) }))
    const { rows } = await engine.run({
      graph: name,
      feeds: {
        log_mel: { dtype: 'float32', shape: [CLIPS, shape.nMels, nFrames], data },
        n_positions: { dtype: 'int32', shape: [CLIPS], data: nPositions },
      },
      fetch: ['rows'],
    })
    const size = (nFrames / (2 * shape.pool)) * shape.hidden
    for (const [i, { place }] of part.entries()) {
      const nTokens = Math.floor(nPositions[i]! / shape.pool)
      found[place] = (rows!.data as Float32Array).slice(i * size, i * size + nTokens * shape.hidden)
    }
  }
  return found
}
/** Clips that are heard at once. */
const CLIPS = 8

/**
 * Trains a projector so that what it makes of a recording spells its words: the nearest embedding of every frame, blanks
 * and repetitions left out (CTC; its output layer is the language model's own table of words). Minutes where training
 * through the language model takes hours, because that is not run. Recordings too short for their tokens are left out.
 *
 * The result is scaled and shifted to lie where embeddings do.
 */
export async function alignProjector(spoken: readonly Spoken[], options: AlignOptions): Promise<Projector> {
  const { engine, width, embeddings, hidden, random, epochs = 40, onEpoch = () => {} } = options
  const vocabulary = [...new Set(spoken.flatMap(({ tokens }) => tokens))].sort((a, b) => a - b)
  const classOf = new Map(vocabulary.map((token, i) => [token, i + 1]))
  const { mean, directions, length } = centred(embeddings, hidden, vocabulary)
  const items = spoken
    .map(({ heard, tokens }) => ({ heard, labels: tokens.map((token) => classOf.get(token)!) }))
    .filter(({ heard, labels }) => framesNeeded(labels) <= heard.length / width)
  const nClasses = vocabulary.length + 1
  const parameters = {
    weight: Float32Array.from({ length: hidden * width }, () => (2 * random() - 1) / Math.sqrt(width)),
    bias: new Float32Array(hidden),
    blank: new Float32Array(hidden),
    blank_bias: new Float32Array(1),
  }
  const shapes = { weight: [hidden, width], bias: [hidden], blank: [1, hidden], blank_bias: [1] } as const
  const names = Object.keys(parameters) as (keyof typeof parameters)[]
  await engine.write('directions', { dtype: 'float32', shape: [vocabulary.length, hidden], data: directions })
  const adam = adamW(parameters)
  const nSteps = epochs * Math.ceil(items.length / BATCH)
  for (let epoch = 0, step = 1; epoch < epochs; epoch++) {
    const order = shuffle(items, random)
    let [loss, nTokens] = [0, 0]
    for (let at = 0; at < order.length; at += BATCH, step++) {
      const part = order.slice(at, at + BATCH)
      const nFrames = part.reduce((n, { heard }) => n + heard.length / width, 0)
      const padded = FRAME_BUCKET * Math.ceil(nFrames / FRAME_BUCKET)
      const data = new Float32Array(padded * width)
      let from = 0
      for (const { heard } of part) {
        for (const [i, x] of heard.entries()) if (random() >= DROPOUT) data[from + i] = x / (1 - DROPOUT)
        from += heard.length
      }
      const heard = { dtype: 'float32', shape: [padded, width], data } as const
      for (const name of names) {
        await engine.write(name, { dtype: 'float32', shape: shapes[name], data: parameters[name] })
      }
      const graphs = await define(engine, { padded, width, hidden, nClasses, shapes })
      const { log_probs } = await engine.run({ graph: graphs.forward, feeds: { heard }, fetch: ['log_probs'] })
      const gradient = new Float32Array(padded * nClasses)
      const labelled = part.reduce((n, { labels }) => n + labels.length, 0)
      from = 0
      for (const { heard: own, labels } of part) {
        const size = (own.length / width) * nClasses
        const found = ctcGradient((log_probs!.data as Float32Array).subarray(from, from + size), nClasses, labels)
        loss += found.loss
        for (const [i, x] of found.gradient.entries()) gradient[from + i] = x / labelled
        from += size
      }
      nTokens += labelled
      const moved = { dtype: 'float32', shape: [padded, nClasses], data: gradient } as const
      const fetch = names.map((name) => `d_${name}`)
      const gradients = await engine.run({ graph: graphs.backward, feeds: { heard, moved }, fetch })
      adam(
        fetch.map((name) => gradients[name]!.data as Float32Array),
        LEARNING_RATE * (1 - (step - 1) / nSteps),
      )
    }
    onEpoch(epoch + 1, loss / nTokens)
  }
  return amongEmbeddings(parameters, items, { width, hidden, mean, length })
}

/** Embeddings of a vocabulary around the mean of all: their directions, and how long they are (root mean square). */
function centred(embeddings: Float32Array, hidden: number, vocabulary: readonly number[]) {
  const mean = new Float64Array(hidden)
  for (const [i, x] of embeddings.entries()) mean[i % hidden]! += x
  const n = embeddings.length / hidden
  for (let i = 0; i < hidden; i++) mean[i]! /= n
  const directions = new Float32Array(vocabulary.length * hidden)
  let squares = 0
  for (const [row, token] of vocabulary.entries()) {
    const own = mean.map((x, i) => embeddings[token * hidden + i]! - x)
    const norm = Math.hypot(...own)
    squares += norm ** 2
    directions.set(
      own.map((x) => x / norm),
      row * hidden,
    )
  }
  return { mean, directions, length: Math.sqrt(squares / vocabulary.length) }
}

interface Sizes {
  readonly padded: number
  readonly width: number
  readonly hidden: number
  readonly nClasses: number
  readonly shapes: Readonly<Record<'weight' | 'bias' | 'blank' | 'blank_bias', readonly number[]>>
}

/** Log-probabilities of the frames' classes, and what a change of their logits asks of the parameters. */
async function define(engine: Engine, { padded, width, hidden, nClasses, shapes }: Sizes) {
  const { add, compile, concat, grad, input, linear, logSoftmax, mul, scale, sum } = graph
  const write = () => {
    const own = {
      weight: input('weight', shapes.weight),
      bias: input('bias', shapes.bias),
      blank: input('blank', shapes.blank),
      blank_bias: input('blank_bias', shapes.blank_bias),
    }
    const y = linear(input('heard', [padded, width]), own.weight, own.bias)
    const words = linear(y, input('directions', [nClasses - 1, hidden]))
    const silence = add(scale(linear(y, own.blank), 1 / TEMPERATURE), own.blank_bias)
    return { own, logits: concat([silence, scale(words, 1 / TEMPERATURE)], 1) }
  }
  const names = { forward: `ctc/forward/${padded}`, backward: `ctc/backward/${padded}` }
  await engine.define(names.forward, () => compile({ log_probs: logSoftmax(write().logits) }))
  await engine.define(names.backward, () => {
    const { own, logits } = write()
    const along = sum(mul(logits, input('moved', [padded, nClasses])))
    const keys = Object.keys(own) as (keyof typeof own)[]
    const gradients = grad(
      along,
      keys.map((key) => own[key]),
    )
    return compile(Object.fromEntries(keys.map((key, i) => [`d_${key}`, gradients[i]!])))
  })
  return names
}

/** AdamW over all parameters, their gradient clipped to norm 1. */
function adamW(parameters: Readonly<Record<string, Float32Array>>) {
  const slots = Object.values(parameters).map((values) => ({
    values,
    first: new Float32Array(values.length),
    second: new Float32Array(values.length),
  }))
  let step = 0
  return (gradients: readonly Float32Array[], learningRate: number): void => {
    step++
    const norm = Math.sqrt(gradients.reduce((total, all) => total + all.reduce((sum, x) => sum + x * x, 0), 0))
    const clip = Math.min(1, 1 / norm)
    for (const [k, { values, first, second }] of slots.entries()) {
      for (const [i, raw] of gradients[k]!.entries()) {
        const x = raw * clip
        first[i] = 0.9 * first[i]! + 0.1 * x
        second[i] = 0.999 * second[i]! + 0.001 * x * x
        const moved = first[i]! / (1 - 0.9 ** step) / (Math.sqrt(second[i]! / (1 - 0.999 ** step)) + 1e-8)
        values[i] = values[i]! * (1 - learningRate * WEIGHT_DECAY) - learningRate * moved
      }
    }
  }
}

/** The projector that makes frames as long as embeddings are around their mean, and puts them around it. */
function amongEmbeddings(
  { weight, bias }: { readonly weight: Float32Array; readonly bias: Float32Array },
  items: readonly { readonly heard: Float32Array }[],
  { width, hidden, mean, length }: { width: number; hidden: number; mean: Float64Array; length: number },
): Projector {
  let [squares, nFrames] = [0, 0]
  for (const { heard } of items.filter((_, i) => i % 10 === 0)) {
    for (let t = 0; t < heard.length; t += width, nFrames++) {
      for (let row = 0; row < hidden; row++) {
        let y = bias[row]!
        for (let i = 0; i < width; i++) y += weight[row * width + i]! * heard[t + i]!
        squares += y * y
      }
    }
  }
  const factor = length / Math.sqrt(squares / nFrames)
  return { weight: weight.map((x) => factor * x), bias: bias.map((x, i) => factor * x + mean[i]!) }
}
