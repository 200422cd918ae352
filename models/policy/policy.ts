import { type Adapter, belongsTo, dropoutTable, initialLora, isLoraTensor } from '../adapters/adapter.ts'
import { type Tower, towerOf } from '../adapters/towers.ts'
import type { AudioLanguageConfig } from '../architectures/audioLanguageModel.ts'
import { isKept, type MappedWeights } from '../checkpoint/mapped.ts'
import type { GeneratedRow } from '../generation/generate.ts'
import { add, compile, grad, input, reshape, slice, type Tensor, topK } from '../graph/index.ts'
import { type Objective, type ObjectiveContext, predict, targetLogProbs, wholeDistribution } from '../objective.ts'
import type { OptimiserKind } from '../optimisers/index.ts'
import { sfc32 } from '../random.ts'
import type { Engine } from '../runtime/engine.ts'
import type { Value } from '../runtime/runtime.ts'
import { initialWeight } from '../weights.ts'
import type { Batch, Targets } from './batch.ts'
import { batchFeeds, type Fed, noiseFeed } from './feeds.ts'
import { declareWeights, dropoutLength, type TrainingRun, targetGraph } from './graphs.ts'
import { type Hearing, hearing } from './hearing.ts'
import {
  type OptimiserSettings,
  type ResidentOptimiser,
  residentOptimiser,
  type UpdateOptions,
} from './residentOptimiser.ts'
import { type SampleRequest, type Sampler, sampleRows } from './sampling.ts'

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

export interface GradientOptions {
  /** Adds to the gradients that are there (false). */
  readonly accumulate?: boolean
  /** Draws what the adapter's dropout hides, and NEFTune's noise (0). */
  readonly seed?: number
  /** A layer keeps its input alone and is made again in the backward pass: less memory, a third more products (false). */
  readonly recomputeLayers?: boolean
  /** Keeps logits and scores of attention whole whatever their size; what benches compare with (false). */
  readonly keepWhole?: boolean
  /** α of NEFTune's noise on the embeddings of words; 0 adds none (0). */
  readonly neftune?: number
}

/** What is known of a graph of gradients once it is built. */
interface GradientGraph {
  /** Whether it gives log-probabilities of the targets. */
  readonly readsWords: boolean
  readonly metricNames: readonly string[]
  /** Output → gradient array. */
  readonly into: Readonly<Record<string, string>>
  /** Parameters that the batch's sizes leave out. */
  readonly unreached: readonly string[]
}

/**
 * One set of weights in an engine, with the graphs that sample from it and train it. What an update writes is what the
 * next rollout reads.
 */
export class Policy {
  readonly config: AudioLanguageConfig
  readonly engine: Engine
  readonly adapter: Adapter | undefined
  /** Linears of the base that are held in few bits, by module. */
  readonly quantised: MappedWeights['quantised']
  /** Name → shape of every parameter, an adapter's included, in the order of the architecture. */
  readonly parameters: ReadonlyMap<string, readonly number[]>
  readonly #declared: ReadonlyMap<string, Tensor>
  readonly #sampler: Sampler
  readonly #widestAdapted: number
  readonly #hearing: Hearing
  readonly #gradientGraphs = new Map<string, GradientGraph>()
  #frozen: ReadonlySet<Tower> = new Set()
  #optimiser: ResidentOptimiser | null = null

  constructor({ config, engine, audioId, padId, suppressIds = [], mapped, adapter }: PolicyOptions) {
    const { declared, linears } = declareWeights({ config, adapter })
    const neverSampled = [...new Set([...(config.audio ? [audioId] : []), ...suppressIds])]
    this.config = config
    this.engine = engine
    this.adapter = adapter
    this.parameters = new Map([...declared].map(([name, { shape }]) => [name, shape]))
    this.#declared = declared
    this.quantised = mapped?.quantised
    this.#sampler = {
      config,
      adapter,
      quantised: mapped?.quantised,
      engine,
      mapped,
      audioId,
      padId,
      suppressIds: neverSampled,
    }
    this.#hearing = hearing(this.#sampler)
    const adapted = [...(adapter?.linears.keys() ?? [])]
    this.#widestAdapted = Math.max(0, ...adapted.map((name) => linears.get(name)?.[1] ?? 0))
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

  /** Keeps towers as they are from now on, in place of those kept before; the next step needs a fresh optimiser. */
  async freeze(towers: readonly Tower[]): Promise<void> {
    this.#frozen = new Set(towers)
    this.#hearing.forget()
    await this.#optimiser?.forget()
    this.#optimiser = null
  }

