import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { UsageError } from '../errors.ts'
import { csvLines, jsonLines, type Row } from './lines.ts'
import { InvalidSample } from './parseSample.ts'

const TABLES = ['metadata.jsonl', 'metadata.csv']

/** The table of an `audiofolder` (Hugging Face datasets): `metadata.jsonl` or `metadata.csv` beside the clips. */
export async function findTable(folder: string): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true })
  const table = TABLES.find((name) => entries.some((entry) => entry.name === name))
  if (table !== undefined) return path.join(folder, table)
  const splits: string[] = []
  for (const entry of entries) {
    if (!entry.isDirectory()) continue
    const inside = await readdir(path.join(folder, entry.name))
    if (TABLES.some((name) => inside.includes(name))) splits.push(path.join(folder, entry.name))
  }
  throw new UsageError(
    splits.length > 0
      ? `${folder}: holds several data sets. Write one of ${splits.join(', ')}.`
      : `${folder}: no metadata.jsonl or metadata.csv in it. Write a folder that has one, or a file of JSON lines.`,
  )
}

export const tableRows = (table: string): AsyncGenerator<Row> =>
  table.endsWith('.csv') ? csvLines(table) : jsonLines(table)

/** Columns that hold the answer, by the habits of speech, captioning and question data sets. */
const ANSWERS = ['text', 'transcription', 'transcript', 'sentence', 'caption', 'answer']
const PROMPTS = ['prompt', 'question', 'instruction']
const KEPT = ['id', 'rubric', 'reference', 'task']

/**
 * A row of such a table as a sample line: a user turn with the clip of `file_name` and the words of `prompt`, then the
 * assistant's turn with the words of `text` where the row has one. Other columns become tags.
 *
 * @param prompt words asked of every clip whose row asks nothing itself
 * @throws InvalidSample when the row names no clip
 */
export function folderLine(row: unknown, prompt: string | undefined): unknown {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return row
  const columns = Object.entries(row).filter(([, value]) => value !== null)
  const take = (names: readonly string[]) => columns.find(([key]) => names.includes(key))
  const clip = columns.find(([key]) => key === 'file_name' || key.endsWith('_file_name'))
  if (clip === undefined) throw new InvalidSample('file_name: missing, expected the path of the clip beside the table.')
  const [question, answer] = [take(PROMPTS), take(ANSWERS)]
  const words = question?.[1] ?? prompt
  const used = new Set([clip[0], question?.[0], answer?.[0], ...KEPT])
  const tags = columns.filter(([key, value]) => !used.has(key) && typeof value !== 'object')
  const own = columns.filter(([key]) => KEPT.includes(key))
  const objects = columns.filter(([key, value]) => !used.has(key) && typeof value === 'object')
  return {
    ...Object.fromEntries(objects),
    ...Object.fromEntries(own),
    messages: [
      {
        role: 'user',
        content: [{ type: 'audio', path: clip[1] }, ...(words === undefined ? [] : [{ type: 'text', text: words }])],
      },
      ...(answer === undefined ? [] : [{ role: 'assistant', content: answer[1] }]),
    ],
    ...(tags.length > 0 ? { tags: Object.fromEntries(tags) } : {}),
  }
}
