import { type Adapter, belongsTo, DROPOUT_STRIDE, dropoutTable, initialLora, isLoraTensor } from './adapters/adapter.ts'
import { type Tower, towerOf } from './adapters/towers.ts'
import {
  type AudioLanguageConfig,
  audioLanguageModel,
  audioRows,
  logitsOf,
} from './architectures/audioLanguageModel.ts'
import { headDimOf, type KvCache } from './architectures/decoder.ts'
import type { MappedWeights } from './checkpoint/mapped.ts'
import type { GeneratedRow, GenerateRequest, OnTokens } from './generation/generate.ts'
import { plainSampling, type SamplingOptions } from './generation/sampling.ts'
import { add, compile, gatherRows, grad, input, reshape, type Tensor } from './graph/index.ts'
import { type Objective, type ObjectiveContext, objectiveContext } from './objective.ts'
import {
  adamWDefaults,
  type OptimiserKind,
  type OptimiserStep,
  optimiserStep,
  optimisers,
  stateArrays,
} from './optimisers/index.ts'
import { sfc32 } from './random.ts'
import type { Engine } from './runtime/engine.ts'
import type { Value, Values } from './runtime/runtime.ts'
import { initialWeight, type WeightTable, weightTable } from './weights.ts'

/** Features of one clip: [nMels, nFrames], as `rubato/audio` makes them. */
export interface AudioFeatures {
  readonly data: Float32Array
  readonly nMels: number
  readonly nFrames: number
}

/** Token ids, with the clips its `<|AUDIO|>` places stand for, in order. */
export interface TokenSequence {
  readonly ids: readonly number[]
  /** Index into the batch's clips, one for each run of audio places. */
  readonly audios: readonly number[]
}

export interface Batch {
  readonly audios: readonly AudioFeatures[]
  readonly sequences: readonly TokenSequence[]
}

/** Tokens that a loss looks at: `position` ≥ 1 is that of the token itself, predicted by the state before it. */
export interface Targets {
  readonly tokens: readonly { readonly sequence: number; readonly position: number }[]
  /** Values a token, by the name the objective asks for. */
  readonly values?: Readonly<Record<string, ArrayLike<number>>>
  readonly numbers?: Readonly<Record<string, number>>
}

export interface PolicyOptions {
  readonly config: AudioLanguageConfig
  readonly engine: Engine
  /** Id of `<|AUDIO|>`; −1 for a model that hears nothing. */
  readonly audioId: number
  readonly padId: number
  /** Tokens that are never sampled; `<|AUDIO|>` never is. */
  readonly suppressIds?: readonly number[]
  /** Weights that are only read and stay in their files; a policy trains what is not among them. */
  readonly mapped?: MappedWeights
  /** Low-rank updates that train in place of the weights they stand beside. */
  readonly adapter?: Adapter
}

/** Sizes that graphs are specialised to; fewer sizes compile fewer graphs, at the price of some padding. */
const TIME_BUCKET = 16
const TARGET_BUCKET = 256
const CACHE_BUCKET = 128
const PREFILL_ROWS = 16

const upTo = (n: number, multiple: number): number => Math.max(multiple, Math.ceil(n / multiple) * multiple)
const powerOfTwo = (n: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, n)))

/** The weights that a model asks for, as graph inputs by name, in the order of the architecture. */
function declare(config: AudioLanguageConfig, adapter?: Adapter): WeightTable {
  const table = weightTable(adapter && { adapter })
  const { weights } = table
  const { audio } = config
  const rows =
    audio &&
    audioRows(input('log_mel', [1, audio.nMels, 2 * audio.pool]), input('n_positions', [1], 'int32'), weights, config)
  const ids = input('ids', [1, 2], 'int64')
  const states = audioLanguageModel(ids, input('audio_index', [1, 2], 'int64'), rows, weights, config)
  logitsOf(reshape(states, [2, config.language.hidden]), weights, config)
  return table
}

