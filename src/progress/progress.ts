/** Figures of a step, under the names of `metrics.jsonl`. */
export type Values = Readonly<Record<string, number | string>>

/** How a long piece of work tells how far it is; whoever does the work does not know who reads. */
export interface Progress {
  /** Begins a part of the work with `total` steps, of which a resumed one has `done` behind it; it ends the part before. */
  stage(name: string, total: number, done?: number): void
  /** `done` steps of the part are done. */
  update(done: number, values?: Values): void
  /** Something worth a line. */
  note(message: string): void
  /** Something that a person should look at. */
  warn(message: string): void
  /** Ends the last part; called once, whether the work went well or not. */
  done(): void
}

/** Progress that nobody reads. */
export const silentProgress: Progress = { stage() {}, update() {}, note() {}, warn() {}, done() {} }

export interface ProgressOptions {
  /** `people`: a bar on a terminal, lines elsewhere; `json`: one object a line, for machines. */
  readonly mode: 'people' | 'json' | 'silent'
  readonly stream: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }
  /** Milliseconds; for tests. */
  readonly now?: () => number
}

/** Progress for whoever reads the stream. */
export async function createProgress({ mode, stream, now = Date.now }: ProgressOptions): Promise<Progress> {
  if (mode === 'silent') return silentProgress
  if (mode === 'json') return (await import('./json.ts')).jsonProgress(stream, now)
  if (stream.isTTY) return (await import('./terminal.ts')).terminalProgress(stream, now)
  return (await import('./lines.ts')).lineProgress(stream, now)
}