  /** First values of the adapter's updates, drawn by seed: B is 0, so that the model is still its base. */
  async initialiseAdapter(seed: number): Promise<void> {
    this.#hearing.forget()
    const random = sfc32(seed)
    for (const [name, shape] of this.parameters) {
      if (!isLoraTensor(name)) continue
      await this.engine.write(name, { dtype: 'float32', shape, data: initialLora(name, shape, random) })
    }
  }

  /** Fresh weights, drawn by seed. */
  async initialise(seed: number): Promise<void> {
    this.#hearing.forget()
    const random = sfc32(seed)
    const nLayers = Math.max(this.config.audio?.nLayers ?? 0, this.config.language.nLayers)
    for (const [name, shape] of this.parameters) {
      await this.engine.write(name, { dtype: 'float32', shape, data: initialWeight(name, shape, nLayers, random) })
    }
  }

  /** Puts weights in place, less those that stay in their files; with a prefix, those of a copy that {@link snapshot} keeps. */
  async setWeights(weights: ReadonlyMap<string, Float32Array>, prefix = ''): Promise<void> {
    this.#hearing.forget()
    for (const [name, shape] of prefix === '' ? this.parameters : this.trainable) {
      if (prefix === '' && this.#sampler.mapped && isKept(name, this.#sampler.mapped)) continue
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
  setAdapterWeights(weights: ReadonlyMap<string, Float32Array>): Promise<void> {
    return this.setSome(weights)
  }

  /** Puts some weights in place, a head's for instance; the others stay as they are. */
  async setSome(weights: ReadonlyMap<string, Float32Array>): Promise<void> {
    this.#hearing.forget()
    for (const [name, data] of weights) {
      const shape = this.parameters.get(name)
      if (!shape) throw new Error(`internal: weights hold "${name}", the model has not`)
      await this.engine.write(name, { dtype: 'float32', shape, data })
    }
  }

  /** Copies of the adapter's weights by name: updates, and towers that train whole. */
  async adapterWeights(): Promise<Map<string, Float32Array>> {
    const { adapter } = this
    if (!adapter) throw new Error('internal: a policy without an adapter has no weights of one')
    return this.#readAll([...this.parameters.keys()].filter((name) => belongsTo(name, adapter)))
  }

  /** Keeps the present weights aside under `prefix`, to be read with `bindPrefix`. */
  async snapshot(prefix: string): Promise<void> {
    // What does not train needs no copy: a run that finds none under the prefix reads the weight itself.
    await this.engine.forget([...this.parameters.keys()].map((name) => prefix + name))
    for (const [name, data] of await this.#readAll([...this.trainable.keys()])) {
      await this.engine.write(prefix + name, { dtype: 'float32', shape: this.parameters.get(name)!, data })
    }
  }

  async #readAll(names: readonly string[]): Promise<Map<string, Float32Array>> {
    const values = await this.engine.read(names)
    return new Map(names.map((name, i) => [name, values[i]!.data as Float32Array]))
  }

  /** A fresh optimiser: a new stage starts from zero. */
  async resetOptimiser(kind: OptimiserKind = 'adamw', settings: OptimiserSettings = {}): Promise<void> {
    await this.#optimiser?.forget()
    const trainable = new Map([...this.#declared].filter(([name]) => this.#trains(name)))
    this.#optimiser = await residentOptimiser(this.engine, kind, trainable, this.#key(), settings)
  }

  /** What the optimiser keeps between steps, by `<slot>/<name>`; empty before {@link resetOptimiser}. */
  async optimiserState(): Promise<Map<string, Float32Array>> {
    return (await this.#optimiser?.state()) ?? new Map()
  }

  /** Goes on with an optimiser where {@link optimiserState} left it. */
  async setOptimiserState(
    state: ReadonlyMap<string, Float32Array>,
    kind: OptimiserKind = 'adamw',
    settings: OptimiserSettings = {},
  ): Promise<void> {
    await this.resetOptimiser(kind, settings)
    await this.#optimiser!.setState(state)
  }

  /** One step of the optimiser from the gradient arrays; returns the gradient's norm before clipping. */
  async update(options: UpdateOptions): Promise<{ gradNorm: number }> {
    if (!this.#optimiser) throw new Error('internal: update before resetOptimiser')
    return this.#optimiser.update(options)
  }

  /**
   * Gradients of an objective into the gradient arrays (added to what is there when `accumulate`); returns loss, the
   * objective's metrics and log-probabilities of the targets, in their order (none where the objective looks at no word).
   */
  async gradients(
    batch: Batch,
    targets: Targets,
    objective: Objective,
    { accumulate = false, seed = 0, recomputeLayers = false, keepWhole = false, neftune = 0 }: GradientOptions = {},
  ): Promise<{ metrics: Record<string, number>; logProbs: Float32Array }> {
    const fed = await this.#feed(batch, targets)
    const variant = `${recomputeLayers ? ':recomputed' : ''}${keepWhole ? ':whole' : ''}${neftune > 0 ? ':noise' : ''}`
    const graph = `grad:${objective.name}:${accumulate ? '+' : ''}${fed.key}${variant}${this.#key()}`
    const forward = () => this.#forward(fed, { training: true, recomputeLayers, keepWhole, noise: neftune > 0 })
    const known =
      this.#gradientGraphs.get(graph) ?? (await this.#defineGradients(graph, forward, objective, accumulate))
    const { into, metricNames, unreached } = known
    if (!accumulate) {
      // What this batch does not reach (the audio tower, when nothing is heard) must not keep the last step's gradient.
      for (const name of unreached) {
        await this.engine.write(`grad/${name}`, { dtype: 'float32', shape: this.parameters.get(name)! })
      }
    }
    const noise = neftune > 0 && noiseFeed(batch, fed.sizes, this.config.language.hidden, neftune, seed)
    const feeds = { ...fed.feeds, ...this.#dropoutFeed(fed, seed), ...(noise && { noise }) }
    const logProbs = known.readsWords ? ['log_probs'] : []
    const result = await this.engine.run({ graph, feeds, into, fetch: [...metricNames, ...logProbs] })
    return {
      metrics: Object.fromEntries(metricNames.map((name) => [name, Number(result[name]!.data[0])])),
      logProbs: ((result.log_probs?.data ?? new Float32Array()) as Float32Array).slice(0, targets.tokens.length),
    }
  }

  async #defineGradients(
    graph: string,
    forward: () => ReturnType<typeof targetGraph>,
    objective: Objective,
    accumulate: boolean,
  ): Promise<GradientGraph> {
    const names = [...this.trainable.keys()]
    const { prediction, parameters } = forward()
    const predicted = predict(objective, prediction)
    const { loss, metrics, readsWords } = predicted
    const wanted = names.map((name) => parameters.get(name)!)
    const outputs: Record<string, Tensor> = { loss, ...(readsWords && { log_probs: predicted.logProbs }), ...metrics }
    for (const [i, g] of grad(loss, wanted).entries()) {
      const name = names[i]!
      if (!g) continue
      outputs[`out/${name}`] = accumulate ? add(input(`grad/${name}`, g.shape), g) : g
    }
    const compiled = compile(outputs, this.#sampler.mapped)
    await this.engine.define(graph, () => compiled)
    const given = compiled.outputs.map(({ name }) => name)
    const reached = given.filter((name) => name.startsWith('out/'))
    const into = Object.fromEntries(reached.map((name) => [name, name.replace('out/', 'grad/')]))
    const known = {
      readsWords,
      metricNames: given.filter((name) => !name.startsWith('out/') && name !== 'log_probs'),
      into,
      unreached: names.filter((name) => !(`out/${name}` in into)),
    }
    this.#gradientGraphs.set(graph, known)
    return known
  }

  /** Log-probabilities of the targets, forward only; `prefix` reads weights kept by {@link snapshot}. */
  async logProbs(batch: Batch, targets: Targets, { prefix = '' }: { prefix?: string } = {}): Promise<Float32Array> {
    const fed = await this.#feed(batch, targets)
    const graph = `logprobs:${fed.key}`
    const make = () => compile({ log_probs: targetLogProbs(this.#forward(fed).prediction) }, this.#sampler.mapped)
    await this.engine.define(graph, make)
    const { log_probs } = await this.engine.run({ graph, feeds: fed.feeds, fetch: ['log_probs'], bindPrefix: prefix })
    return (log_probs!.data as Float32Array).slice(0, targets.tokens.length)
  }

  /** What the scalar head says of the state before each target: values, or rewards behind the ends of answers. */
  async scalars(batch: Batch, targets: Targets): Promise<Float32Array> {
    const fed = await this.#feed(batch, targets)
    const graph = `scalars:${fed.key}${this.#key()}`
    const make = () => {
      const { scalarHead, states } = this.#forward(fed).prediction
      if (!scalarHead) throw new Error('internal: the model has no scalar head')
      return compile({ scalars: scalarHead(states) }, this.#sampler.mapped)
    }
    await this.engine.define(graph, make)
    const { scalars } = await this.engine.run({ graph, feeds: fed.feeds, fetch: ['scalars'] })
    return (scalars!.data as Float32Array).slice(0, targets.tokens.length)
  }

  /**
   * Keeps the log-probabilities of all words at the targets, [targets, vocab] in the engine, under `name`, for the next
   * `gradients` of the same batch to read as a table; `prefix` reads weights kept by {@link snapshot}.
   *
   * @returns with `top`, the log-probability of each target's `top`-th likeliest word; else nothing
   */
  async keepDistribution(
    batch: Batch,
    targets: Targets,
    name: string,
    { prefix = '', top }: { prefix?: string; top?: number | undefined } = {},
  ): Promise<Float32Array | null> {
    const fed = await this.#feed(batch, targets)
    const k = top && Math.min(top, this.config.language.vocab)
    const graph = `distribution:${fed.key}:${k ?? ''}`
    const make = () => {
      const distribution = wholeDistribution(this.#forward(fed).prediction)
      const floor = k && reshape(slice(topK(distribution, k), 1, k - 1, k), [-1])
      return compile({ distribution, ...(floor && { floor }) }, this.#sampler.mapped)
    }
    await this.engine.define(graph, make)
    await this.engine.write(name, { dtype: 'float32', shape: [fed.sizes.nTargets, this.config.language.vocab] })
    const into = { distribution: name }
    const { floor } = await this.engine.run({
      graph,
      feeds: fed.feeds,
      into,
      fetch: k ? ['floor'] : [],
      bindPrefix: prefix,
    })
    return floor ? (floor.data as Float32Array).slice(0, targets.tokens.length) : null
  }

  /** A number a target, forward only: `build` makes it as it would make a loss; graphs are cached under `name`. */
  async perToken(
    batch: Batch,
    targets: Targets,
    { name, build }: { readonly name: string; build(context: ObjectiveContext): Tensor },
  ): Promise<Float32Array> {
    const fed = await this.#feed(batch, targets)
    const graph = `tokens:${name}:${fed.key}${this.#key()}`
    const make = () => {
      const objective = { name, build: (context: ObjectiveContext) => ({ loss: build(context) }) }
      return compile({ tokens: predict(objective, this.#forward(fed).prediction).loss }, this.#sampler.mapped)
    }
    await this.engine.define(graph, make)
    const { tokens } = await this.engine.run({ graph, feeds: fed.feeds, fetch: ['tokens'] })
    return (tokens!.data as Float32Array).slice(0, targets.tokens.length)
  }

  /** Samples a completion for every row; prompts may carry different clips, and a prompt may have many rows. */
  generate(request: SampleRequest): Promise<GeneratedRow[]> {
    return sampleRows(this.#sampler, request)
  }

  /** Clips as they are where the encoder trains; else what it makes of them, which is made once. */
  async #feed(batch: Batch, targets: Targets): Promise<Fed> {
    const known = batch.audios.length > 0 && this.config.audio && !this.#encoderVaries
    return batchFeeds(batch, targets, this.#sampler, known ? await this.#hearing.of(batch.audios) : undefined)
  }

  /** Whether what the encoder makes of a clip changes from step to step: it trains, or dropout hides some of it. */
  get #encoderVaries(): boolean {
    const drops = (this.adapter?.dropout ?? 0) > 0
    return [...this.parameters.keys()].some(
      (name) => towerOf(name) === 'encoder' && (this.#trains(name) || (drops && isLoraTensor(name))),
    )
  }

  #forward({ sizes }: Fed, { training = false, ...run }: { training?: boolean } & TrainingRun = {}) {
    return targetGraph(sizes, this, this.#declared, { nDropout: training ? this.#dropoutLength(sizes) : 0, ...run })
  }

  #dropoutLength(sizes: Fed['sizes']): number {
    return dropoutLength(sizes, this, this.#widestAdapted)
  }

  #dropoutFeed({ sizes }: Fed, seed: number): Record<string, Value> {
    const length = this.#dropoutLength(sizes)
    if (length === 0) return {}
    const data = dropoutTable(length, this.adapter!.dropout, seed)
    return { dropout: { dtype: 'float32', shape: [length], data } }
  }

  /** Graphs that train differ by what is frozen, and by the head. */
  #key(): string {
    const { head } = this.config
    const frozen = this.#frozen.size > 0 ? `:without ${[...this.#frozen].sort().join(',')}` : ''
    return `${frozen}${head ? `:${head.kind}${head.layers}` : ''}`
  }
}
