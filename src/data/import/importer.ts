import type { Row } from '../lines.ts'

export interface ImportOptions {
  /** Folder of the clips, where the format does not say. */
  readonly audio?: string
  /** Formats of captions: one line a caption, for training, in place of one a clip with all of them as references. */
  readonly everyCaption?: boolean
  /** Languages of a file that does not name its own; English when left out. */
  readonly language?: string
}

/** A data line before it is written: messages whose clips are absolute paths, and what else a line may hold. */
export interface ImportedLine {
  readonly id?: string
  readonly task?: unknown
  readonly messages: readonly object[]
  readonly reference?: string | readonly string[]
  readonly tags?: Readonly<Record<string, string>>
}

/** A line of the source: the lines of data that it gives, or what is wrong with it. */
export type Imported =
  | { readonly line: number; readonly file?: string; readonly lines: readonly ImportedLine[] }
  | { readonly line: number; readonly file?: string; readonly problem: string }

/** A format that data sets come in; `importers.ts` lists them all. */
export interface Importer {
  /** Names it in `--from`. */
  readonly name: string
  readonly about: string
  /** Whether a file is of this format: its name, and its first characters. */
  isMine(file: string, head: string): boolean
  read(file: string, options: ImportOptions): AsyncIterable<Imported>
}

export const heard = (audio: string, ...texts: readonly string[]) => ({
  role: 'user',
  content: [{ type: 'audio', path: audio }, ...texts.map((text) => ({ type: 'text', text }))],
})
export const said = (content: string) => ({ role: 'assistant', content })

/** Thrown for one row; it is counted and the others go on. */
export class BadRow extends Error {
  override name = 'BadRow'
}

/** Turns every row with `turn`; what it throws as a BadRow is that row's problem. */
export async function* turned(
  rows: AsyncIterable<Row>,
  turn: (row: Readonly<Record<string, unknown>>, line: number) => readonly ImportedLine[],
): AsyncGenerator<Imported> {
  for await (const row of rows) {
    if ('problem' in row) {
      yield row
      continue
    }
    const { line, value } = row
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      yield { line, problem: `expected an object, got ${JSON.stringify(value)?.slice(0, 40)}.` }
      continue
    }
    try {
      yield { line, lines: turn(value as Record<string, unknown>, line) }
    } catch (error) {
      if (!(error instanceof BadRow)) throw error
      yield { line, problem: error.message }
    }
  }
}

/** A column's text. @throws BadRow when there is none */
export function textAt(row: Readonly<Record<string, unknown>>, ...names: readonly string[]): string {
  const found = names.map((name) => row[name]).find((value) => value !== undefined && value !== null && value !== '')
  if (typeof found === 'string') return found
  if (typeof found === 'number') return String(found)
  throw new BadRow(
    `${names.join(' or ')}: missing${found === undefined ? '' : `, got ${JSON.stringify(found).slice(0, 40)}`}.`,
  )
}
