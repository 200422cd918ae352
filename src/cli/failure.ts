import { CommanderError } from 'commander'

export interface Failure {
  /** 1: the work failed; 2: the call was wrong; 3: it could not be decided; 130: stopped by Ctrl-C, as shells have it. */
  readonly exitCode: 0 | 1 | 2 | 3 | 130
  /** Empty where everything has been said. */
  readonly message: string
}

/** Ends a command that has said all there is to say. */
export class EndsWith extends Error {
  override name = 'EndsWith'
  readonly exitCode: 1 | 3

  constructor(exitCode: 1 | 3) {
    super(`ends with ${exitCode}`)
    this.exitCode = exitCode
  }
}

/** Errors of a wrong call: it, or a file that it names, must be another one. */
const WRONG_CALL = ['UsageError', 'RubricError', 'ConfigError', 'AudioError', 'CheckpointError', 'TokenizerError']

/** Errors that say what is wrong in a line of their own; the leaves' and the pipeline's. */
const KNOWN = ['BadRow', 'BudgetSpent', 'Diverged', 'JudgeError', 'ReportError', 'RunError', 'RuntimeError']

/** System errors that a person can do something about. */
const SYSTEM: Readonly<Record<string, string>> = {
  EACCES: 'not allowed to open it.',
  EISDIR: 'is a folder; expected a file.',
  EMFILE: 'too many open files. Raise the limit with ulimit -n.',
  ENOENT: 'no such file.',
  ENOSPC: 'the disk is full.',
  ENOTDIR: 'not a folder.',
  EPERM: 'not allowed to open it.',
  EROFS: 'the disk can only be read.',
}

/** How a command that threw ends. What only our own bug can cause is marked `internal:` and keeps its stack. */
export function failureOf(error: unknown): Failure {
  // commander has printed its own: help and version end well, the rest is a wrong call.
  if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? 0 : 2, message: '' }
  if (error instanceof EndsWith) return { exitCode: error.exitCode, message: '' }
  if (!(error instanceof Error)) return { exitCode: 1, message: `internal: ${String(error)}` }
  if (WRONG_CALL.includes(error.name)) return { exitCode: 2, message: error.message }
  if (error.name === 'Interrupted') return { exitCode: 130, message: error.message }
  if (KNOWN.includes(error.name)) return { exitCode: 1, message: error.message }
  const { code, path } = error as NodeJS.ErrnoException
  const known = code === undefined ? undefined : SYSTEM[code]
  if (known !== undefined) return { exitCode: 1, message: path === undefined ? error.message : `${path}: ${known}` }
  const text = (error.stack ?? error.message).replace(/^(Error: )?internal: /, '')
  return { exitCode: 1, message: `internal: ${text}` }
}
