import * as ort from 'onnxruntime-node'
import { type GeneratedRow, type GenerateRequest, generate, type OnTokens } from '../generation/generate.ts'
import type { DType } from '../graph/tensor.ts'

export type Values = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array
export interface Value {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly data: Values
}

/** Where a graph's inputs come from and where its outputs go. */
export interface RunRequest {
  readonly graph: string
  /** Values of this run; every other input is a resident array of the same name. */
  readonly feeds?: Readonly<Record<string, Value>>
  /** Inputs that are read from a resident array of another name. */
  readonly bind?: Readonly<Record<string, string>>
  /** Put before an input's name when a resident array carries it under that name (the reference policy: `ref/`). */
  readonly bindPrefix?: string
  /** Outputs written into resident arrays; the array may be one that the graph reads elementwise. */
  readonly into?: Readonly<Record<string, string>>
  /** Outputs to hand back; the others are not copied out. */
  readonly fetch?: readonly string[]
}

export interface RuntimeOptions {
  /** Execution providers in order of preference, as ONNX Runtime names them. */
  readonly executionProviders: readonly string[]
  /** Threads inside one operator; 0 leaves the choice to ONNX Runtime (one a physical core). */
  readonly threads: number
}

interface Loaded {
  readonly session: ort.InferenceSession
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

export class RuntimeError extends Error {
  override name = 'RuntimeError'
}

const bytesOf: Record<DType, number> = { float32: 4, float64: 8, int32: 4, int64: 8, bool: 1, uint8: 1, uint4: 0.5 }

/**
 * Owns the sessions and the arrays they share. Sessions are created once and kept: creating and releasing them again
 * and again leaks (onnxruntime issue 25325). Lives in one worker thread, because `session.run` blocks its thread and a
 * tensor over shared memory is refused.
 */
export class Runtime {
  readonly #options: RuntimeOptions
  readonly #graphs = new Map<string, Loaded>()
  readonly #arrays = new Map<string, ort.Tensor>()

  constructor(options: RuntimeOptions) {
    this.#options = options
  }

