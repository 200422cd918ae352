import type { FileHandle } from 'node:fs/promises'
import { open } from 'node:fs/promises'
import { UsageError } from '../errors.ts'
import { type SeededRandom, seededRandom, shuffle } from '../random.ts'
import { lineWriter } from './filter.ts'
import { isBad, lineAt, records } from './records.ts'
import { at } from './text.ts'

export interface SampleLinesOptions {
  readonly inputs: readonly string[]
  readonly out: string
  /** How many records are taken. */
  readonly count: number
  /** Dotted field of a record's tags: a list of texts, a text, or an object of texts. */
  readonly by: string
  /**
   * `diverse`: records with many tags first, each only if it brings a tag that is not there yet, over and over (InsTag, arXiv
   * 2308.07074, algorithm 1); `balanced`: as many of each tag as of every other.
   */
  readonly how?: 'diverse' | 'balanced'
  readonly seed?: number | string
}

export interface SampledLines {
  readonly read: number
  readonly taken: number
  /** Records without tags; they are never taken. */
  readonly untagged: number
  /** Different tags, in what was read and in what was taken. */
  readonly tags: { readonly read: number; readonly taken: number }
  readonly out: string
}

interface Tagged {
  readonly file: number
  readonly offset: number
  readonly tags: readonly number[]
}

/**
 * Takes records so that their tags are diverse or balanced. Only tags and places are held; the lines that were chosen are
 * read again, and written in the order in which they stood.
 *
 * @throws UsageError when no record has tags
 */
export async function sampleLines(options: SampleLinesOptions): Promise<SampledLines> {
  const { inputs, out, count, by, how = 'diverse', seed = 0 } = options
  const ids = new Map<string, number>()
  const tagged: Tagged[] = []
  let [read, untagged] = [0, 0]
  for (const [file, name] of inputs.entries()) {
    for await (const record of records(name)) {
      read++
      const found = isBad(record) ? [] : tagsOf(at(record.value, by.split('.')))
      if (found.length === 0) untagged++
      else if (!isBad(record)) tagged.push({ file, offset: record.offset, tags: found.map((tag) => idOf(ids, tag)) })
    }
  }
  if (tagged.length === 0)
    throw new UsageError(`${inputs.join(', ')}: no record has tags at "${by}". Name a field with --by.`)
  const chosen = (how === 'diverse' ? diverse : balanced)(tagged, count, ids.size, seededRandom(seed))
  chosen.sort((a, b) => a.file - b.file || a.offset - b.offset)
  const writer = lineWriter(out)
  const handles: FileHandle[] = []
  try {
    for (const name of inputs) handles.push(await open(name))
    for (const { file, offset } of chosen) await writer.write((await lineAt(handles[file]!, offset)).replace(/\r$/, ''))
  } finally {
    await writer.end()
    await Promise.all(handles.map((handle) => handle.close()))
  }
  const taken = new Set(chosen.flatMap(({ tags }) => tags)).size
  return { read, taken: chosen.length, untagged, tags: { read: ids.size, taken }, out }
}

function idOf(ids: Map<string, number>, tag: string): number {
  const id = ids.get(tag) ?? ids.size
  ids.set(tag, id)
  return id
}

/** Tags of a list, a text, or an object (`domain: math` is a tag of its own). */
function tagsOf(value: unknown): string[] {
  const plain = (tag: unknown) => String(tag).trim().toLowerCase()
  if (typeof value === 'string') return [plain(value)]
  if (Array.isArray(value)) return [...new Set(value.filter((tag) => typeof tag === 'string').map(plain))]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).map(([key, tag]) => `${key}: ${plain(tag)}`)
}

/** InsTag's sampling: complexity first, coverage round by round. */
export function diverse<T extends { readonly tags: readonly number[] }>(
  items: readonly T[],
  count: number,
  _nTags: number,
  random: SeededRandom,
): T[] {
  // Drawn first, so that of equally tagged ones none is preferred for where it stands.
  let left = shuffle(items, random).sort((a, b) => b.tags.length - a.tags.length)
  const chosen: T[] = []
  while (chosen.length < count && left.length > 0) {
    const covered = new Set<number>()
    const rest: T[] = []
    for (const item of left) {
      if (chosen.length < count && item.tags.some((tag) => !covered.has(tag))) {
        chosen.push(item)
        for (const tag of item.tags) covered.add(tag)
      } else rest.push(item)
    }
    left = rest
  }
  return chosen
}

/** One of each tag in turns, from the rarest on; a record counts for all its tags. */
export function balanced<T extends { readonly tags: readonly number[] }>(
  items: readonly T[],
  count: number,
  nTags: number,
  random: SeededRandom,
): T[] {
  const queues: T[][] = Array.from({ length: nTags }, () => [])
  for (const item of shuffle(items, random)) for (const tag of item.tags) queues[tag]!.push(item)
  const taken = new Set<T>()
  const counts = new Int32Array(nTags)
  let open = queues.map((_, tag) => tag)
  while (taken.size < count && open.length > 0) {
    let next = open[0]!
    for (const tag of open) {
      const fewer = counts[tag]! - counts[next]! || queues[tag]!.length - queues[next]!.length
      if (fewer < 0) next = tag
    }
    let item = queues[next]!.pop()
    while (item !== undefined && taken.has(item)) item = queues[next]!.pop()
    if (item === undefined) {
      open = open.filter((tag) => tag !== next)
      continue
    }
    taken.add(item)
    for (const tag of item.tags) counts[tag]!++
  }
  return [...taken]
}
