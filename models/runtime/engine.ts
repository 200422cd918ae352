import { Worker } from 'node:worker_threads'
import type { GeneratedRow, GenerateRequest, OnTokens } from '../generation/generate.ts'
import type { CompiledGraph } from '../graph/model.ts'
import type { DType } from '../graph/tensor.ts'
import { type RunRequest, RuntimeError, type RuntimeOptions, type Value, type Values } from './runtime.ts'
import type { Call, Reply } from './worker.ts'

/**
 * The engine: one worker thread that owns the sessions and the parameter arrays. Every method returns at once with a
 * promise, so the caller's thread stays free for progress and judges while the engine computes.
 */
export interface Engine {
  /** Loads a graph under a name, once. */
  define(name: string, make: () => CompiledGraph): Promise<void>
  write(name: string, value: { dtype: DType; shape: readonly number[]; data?: Values }): Promise<void>
  read(names: readonly string[]): Promise<Value[]>
  copy(from: string, to: string): Promise<number>
  forget(names: readonly string[]): Promise<void>
  run(request: RunRequest): Promise<Record<string, Value>>
  generate(request: GenerateRequest, onTokens?: OnTokens): Promise<GeneratedRow[]>
  memory(): Promise<{ rss: number; arrays: number; graphs: number }>
  close(): Promise<void>
}

interface Pending {
  resolve(value: unknown): void
  reject(error: Error): void
  onEvent?: ((event: unknown) => void) | undefined
}

/** Starts an engine; `close` it when done, else its thread keeps the process alive only while a call is open. */
export function startEngine(options: Partial<RuntimeOptions> = {}): Engine {
  const worker = startWorker({
    executionProviders: options.executionProviders ?? ['cpu'],
    threads: options.threads ?? 0,
  })
  worker.unref()
  const pending = new Map<number, Pending>()
  const defined = new Map<string, Promise<unknown>>()
  let nextId = 0
  let fatal: Error | undefined

  worker.on('message', (reply: Reply) => {
    const call = pending.get(reply.id)
    if (!call) return
    if ('event' in reply) return call.onEvent?.(reply.event)
    pending.delete(reply.id)
    if (pending.size === 0) worker.unref()
    if ('result' in reply) call.resolve(reply.result)
    else {
      const error = new RuntimeError(reply.error.message)
      error.stack = `${error.stack}\n--- in the engine:\n${reply.error.stack}`
      call.reject(error)
    }
  })
  const fail = (error: Error) => {
    fatal ??= error
    for (const call of pending.values()) call.reject(error)
    pending.clear()
  }
  worker.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))))
  worker.on('exit', (code) => fail(new RuntimeError(`the engine has stopped (code ${code})`)))

  const call = <T>(
    method: Call['method'],
    args: readonly unknown[],
    onEvent?: (event: unknown) => void,
  ): Promise<T> => {
    if (fatal) return Promise.reject(fatal)
    return new Promise<T>((resolve, reject) => {
      const id = nextId++
      pending.set(id, { resolve: resolve as (value: unknown) => void, reject, onEvent })
      worker.ref()
      worker.postMessage({ id, method, args } satisfies Call)
    })
  }
  return {
    async define(name, make) {
      let known = defined.get(name)
      if (!known) {
        const { bytes, light, mappedFolder } = make()
        known = call('define', [name, bytes, { light, mappedFolder }])
        defined.set(name, known)
      }
      await known
    },
    write: (name, value) => call('write', [name, value]),
    read: (names) => call('read', [names]),
    copy: (from, to) => call('copy', [from, to]),
    forget: (names) => call('forget', [names]),
    run: (request) => call('run', [request]),
    generate: (request, onTokens) =>
      call('generate', [request, onTokens !== undefined], (event) => onTokens?.(...(event as Parameters<OnTokens>))),
    memory: () => call('memory', []),
    async close() {
      await worker.terminate()
    },
  }
}

/** From source (tests) the thread first registers the TypeScript loader; the package itself runs compiled. */
function startWorker(workerData: RuntimeOptions): Worker {
  if (import.meta.url.endsWith('.js')) return new Worker(new URL('./worker.js', import.meta.url), { workerData })
  const source = JSON.stringify(new URL('./worker.ts', import.meta.url).href)
  // From here, not from the working directory, which may be any.
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'))
  const boot = `import(${loader}).then(({ register }) => { register(); return import(${source}) })`
  return new Worker(boot, { eval: true, workerData })
}
