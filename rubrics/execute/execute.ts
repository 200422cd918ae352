import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { javaScriptProgram, pythonProgram } from './programs.ts'

export const LANGUAGES = ['javascript', 'python'] as const
export type Language = (typeof LANGUAGES)[number]

export interface ExecuteOptions {
  readonly language: Language
  readonly code: string
  /** Wall clock (5). */
  readonly timeoutSeconds?: number
  /** MiB of the heap (128). */
  readonly memoryMiB?: number
}

/** What became of a program. */
export interface Execution {
  /** `failed`: it threw or ended otherwise than well; `absent`: this machine has no interpreter. */
  readonly outcome: 'passed' | 'failed' | 'timeout' | 'memory' | 'absent'
  /** What it printed, at most 10,000 characters. */
  readonly output: string
  /** What it threw; '' where it did not. */
  readonly error: string
}

const MOST_OUTPUT = 10_000

/**
 * Runs a program that somebody else wrote, in a process of its own: an empty folder, no environment, no network where the
 * system can take it away (`unshare`), a bound on time and on memory.
 *
 * JavaScript runs in a bare context of `vm` in a Node that may open no file, start no process and no thread (its permission
 * model): it has the language and `console.log`, and neither `import` nor `require`. Python runs isolated (`-I`) under
 * limits of the system on memory, processor time, files and processes. That holds off mistakes and mischief of a model; for
 * code of an attacker put a container around all of it.
 */
export function execute({ language, code, timeoutSeconds = 5, memoryMiB = 128 }: ExecuteOptions): Execution {
  const folder = mkdtempSync(path.join(tmpdir(), 'rubato-execute-'))
  try {
    const { command, args, input, environment } =
      language === 'javascript'
        ? javaScriptProgram(code, timeoutSeconds, memoryMiB)
        : pythonProgram(code, timeoutSeconds, memoryMiB)
    const [program, ...words] = [...withoutNetwork(), command, ...args]
    const done = spawnSync(program!, words, {
      cwd: folder,
      input,
      env: environment,
      timeout: timeoutSeconds * 1000 + STARTING,
      killSignal: 'SIGKILL',
      maxBuffer: 64 * MOST_OUTPUT,
      encoding: 'utf8',
      windowsHide: true,
    })
    return executionOf(done)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Milliseconds that an interpreter is given to start. */
const STARTING = 2000

function executionOf({ error, signal, status, stdout, stderr }: SpawnSyncReturns<string>): Execution {
  const output = (stdout ?? '').slice(0, MOST_OUTPUT)
  const said = (stderr ?? '').trim()
  const outcome = (kind: Execution['outcome'], why: string): Execution => ({ outcome: kind, output, error: why })
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  if (code === 'ENOENT') return outcome('absent', 'no interpreter on this machine')
  if (code === 'ETIMEDOUT' || /ERR_SCRIPT_EXECUTION_TIMEOUT/.test(said) || signal === 'SIGXCPU') {
    return outcome('timeout', 'took too long')
  }
  if (code === 'ENOBUFS') return outcome('failed', 'printed without end')
  if (/heap out of memory|MemoryError|bad_alloc/.test(said) || signal === 'SIGABRT') {
    return outcome('memory', 'took too much memory')
  }
  if (error) return outcome('failed', error.message)
  return status === 0 ? outcome('passed', '') : outcome('failed', lastLine(said) || `ended by ${signal ?? status}`)
}

const lastLine = (text: string): string => text.split('\n').at(-1)!.slice(0, 300)

let network: string[] | undefined

/** A prefix that takes the network away, where this system lets an ordinary user do so; else nothing. */
function withoutNetwork(): readonly string[] {
  if (network === undefined) {
    const prefix = ['unshare', '--net', '--map-root-user']
    const tried =
      process.platform === 'linux' ? spawnSync(prefix[0]!, [...prefix.slice(1), 'true'], { timeout: 5000 }) : null
    network = tried?.status === 0 ? prefix : []
  }
  return network
}