  /**
   * Loads a graph under a name; does nothing when the name is known. Returns how many graphs are loaded. A light graph has
   * one thread, whatever the runtime has. Weights that are
   * mapped from a folder stay as they lie there: no session packs a copy of its own.
   */
  async define(
    graph: string,
    model: Uint8Array,
    { light = false, mappedFolder }: { light?: boolean; mappedFolder?: string | undefined } = {},
  ): Promise<number> {
    if (!this.#graphs.has(graph)) {
      const session = await ort.InferenceSession.create(model, {
        executionProviders: [...this.#options.executionProviders],
        intraOpNumThreads: light ? 1 : this.#options.threads,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        // An arena a session would keep the most that each graph ever needed: 11 GB instead of 1.5 in the quickstart, whose
        // training was no slower without (docs/engine.md).
        enableCpuMemArena: false,
        logSeverityLevel: 3,
        ...(mappedFolder !== undefined && { extra: mappingFrom(mappedFolder) }),
      })
      this.#graphs.set(graph, { session, inputs: session.inputNames, outputs: session.outputNames })
    }
    return this.#graphs.size
  }

  /** Makes (or overwrites) a resident array; zeros when no data is given. */
  async write(
    name: string,
    { dtype, shape, data }: Omit<Value, 'data'> & { data?: Values | undefined },
  ): Promise<void> {
    const before = this.#arrays.get(name)
    if (data && before && before.type === dtype && before.size === data.length) {
      ;(before.data as Float32Array).set(data as Float32Array)
      return
    }
    const size = shape.reduce((product, n) => product * n, 1)
    const made = data ?? zeros(dtype, size)
    if (made.length !== size) throw new RuntimeError(`array ${name}: ${made.length} values for shape [${shape}]`)
    this.#arrays.set(name, new ort.Tensor(dtype, made as Float32Array, shape))
  }

  /** Copies of resident arrays. */
  async read(names: readonly string[]): Promise<Value[]> {
    return names.map((name) => {
      const tensor = this.array(name)
      return { dtype: tensor.type as DType, shape: tensor.dims, data: (tensor.data as Float32Array).slice() }
    })
  }

  /** Copies every resident array whose name starts with `from` to one that starts with `to` instead. */
  async copy(from: string, to: string): Promise<number> {
    let copied = 0
    for (const [name, tensor] of [...this.#arrays]) {
      if (!name.startsWith(from) || (from === '' && name.includes('/'))) continue
      await this.write(to + name.slice(from.length), {
        dtype: tensor.type as DType,
        shape: tensor.dims,
        data: (tensor.data as Float32Array).slice(),
      })
      copied++
    }
    return copied
  }

  /** Forgets resident arrays; names that are not there are left out. */
  async forget(names: readonly string[]): Promise<void> {
    for (const name of names) this.#arrays.delete(name)
  }

  async run(request: RunRequest): Promise<Record<string, Value>> {
    const results = await this.runRaw(request.graph, this.#feeds(request), request.into ?? {}, request.fetch ?? [])
    return Object.fromEntries(
      (request.fetch ?? []).map((name) => {
        const tensor = results[name]!
        return [name, { dtype: tensor.type as DType, shape: tensor.dims, data: tensor.data as Float32Array }]
      }),
    )
  }

  /** Samples completions; see {@link generate}. */
  generate(request: GenerateRequest, onTokens?: OnTokens): Promise<GeneratedRow[]> {
    return generate(this, request, onTokens)
  }

  /** Memory of this process and the arrays held, in bytes. */
  async memory(): Promise<{ rss: number; arrays: number; graphs: number }> {
    let arrays = 0
    for (const tensor of this.#arrays.values()) arrays += tensor.size * bytesOf[tensor.type as DType]
    return { rss: process.memoryUsage.rss(), arrays, graphs: this.#graphs.size }
  }

  array(name: string): ort.Tensor {
    const tensor = this.#arrays.get(name)
    if (!tensor) throw new RuntimeError(`no resident array is named "${name}"`)
    return tensor
  }

  graph(name: string): Loaded {
    const graph = this.#graphs.get(name)
    if (!graph) throw new RuntimeError(`no graph is named "${name}"`)
    return graph
  }

  /** Runs with tensors as they are: the inner loop of sampling comes here. */
  async runRaw(
    graph: string,
    feeds: Record<string, ort.Tensor>,
    into: Readonly<Record<string, string | ort.Tensor>>,
    fetch: readonly string[],
  ): Promise<ort.InferenceSession.OnnxValueMapType> {
    const fetches: Record<string, ort.Tensor | null> = {}
    for (const name of fetch) fetches[name] = null
    for (const [output, target] of Object.entries(into)) {
      fetches[output] = typeof target === 'string' ? this.array(target) : target
    }
    return (await this.graph(graph).session.run(feeds, fetches)) as ort.InferenceSession.OnnxValueMapType
  }

  /** The resident array that a graph's input `name` is read from. */
  bound(name: string, { bind = {}, bindPrefix = '' }: Pick<RunRequest, 'bind' | 'bindPrefix'>): ort.Tensor {
    return this.#arrays.get(bindPrefix + name) ?? this.array(bind[name] ?? name)
  }

  #feeds({ graph, feeds = {}, ...resident }: RunRequest): Record<string, ort.Tensor> {
    const result: Record<string, ort.Tensor> = {}
    for (const name of this.graph(graph).inputs) {
      const value = feeds[name]
      if (value) result[name] = new ort.Tensor(value.dtype, value.data as Float32Array, value.shape)
      else result[name] = this.bound(name, resident)
    }
    return result
  }
}

/** Settings of a session whose weights stay in their files; folding would widen 16-bit ones into memory at once. */
const mappingFrom = (folder: string) => ({
  session: { model_external_initializers_file_folder_path: folder, disable_prepacking: '1' },
  optimization: { constant_folding_max_output_size_in_bytes: '65536' },
})

function zeros(dtype: DType, size: number): Values {
  switch (dtype) {
    case 'float32':
      return new Float32Array(size)
    case 'float64':
      return new Float64Array(size)
    case 'int32':
      return new Int32Array(size)
    case 'int64':
      return new BigInt64Array(size)
    case 'bool':
    case 'uint8':
      return new Uint8Array(size)
    case 'uint4':
      return new Uint8Array(Math.ceil(size / 2))
  }
}
