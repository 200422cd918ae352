import type { KvCache } from './architectures/decoder.ts'
import { hear, type WhisperConfig, whisperDecoder } from './architectures/whisperDecoder.ts'
import type { MappedWeights } from './checkpoint/mapped.ts'
import { type CompiledGraph, compile, input, reshape, slice, type Tensor } from './graph/index.ts'
import type { AudioFeatures } from './policy/index.ts'
import type { Engine } from './runtime/engine.ts'
import type { Value } from './runtime/runtime.ts'
import { weightTable } from './weights.ts'

/**
 * A Whisper in an engine: hears one window of sound at a time and gives the logits of the next token of its transcript.
 * Keys and values of the window and of the tokens so far stay in the engine.
 */
export class Transcriber {
  readonly config: WhisperConfig
  readonly engine: Engine
  /** Name → shape of every parameter. */
  readonly parameters: ReadonlyMap<string, readonly number[]>
  readonly #mapped: MappedWeights | undefined
  #length = 0

  /** Weights that `mapped` holds stay in their files. */
  constructor(config: WhisperConfig, engine: Engine, mapped?: MappedWeights) {
    this.#mapped = mapped
    this.config = config
    this.engine = engine
    const { weights, declared } = weightTable()
    const heard = hear(input('log_mel', [1, config.audio.nMels, 2]), input('n', [1], 'int32'), weights, config)
    whisperDecoder(input('ids', [1, 1], 'int64'), input('positions', [1], 'int64'), heard, weights, config)
    this.parameters = new Map([...declared].map(([name, { shape }]) => [name, shape]))
  }

  /** Puts the other weights in place, and makes room for keys and values. */
  async setWeights(read: (name: string) => Float32Array): Promise<void> {
    for (const [name, shape] of this.parameters) {
      if (this.#mapped?.tensors.has(name)) continue
      await this.engine.write(name, { dtype: 'float32', shape, data: read(name) })
    }
    const { hidden, nHeads, nLayers, maxAudioPositions } = this.config
    for (let i = 0; i < nLayers; i++) {
      for (const part of ['key', 'value']) {
        const ofClip = [1, nHeads, maxAudioPositions, hidden / nHeads]
        await this.engine.write(`heard_${part}.${i}`, { dtype: 'float32', shape: ofClip })
        await this.engine.write(`past_${part}.${i}`, { dtype: 'float32', shape: this.#cacheShape })
      }
    }
  }

  /** Frames of a window: what every clip is filled up to. */
  get nFrames(): number {
    return 2 * this.config.maxAudioPositions
  }

  /** Hears a window; `features` must have {@link nFrames} frames. */
  async hear({ data, nMels, nFrames }: AudioFeatures): Promise<void> {
    const { audio, nLayers, maxAudioPositions } = this.config
    if (nMels !== audio.nMels || nFrames !== this.nFrames) {
      throw new RangeError(`a window is ${nMels} × ${nFrames}, the model reads ${audio.nMels} × ${this.nFrames}.`)
    }
    await this.engine.define('hear', () => {
      const logMel = input('log_mel', [1, nMels, nFrames])
      const heard = hear(logMel, input('n_positions', [1], 'int32'), weightTable().weights, this.config)
      return compile({ ...numbered('heard_key', heard.keys), ...numbered('heard_value', heard.values) }, this.#mapped)
    })
    const names = [...layerNames('heard_key', nLayers), ...layerNames('heard_value', nLayers)]
    await this.engine.run({
      graph: 'hear',
      feeds: {
        log_mel: { dtype: 'float32', shape: [1, nMels, nFrames], data },
        n_positions: { dtype: 'int32', shape: [1], data: Int32Array.of(maxAudioPositions) },
      },
      into: Object.fromEntries(names.map((name) => [`new_${name}`, name])),
    })
  }

  /** Begins a transcript of the window with these tokens; logits [vocab] of the next. */
  async start(ids: readonly number[]): Promise<Float32Array> {
    this.#length = 0
    return this.#read(ids)
  }

  /** Goes on with one token. @throws RangeError when the transcript is as long as the model has positions */
  async next(id: number): Promise<Float32Array> {
    return this.#read([id])
  }

  async #read(ids: readonly number[]): Promise<Float32Array> {
    const time = ids.length
    const { nLayers, maxPositions } = this.config
    const first = this.#length
    this.#length += time
    if (this.#length > maxPositions) {
      throw new RangeError(`a transcript of ${this.#length} tokens does not fit the model's ${maxPositions} positions.`)
    }
    await this.engine.define(`read:${time}`, () => this.#reader(time))
    const names = [...layerNames('past_key', nLayers), ...layerNames('past_value', nLayers)]
    const int64 = (shape: number[], values: readonly number[]): Value => ({
      dtype: 'int64',
      shape,
      data: BigInt64Array.from(values, BigInt),
    })
    const { logits } = await this.engine.run({
      graph: `read:${time}`,
      feeds: {
        ids: int64([1, time], ids),
        positions: int64(
          [time],
          ids.map((_, i) => first + i),
        ),
        last_index: { dtype: 'int32', shape: [1], data: Int32Array.of(this.#length - 1) },
        total_length: { dtype: 'int32', shape: [], data: Int32Array.of(this.#length) },
      },
      into: Object.fromEntries(names.map((name) => [name.replace('past', 'present'), name])),
      fetch: ['logits'],
    })
    return logits!.data as Float32Array
  }

  /** The decoder over `time` new tokens; logits of the last. */
  #reader(time: number): CompiledGraph {
    const { config } = this
    const { hidden, nHeads, nLayers, maxAudioPositions, vocab } = config
    const inputs = (name: string, shape: readonly number[]) =>
      Array.from({ length: nLayers }, (_, i) => input(`${name}.${i}`, shape))
    const ofClip = [1, nHeads, maxAudioPositions, hidden / nHeads]
    const kvCache: KvCache = {
      pastKeys: inputs('past_key', this.#cacheShape),
      pastValues: inputs('past_value', this.#cacheShape),
      lastIndex: input('last_index', [1], 'int32'),
      totalLength: input('total_length', [], 'int32'),
      presentKeys: [],
      presentValues: [],
    }
    const heard = { keys: inputs('heard_key', ofClip), values: inputs('heard_value', ofClip) }
    const ids = input('ids', [1, time], 'int64')
    const positions = input('positions', [time], 'int64')
    const logits = whisperDecoder(ids, positions, heard, weightTable().weights, config, kvCache)
    const outputs: Record<string, Tensor> = { logits: reshape(slice(logits, 1, time - 1, time), [vocab]) }
    for (let i = 0; i < nLayers; i++) {
      outputs[`present_key.${i}`] = kvCache.presentKeys[i]!
      outputs[`present_value.${i}`] = kvCache.presentValues[i]!
    }
    return compile(outputs, this.#mapped)
  }

  get #cacheShape(): readonly number[] {
    const { hidden, nHeads, maxPositions } = this.config
    return [1, nHeads, maxPositions, hidden / nHeads]
  }
}

const layerNames = (name: string, n: number): string[] => Array.from({ length: n }, (_, i) => `${name}.${i}`)

const numbered = (name: string, tensors: readonly Tensor[]): Record<string, Tensor> =>
  Object.fromEntries(tensors.map((tensor, i) => [`new_${name}.${i}`, tensor]))
