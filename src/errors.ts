import path from 'node:path'

/**
 * A call that cannot be carried out as it was written: a wrong option, recipe or data line. Its message has one line a
 * fault: where, what was found, what would be right. The command line shows it and exits with 2.
 */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** A run that could not go on, through no fault of the call: shown without a stack, exit 1. */
export class RunError extends Error {
  override name = 'RunError'
}

export function isMissingFile(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}

/** A file as an error names it: relative to where the call was made, when it lies below. */
export function shortPath(file: string): string {
  const relative = path.relative('', file)
  return relative.startsWith('..') ? file : relative
}