/** Name → shape of every parameter of a model of this shape. */
export const parametersOf = (config: AudioLanguageConfig): ReadonlyMap<string, readonly number[]> =>
  new Map([...declare(config).declared].map(([name, { shape }]) => [name, shape]))

/** Module → [nOut, nIn] of every linear of a model of this shape that an adapter can stand beside. */
export const linearsOf = (config: AudioLanguageConfig): WeightTable['linears'] => declare(config).linears

/**
 * One set of weights in an engine, with the graphs that sample from it and train it. What an update writes is what the
 * next rollout reads.
 */
export class Policy {
  readonly config: AudioLanguageConfig
  readonly engine: Engine
  /** Name → shape of every parameter, an adapter's included, in the order of the architecture. */
  readonly parameters: ReadonlyMap<string, readonly number[]>
  readonly #audioId: number
  readonly #padId: number
  readonly #suppressIds: readonly number[]
  readonly #declared: ReadonlyMap<string, Tensor>
  readonly #mapped: MappedWeights | undefined
  readonly adapter: Adapter | undefined
  readonly #widestAdapted: number
  #frozen: ReadonlySet<Tower> = new Set()
  #optimiser: { graph: string; step: OptimiserStep; arrays: ReadonlyMap<string, string> } | null = null

  constructor({ config, engine, audioId, padId, suppressIds = [], mapped, adapter }: PolicyOptions) {
    this.#mapped = mapped
    this.adapter = adapter
    this.#suppressIds = [...new Set([...(config.audio ? [audioId] : []), ...suppressIds])]
    this.config = config
    this.engine = engine
    this.#audioId = audioId
    this.#padId = padId
    const { declared, linears } = declare(config, adapter)
    this.#declared = declared
    this.#widestAdapted = Math.max(
      0,
      ...[...(adapter?.linears.keys() ?? [])].map((name) => linears.get(name)?.[1] ?? 0),
    )
    this.parameters = new Map([...declared].map(([name, { shape }]) => [name, shape]))
  }

  /** Mel bands of the clips that it reads; Whisper's first size where it reads none. */
  get nMels(): 80 | 128 {
    return (this.config.audio?.nMels ?? 80) as 80 | 128
  }

  get nParameters(): number {
    return [...this.parameters.values()].reduce((total, shape) => total + shape.reduce((a, b) => a * b, 1), 0)
  }

  /**
   * Name → shape of what trains: all parameters, or those of the adapter, less those of frozen towers. Gradients and the
   * optimiser's state exist for these only.
   */
  get trainable(): ReadonlyMap<string, readonly number[]> {
    return new Map([...this.parameters].filter(([name]) => this.#trains(name)))
  }

  #trains(name: string): boolean {
    return !this.#frozen.has(towerOf(name)) && (!this.adapter || belongsTo(name, this.adapter))
  }

  #trainableTensors(): ReadonlyMap<string, Tensor> {
    return new Map([...this.#declared].filter(([name]) => this.#trains(name)))
  }

  /** Keeps towers as they are from now on, in place of those kept before; the next step needs a fresh optimiser. */
  async freeze(towers: readonly Tower[]): Promise<void> {
    this.#frozen = new Set(towers)
    await this.engine.forget([...(this.#optimiser?.arrays.keys() ?? [])])
    await this.engine.forget([...this.parameters.keys()].map((name) => `grad/${name}`))
    this.#optimiser = null
  }

  /** First values of the adapter's updates, drawn by seed: B is 0, so that the model is still its base. */
  async initialiseAdapter(seed: number): Promise<void> {
    const random = sfc32(seed)
    for (const [name, shape] of this.parameters) {
      if (!isLoraTensor(name)) continue
      await this.engine.write(name, { dtype: 'float32', shape, data: initialLora(name, shape, random) })
    }
  }

  /** Fresh weights, drawn by seed. */
  async initialise(seed: number): Promise<void> {
    const random = sfc32(seed)
    const nLayers = Math.max(this.config.audio?.nLayers ?? 0, this.config.language.nLayers)
    for (const [name, shape] of this.parameters) {
      await this.engine.write(name, { dtype: 'float32', shape, data: initialWeight(name, shape, nLayers, random) })
    }
  }

  /** Puts weights in place, less those that stay in their files; with a prefix, those of a copy that {@link snapshot} keeps. */
  async setWeights(weights: ReadonlyMap<string, Float32Array>, prefix = ''): Promise<void> {
    for (const [name, shape] of prefix === '' ? this.parameters : this.trainable) {
      if (prefix === '' && this.#mapped?.tensors.has(name)) continue
      const data = weights.get(prefix + name)
      if (!data) throw new Error(`the checkpoint has no tensor "${prefix + name}"`)
      await this.engine.write(prefix + name, { dtype: 'float32', shape, data })
    }
  }

  /** Copies of the weights by name; with a prefix, of those that {@link snapshot} keeps, under their prefixed names. */
  async weights(prefix = ''): Promise<Map<string, Float32Array>> {
    return this.#readAll([...(prefix === '' ? this.parameters : this.trainable).keys()].map((name) => prefix + name))
  }

  /** Puts the adapter's weights in place; those of the base stay. */
  async setAdapterWeights(weights: ReadonlyMap<string, Float32Array>): Promise<void> {
    for (const [name, data] of weights) {
      const shape = this.parameters.get(name)
      if (!shape) throw new Error(`internal: the adapter has "${name}", the model has not`)
      await this.engine.write(name, { dtype: 'float32', shape, data })
    }
  }

  /** Copies of the adapter's weights by name: updates, and towers that train whole. */
  async adapterWeights(): Promise<Map<string, Float32Array>> {
    const { adapter } = this
    if (!adapter) throw new Error('internal: a policy without an adapter has no weights of one')
    return this.#readAll([...this.parameters.keys()].filter((name) => belongsTo(name, adapter)))
  }

  /** What the optimiser keeps between steps, by `<slot>/<name>`: AdamW's moments, Muon's momentum. */
  async optimiserState(): Promise<Map<string, Float32Array>> {
    const names = [...(this.#optimiser?.arrays.keys() ?? [])]
    const values = await this.engine.read(names)
    return new Map(names.map((name, i) => [name, values[i]!.data as Float32Array]))
  }

  /** Goes on with an optimiser where {@link optimiserState} left it. */
  async setOptimiserState(state: ReadonlyMap<string, Float32Array>, kind: OptimiserKind = 'adamw'): Promise<void> {
    await this.resetOptimiser(kind)
    for (const [array, name] of this.#optimiser!.arrays) {
      const data = state.get(array)
      if (!data) throw new Error(`internal: the state of ${kind} has no "${array}"`)
      await this.engine.write(array, { dtype: 'float32', shape: this.parameters.get(name)!, data })
    }
  }

  /** A fresh optimiser: a new stage starts from zero. */
  async resetOptimiser(kind: OptimiserKind = 'adamw'): Promise<void> {
    const trainable = this.#trainableTensors()
    const step = optimiserStep(optimisers[kind], trainable)
    const arrays = stateArrays(optimisers[kind], trainable)
    await this.engine.forget([...(this.#optimiser?.arrays.keys() ?? [])])
    for (const [array, name] of arrays) {
      await this.engine.write(array, { dtype: 'float32', shape: this.parameters.get(name)! })
    }
    for (const [name, { shape }] of trainable) await this.engine.write(`grad/${name}`, { dtype: 'float32', shape })
    const graph = `optimiser/${kind}${this.#frozenKey()}`
    await this.engine.define(graph, () => compile(step.outputs))
    this.#optimiser = { graph, step, arrays }
  }

  /** Keeps the present weights aside under `prefix`, to be read with `bindPrefix`. */
  async snapshot(prefix: string): Promise<void> {
    // What does not train needs no copy: a run that finds none under the prefix reads the weight itself.
    await this.engine.forget([...this.parameters.keys()].map((name) => prefix + name))
    const names = [...this.trainable.keys()]
    for (const [i, { data }] of (await this.engine.read(names)).entries()) {
      const name = names[i]!
      await this.engine.write(prefix + name, { dtype: 'float32', shape: this.parameters.get(name)!, data })
    }
  }

  /**
   * Gradients of an objective into the gradient arrays (added to what is there when `accumulate`); returns loss, the
   * objective's metrics and log-probabilities of the targets, in their order. `seed` draws what the adapter's dropout hides.
   */
  async gradients(
    batch: Batch,
    targets: Targets,
    objective: Objective,
    { accumulate = false, seed = 0 }: { accumulate?: boolean; seed?: number } = {},
  ): Promise<{ metrics: Record<string, number>; logProbs: Float32Array }> {
    const fed = this.#feeds(batch, targets)
    const graph = `grad:${objective.name}:${accumulate ? '+' : ''}${fed.key}${this.#frozenKey()}`
    const names = [...this.trainable.keys()]
    let metricNames: string[] = []
    const make = () => {
      const { context, parameters } = this.#forward(fed, true)
      const { loss, metrics = {} } = objective.build(context)
      const wanted = names.map((name) => parameters.get(name)!)
      const outputs: Record<string, Tensor> = { loss, log_probs: context.logProbs, ...metrics }
      for (const [i, g] of grad(loss, wanted).entries()) {
        const name = names[i]!
        if (!g) continue
        outputs[`out/${name}`] = accumulate ? add(input(`grad/${name}`, g.shape), g) : g
      }
      return compile(outputs, this.#mapped)
    }
    const known = this.#graphs.get(graph)
    if (!known) {
      const compiled = make()
      metricNames = compiled.outputs
        .map(({ name }) => name)
        .filter((name) => !name.startsWith('out/') && name !== 'log_probs')
      const reached = compiled.outputs.map(({ name }) => name).filter((name) => name.startsWith('out/'))
      await this.engine.define(graph, () => compiled)
      const into = Object.fromEntries(reached.map((name) => [name, name.replace('out/', 'grad/')]))
      this.#graphs.set(graph, { metricNames, into, unreached: names.filter((name) => !(`out/${name}` in into)) })
    }
    const { into, metricNames: fetch, unreached } = this.#graphs.get(graph)!
    if (!accumulate) {
      // What this batch does not reach (the audio tower, when nothing is heard) must not keep the last step's gradient.
      for (const name of unreached) {
        await this.engine.write(`grad/${name}`, { dtype: 'float32', shape: this.parameters.get(name)! })
      }
    }
    const feeds = { ...fed.feeds, ...this.#dropoutFeed(fed, seed) }
    const result = await this.engine.run({ graph, feeds, into, fetch: [...fetch, 'log_probs'] })
    return {
      metrics: Object.fromEntries(fetch.map((name) => [name, Number(result[name]!.data[0])])),
      logProbs: (result.log_probs!.data as Float32Array).slice(0, targets.tokens.length),
    }
  }

  /** One step of the optimiser from the gradient arrays; returns the gradient's norm before clipping. `step` is 1-based. */
  async update(options: {
    step: number
    learningRate: number
    weightDecay?: number
    maxGradNorm?: number
    gradScale?: number
  }): Promise<{ gradNorm: number }> {
    if (!this.#optimiser) throw new Error('internal: update before resetOptimiser')
    const { step, learningRate, weightDecay = 0.01, maxGradNorm = 1, gradScale = 1 } = options
    const {
      graph,
      step: { into },
    } = this.#optimiser
    const number = (value: number): Value => ({ dtype: 'float32', shape: [], data: Float32Array.of(value) })
    const { grad_norm } = await this.engine.run({
      graph,
      feeds: {
        learning_rate: number(learningRate),
        weight_decay: number(weightDecay),
        max_grad_norm: number(maxGradNorm),
        grad_scale: number(gradScale),
        correction1: number(1 / (1 - adamWDefaults.beta1 ** step)),
        correction2: number(1 / (1 - adamWDefaults.beta2 ** step)),
      },
      into,
      fetch: ['grad_norm'],
    })
    return { gradNorm: Number(grad_norm!.data[0]) }
  }

  /** Log-probabilities of the targets, forward only; `prefix` reads weights kept by {@link snapshot}. */
  async logProbs(batch: Batch, targets: Targets, { prefix = '' }: { prefix?: string } = {}): Promise<Float32Array> {
    const fed = this.#feeds(batch, targets)
    const graph = `logprobs:${fed.key}`
    await this.engine.define(graph, () => compile({ log_probs: this.#forward(fed).context.logProbs }, this.#mapped))
    const { log_probs } = await this.engine.run({ graph, feeds: fed.feeds, fetch: ['log_probs'], bindPrefix: prefix })
    return (log_probs!.data as Float32Array).slice(0, targets.tokens.length)
  }

  /**
   * Keeps the log-probabilities of all words at the targets, [targets, vocab] in the engine, under `name`, for the next
   * `gradients` of the same batch to read as a table; `prefix` reads weights kept by {@link snapshot}.
   */
  async keepDistribution(batch: Batch, targets: Targets, name: string, { prefix = '' }: { prefix?: string } = {}) {
    const fed = this.#feeds(batch, targets)
    const graph = `distribution:${fed.key}`
    await this.engine.define(graph, () => compile({ distribution: this.#forward(fed).context.distribution() }))
    await this.engine.write(name, { dtype: 'float32', shape: [fed.sizes.nTargets, this.config.language.vocab] })
    await this.engine.run({ graph, feeds: fed.feeds, into: { distribution: name }, bindPrefix: prefix })
  }

  /** Samples a completion for every row; prompts may carry different clips, and a prompt may have many rows. */
  async generate(options: {
    batch: Batch
    /** One a completion: which sequence of the batch it continues, and its seed. */
    rows: readonly { readonly prompt: number; readonly seed: number }[]
    maxNewTokens: number
    stopIds: readonly number[]
    sampling?: Partial<SamplingOptions>
    onTokens?: OnTokens
    /** When aborted, sampling ends after the token at hand; rows keep what they have. */
    signal?: AbortSignal
  }): Promise<GeneratedRow[]> {
    const { batch, rows, maxNewTokens, signal } = options
    const { language } = this.config
    const longest = Math.max(...batch.sequences.map(({ ids }) => ids.length))
    const capacity = upTo(longest + maxNewTokens, CACHE_BUCKET)
    if (longest + maxNewTokens > language.maxPositions) {
      throw new RangeError(
        `a prompt of ${longest} tokens and ${maxNewTokens} new ones do not fit the model's ${language.maxPositions} positions.`,
      )
    }
    const headDim = headDimOf(language)
    const cache = { nLayers: language.nLayers, nKvHeads: language.nKvHeads, headDim, capacity }
    const heard = batch.audios.length > 0 ? await this.#encode(batch.audios) : null

    // Prompts of like length share a chunk; rows are renumbered to the order in which prompts are read.
    const order = batch.sequences
      .map((_, i) => i)
      .sort((a, b) => batch.sequences[a]!.ids.length - batch.sequences[b]!.ids.length)
    const prefills: GenerateRequest['prefills'][number][] = []
    for (let at = 0; at < order.length; ) {
      const nRows = Math.min(PREFILL_ROWS, powerOfTwo(order.length - at))
      const chosen = order.slice(at, at + nRows).map((i) => batch.sequences[i]!)
      prefills.push(await this.#prefill(chosen, nRows, heard, cache))
      at += nRows
    }
    const decoders: { batch: number; graph: string }[] = []
    for (let n = 1; ; n *= 2) {
      decoders.push({ batch: n, graph: await this.#decoder(n, cache) })
      if (n >= rows.length) break
    }
    const place = new Map(order.map((prompt, i) => [prompt, i]))
    const stop = signal && new Int32Array(new SharedArrayBuffer(4))
    const end = () => stop && Atomics.store(stop, 0, 1)
    if (signal?.aborted) end()
    signal?.addEventListener('abort', end, { once: true })
    const generated = this.engine.generate(
      {
        prefills,
        decoders,
        cache,
        vocab: language.vocab,
        rows: rows.map(({ prompt, seed }) => ({ prompt: place.get(prompt)!, seed })),
        sampling: { ...plainSampling, suppressIds: this.#suppressIds, ...options.sampling },
        maxNewTokens,
        stopIds: options.stopIds,
        ...(stop && { stop }),
      },
      options.onTokens,
    )
    return generated.finally(() => signal?.removeEventListener('abort', end))
  }

  readonly #graphs = new Map<string, { metricNames: string[]; into: Record<string, string>; unreached: string[] }>()

  async #readAll(names: readonly string[]): Promise<Map<string, Float32Array>> {
    const values = await this.engine.read(names)
    return new Map(names.map((name, i) => [name, values[i]!.data as Float32Array]))
  }

  /** Graph from ids and features to the log-probabilities of the targets, for one set of sizes. */
  #forward({ sizes }: Fed, training = false): { context: ObjectiveContext; parameters: ReadonlyMap<string, Tensor> } {
    const { batch, time, nTargets, nAudios, nFrames } = sizes
    const { config } = this
    const length = training ? this.#dropoutLength(sizes) : 0
    const { weights, declared } = weightTable({
      ...(this.adapter && { adapter: this.adapter }),
      ...(length > 0 && { dropout: input('dropout', [length]) }),
    })
    const ids = input('ids', [batch, time], 'int64')
    const rows =
      nAudios > 0
        ? audioRows(
            input('log_mel', [nAudios, this.nMels, nFrames]),
            input('n_positions', [nAudios], 'int32'),
            weights,
            config,
          )
        : null
    const audioIndex = rows ? input('audio_index', [batch, time], 'int64') : null
    const states = audioLanguageModel(ids, audioIndex, rows, weights, config)
    const chosen = gatherRows(
      reshape(states, [batch * time, config.language.hidden]),
      input('target_at', [nTargets], 'int64'),
    )
    const logits = logitsOf(chosen, weights, config)
    const context = objectiveContext(logits, input('target_ids', [nTargets], 'int64'))
    // A batch without audio does not reach the audio tower; its parameters keep their place.
    for (const [name, tensor] of this.#declared) if (!declared.has(name)) weights.at(name, tensor.shape)
    return { context, parameters: declared }
  }

  /** Numbers that dropout reads: the largest window, from the last linear's place on; 0 where nothing drops out. */
  #dropoutLength({ batch, time, nAudios, nFrames }: Fed['sizes']): number {
    if (!this.adapter?.dropout) return 0
    const rows = Math.max(batch * time, (nAudios * nFrames) / 2)
    return rows * this.#widestAdapted + (this.adapter.linears.size - 1) * DROPOUT_STRIDE
  }

  #dropoutFeed({ sizes }: Fed, seed: number): Record<string, Value> {
    const length = this.#dropoutLength(sizes)
    if (length === 0) return {}
    const data = dropoutTable(length, this.adapter!.dropout, seed)
    return { dropout: { dtype: 'float32', shape: [length], data } }
  }

  /** Graphs that train differ by what is frozen. */
  #frozenKey(): string {
    return this.#frozen.size > 0 ? `:without ${[...this.#frozen].sort().join(',')}` : ''
  }

  #feeds(batch: Batch, { tokens, values = {}, numbers = {} }: Targets): Fed {
    const time = upTo(Math.max(...batch.sequences.map(({ ids }) => ids.length)), TIME_BUCKET)
    const nTargets = upTo(tokens.length, TARGET_BUCKET)
    const audio = this.#features(batch.audios)
    const text = this.#padded(batch.sequences, batch.sequences.length, time, audio?.tokensPerClip ?? 0)
    const at = new BigInt64Array(nTargets)
    const ids = new BigInt64Array(nTargets)
    for (const [i, { sequence, position }] of tokens.entries()) {
      at[i] = BigInt(sequence * time + position - 1)
      ids[i] = BigInt(batch.sequences[sequence]!.ids[position]!)
    }
    const feeds: Record<string, Value> = {
      ids: text.ids,
      target_at: int64([nTargets], at),
      target_ids: int64([nTargets], ids),
    }
    if (audio)
      Object.assign(feeds, { audio_index: text.audioIndex, log_mel: audio.logMel, n_positions: audio.nPositions })
    for (const [name, data] of Object.entries(values)) {
      const padded = new Float32Array(nTargets)
      padded.set(data)
      feeds[name] = { dtype: 'float32', shape: [nTargets], data: padded }
    }
    for (const [name, value] of Object.entries(numbers)) {
      feeds[name] = { dtype: 'float32', shape: [], data: Float32Array.of(value) }
    }
    const sizes = {
      batch: batch.sequences.length,
      time,
      nTargets,
      nAudios: audio?.nAudios ?? 0,
      nFrames: audio?.nFrames ?? 0,
    }
    return { feeds, sizes, key: Object.values(sizes).join('x') }
  }

  /** Clips padded to one length: [nAudios, nMels, nFrames] with zeros behind the true end. */
  #features(audios: readonly AudioFeatures[]) {
    if (audios.length === 0) return null
    if (!this.config.audio) throw new RangeError(`the model hears no sound; ${audios.length} clips were given.`)
    const { nMels, pool } = this.config.audio
    const nFrames = upTo(Math.max(...audios.map((a) => a.nFrames)), 4 * 2 * pool)
    const nAudios = audios.length <= 8 ? powerOfTwo(audios.length) : upTo(audios.length, 8)
    const data = new Float32Array(nAudios * nMels * nFrames)
    const nPositions = new Int32Array(nAudios).fill(1)
    for (const [i, clip] of audios.entries()) {
      if (clip.nMels !== nMels) throw new RangeError(`a clip has ${clip.nMels} mel bands, the model reads ${nMels}.`)
      for (let band = 0; band < nMels; band++) {
        data.set(clip.data.subarray(band * clip.nFrames, (band + 1) * clip.nFrames), (i * nMels + band) * nFrames)
      }
      nPositions[i] = Math.floor((clip.nFrames - 1) / 2) + 1
    }
    return {
      nAudios,
      nFrames,
      tokensPerClip: nFrames / (2 * pool),
      logMel: { dtype: 'float32', shape: [nAudios, nMels, nFrames], data } satisfies Value,
      nPositions: { dtype: 'int32', shape: [nAudios], data: nPositions } satisfies Value,
    }
  }

  /** Ids padded on the right to [nRows, time], and for every audio place the row of the encoder's output. */
  #padded(sequences: readonly TokenSequence[], nRows: number, time: number, tokensPerClip: number) {
    const ids = new BigInt64Array(nRows * time).fill(BigInt(this.#padId))
    const audioIndex = new BigInt64Array(nRows * time).fill(-1n)
    for (const [row, { ids: tokens, audios }] of sequences.entries()) {
      let clip = -1
      let within = 0
      for (const [t, id] of tokens.entries()) {
        ids[row * time + t] = BigInt(id)
        if (id !== this.#audioId) continue
        if (tokens[t - 1] !== this.#audioId) {
          clip++
          within = 0
        }
        const source = audios[clip]
        if (source === undefined)
          throw new RangeError(`a sequence has more audio places than clips (${audios.length}).`)
        audioIndex[row * time + t] = BigInt(source * tokensPerClip + within++)
      }
    }
    return { ids: int64([nRows, time], ids), audioIndex: int64([nRows, time], audioIndex) }
  }

  async #encode(audios: readonly AudioFeatures[]) {
    const fed = this.#features(audios)!
    const { config } = this
    const graph = `encode:${fed.nAudios}x${fed.nFrames}`
    await this.engine.define(graph, () => {
      const { weights } = weightTable(this.adapter && { adapter: this.adapter })
      const logMel = input('log_mel', [fed.nAudios, this.nMels, fed.nFrames])
      const rows = audioRows(logMel, input('n_positions', [fed.nAudios], 'int32'), weights, config)
      return compile({ rows }, this.#mapped)
    })
    const { rows } = await this.engine.run({
      graph,
      feeds: { log_mel: fed.logMel, n_positions: fed.nPositions },
      fetch: ['rows'],
    })
    return { rows: rows!, tokensPerClip: fed.tokensPerClip }
  }

  async #prefill(
    prompts: readonly TokenSequence[],
    nRows: number,
    heard: { rows: Value; tokensPerClip: number } | null,
    cache: GenerateRequest['cache'],
  ): Promise<GenerateRequest['prefills'][number]> {
    const lengths = prompts.map(({ ids }) => ids.length)
    const time = upTo(Math.max(...lengths), TIME_BUCKET)
    const text = this.#padded(prompts, nRows, time, heard?.tokensPerClip ?? 0)
    const nAudioRows = heard?.rows.shape[0] ?? 0
    const graph = `prefill:${nRows}x${time}x${nAudioRows}x${cache.capacity}`
    await this.engine.define(graph, () => this.#cached(nRows, time, nAudioRows, cache))
    const last = Int32Array.from({ length: nRows }, (_, i) => (lengths[i] ?? 1) - 1)
    const lastAt = BigInt64Array.from({ length: nRows }, (_, i) => BigInt(i * time + last[i]!))
    const feeds: Record<string, Value> = {
      ids: text.ids,
      last_index: { dtype: 'int32', shape: [nRows], data: last },
      total_length: { dtype: 'int32', shape: [], data: Int32Array.of(time) },
      last_at: int64([nRows], lastAt),
    }
    if (heard) Object.assign(feeds, { audio_rows: heard.rows, audio_index: text.audioIndex })
    return { graph, feeds, lengths }
  }

  async #decoder(nRows: number, cache: GenerateRequest['cache']): Promise<string> {
    const graph = `decode:${nRows}x${cache.capacity}`
    await this.engine.define(graph, () => this.#cached(nRows, 1, 0, cache))
    return graph
  }

  /** The model with a cache: `time` new tokens a row, logits of the last one. */
  #cached(
    nRows: number,
    time: number,
    nAudioRows: number,
    { nLayers, nKvHeads, headDim, capacity }: GenerateRequest['cache'],
  ) {
    const { config } = this
    const { weights } = weightTable(this.adapter && { adapter: this.adapter })
    const slot = (name: string) =>
      Array.from({ length: nLayers }, (_, i) => input(`${name}.${i}`, [nRows, nKvHeads, capacity, headDim]))
    const kvCache: KvCache = {
      pastKeys: slot('past_key'),
      pastValues: slot('past_value'),
      lastIndex: input('last_index', [nRows], 'int32'),
      totalLength: input('total_length', [], 'int32'),
      presentKeys: [],
      presentValues: [],
    }
    const rows = nAudioRows > 0 ? input('audio_rows', [nAudioRows, config.language.hidden]) : null
    const audioIndex = rows ? input('audio_index', [nRows, time], 'int64') : null
    const states = audioLanguageModel(input('ids', [nRows, time], 'int64'), audioIndex, rows, weights, config, kvCache)
    const flat = reshape(states, [nRows * time, config.language.hidden])
    const last = time === 1 ? flat : gatherRows(flat, input('last_at', [nRows], 'int64'))
    const outputs: Record<string, Tensor> = {
      logits: logitsOf(last, weights, config),
    }
    for (let i = 0; i < nLayers; i++) {
      outputs[`present_key.${i}`] = kvCache.presentKeys[i]!
      outputs[`present_value.${i}`] = kvCache.presentValues[i]!
    }
    return compile(outputs, this.#mapped)
  }
}

interface Fed {
  readonly feeds: Record<string, Value>
  readonly sizes: { batch: number; time: number; nTargets: number; nAudios: number; nFrames: number }
  readonly key: string
}

const int64 = (shape: readonly number[], data: Values): Value => ({ dtype: 'int64', shape, data })
