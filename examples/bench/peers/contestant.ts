import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { ROOMY_HEAP } from '../../../src/cli/roomyHeap.ts'

/** What one repetition told: its time, the most memory its process has held, and what shows that it did the same work. */
export interface Reply {
  readonly ms: number
  readonly peakBytes: number
  readonly [told: string]: unknown
}

/** A process that repeats one job when asked; between repetitions it waits and costs nothing. */
export interface Contestant {
  go(): Promise<Reply>
  close(): Promise<void>
}

/** How a process is started: `script` beside this file, `job` as JSON in its arguments. */
export interface Start {
  readonly script: string
  readonly job: object
  /** Interpreter of a `.py` script. */
  readonly python: string
  /** Longest that getting ready, or one repetition, may take. */
  readonly timeoutSeconds?: number
}

const here = fileURLToPath(new URL('.', import.meta.url))
/** Python's scripts are not built; they lie in the sources alone. */
const sources = here.replace(`${path.sep}dist${path.sep}`, path.sep)
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'

/**
 * Starts a contestant and waits until it is ready.
 *
 * @throws Error with the last line that the process wrote, when it ends or is not ready in time
 */
export async function start({ script, job, python, timeoutSeconds = 600 }: Start): Promise<Contestant> {
  const isPython = script.endsWith('.py')
  const child = isPython
    ? run(python, [path.join(sources, 'python', script), JSON.stringify(job)], {})
    : run(
        process.execPath,
        [...process.execArgv, path.join(here, `${script}.${extension}`), JSON.stringify(job)],
        ROOMY_HEAP, // as the command `rubato` does
      )
  const replies = createInterface({ input: child.stdio[3] as Readable })
  const waiting: ((line: object | Error) => void)[] = []
  let last = ''
  createInterface({ input: child.stderr! }).on('line', (line) => {
    if (line.trim() !== '') last = line.trim()
  })
  child.stdout!.resume()
  replies.on('line', (line) => waiting.shift()?.(JSON.parse(line) as object))
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      last = error.message
      resolve()
    })
    child.once('close', (code, signal) => {
      for (const wake of waiting.splice(0)) wake(new Error(`${script} ended (${signal ?? code}): ${last}`))
      resolve()
    })
  })
  const next = () =>
    new Promise<object>((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL')
        reject(new Error(`${script} took longer than ${timeoutSeconds} s`))
      }, timeoutSeconds * 1000)
      waiting.push((line) => {
        clearTimeout(timer)
        if (line instanceof Error) reject(line)
        else resolve(line)
      })
      if (child.exitCode !== null || child.signalCode !== null) waiting.pop()!(new Error(`${script} ended: ${last}`))
    })
  await next()
  return {
    async go() {
      const told = next()
      child.stdin!.write('go\n')
      return (await told) as Reply
    },
    async close() {
      child.stdin!.end()
      const patience = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await ended
      clearTimeout(patience)
    },
  }
}

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  return spawn(command, args, {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env, OMP_NUM_THREADS: '2', TOKENIZERS_PARALLELISM: 'false', HF_HUB_OFFLINE: '1' },
  })
}
