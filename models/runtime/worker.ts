import { parentPort, workerData } from 'node:worker_threads'
import { Runtime, type RuntimeOptions, type Value } from './runtime.ts'

/** The engine's thread: answers one call after another. */

export interface Call {
  readonly id: number
  readonly method: 'define' | 'write' | 'read' | 'copy' | 'forget' | 'run' | 'generate' | 'memory'
  readonly args: readonly unknown[]
}
export type Reply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { name: string; message: string; stack?: string | undefined } }
  | { readonly id: number; readonly event: unknown }

if (!parentPort) throw new Error('internal: worker.ts runs as a worker thread')
const port = parentPort
const runtime = new Runtime(workerData as RuntimeOptions)
let last: Promise<unknown> = Promise.resolve()

port.on('message', (call: Call) => {
  last = last.then(() => answer(call))
})

async function answer({ id, method, args }: Call): Promise<void> {
  try {
    const result =
      method === 'generate'
        ? await runtime.generate(
            args[0] as never,
            args[1] ? (...event: unknown[]) => port.postMessage({ id, event }) : undefined,
          )
        : await (runtime[method] as (...args: unknown[]) => Promise<unknown>).apply(runtime, [...args])
    port.postMessage({ id, result } satisfies Reply, buffersOf(result))
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
    port.postMessage({ id, error: { name, message, stack } } satisfies Reply)
  }
}

/** Result arrays are handed over, not copied; several tensors may be views of one buffer, and ORT's own cannot leave. */
function buffersOf(result: unknown): ArrayBuffer[] {
  const values: unknown[] = Array.isArray(result) ? result : Object.values(result ?? {})
  const buffers = new Set<ArrayBuffer>()
  for (const value of values) {
    const { data } = (value ?? {}) as Partial<Value>
    if (data && 'slice' in data && Array.isArray(result)) buffers.add(data.buffer as ArrayBuffer)
  }
  return [...buffers]
}
