/** What a command reads and writes; the process's own, or a test's. */
export interface Io {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }
  /** Aborted by the first Ctrl-C; long work saves and stops. */
  readonly signal: AbortSignal
}

export const printLine = (stream: NodeJS.WritableStream, text: string): void => void stream.write(`${text}\n`)

export const printJson = (stream: NodeJS.WritableStream, value: unknown): void =>
  printLine(stream, JSON.stringify(value, null, 2))
