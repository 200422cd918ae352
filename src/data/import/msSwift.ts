import path from 'node:path'
import { jsonLines } from '../lines.ts'
import { BadRow, type Importer, turned } from './importer.ts'

const PLACE = '<audio>'

/**
 * JSON lines of ms-swift and LLaMA-Factory: `messages` (or `query` and `response`, with `history`) with `<audio>` where a
 * clip of `audios` stands. Clips without a place stand before the first words of the user.
 */
export const msSwift: Importer = {
  name: 'ms-swift',
  about: 'ms-swift, LLaMA-Factory: JSON lines with messages or query and response, and audios',
  isMine: (file, head) => /\.jsonl?$/.test(file) && /"audios"\s*:/.test(head),
  read: (file, { audio }) =>
    turned(jsonLines(file), (row) => {
      const clips = clipsOf(row.audios).map((clip) =>
        isPlace(clip) ? clip : path.resolve(audio ?? path.dirname(file), clip),
      )
      const turns = turnsOf(row)
      const nPlaces = turns.reduce((n, { content }) => n + content.split(PLACE).length - 1, 0)
      if (nPlaces > clips.length) throw new BadRow(`${nPlaces} times ${PLACE} and ${clips.length} clips in audios.`)
      const left = [...clips]
      const loose = left.splice(0, clips.length - nPlaces)
      const messages = turns.map(({ role, content }) => {
        if (role !== 'user') return { role, content }
        const parts: object[] = loose.splice(0).map((clip) => ({ type: 'audio', path: clip }))
        for (const [i, text] of content.split(PLACE).entries()) {
          if (i > 0) parts.push({ type: 'audio', path: left.shift()! })
          const trimmed = text.replace(/^\n/, '')
          if (trimmed !== '') parts.push({ type: 'text', text: trimmed })
        }
        return { role, content: parts }
      })
      if (left.length > 0 || loose.length > 0) throw new BadRow('a clip stands outside of what the user says.')
      return [{ ...(typeof row.id === 'string' ? { id: row.id } : {}), messages }]
    }),
}

const isPlace = (clip: string): boolean => /^(?:https?|data):/.test(clip)

function clipsOf(audios: unknown): string[] {
  const list = audios === undefined || audios === null ? [] : [audios].flat()
  return list.map((clip) => {
    const place = typeof clip === 'object' && clip !== null ? (clip as { path?: unknown }).path : clip
    if (typeof place !== 'string' || place === '')
      throw new BadRow(`audios: expected paths, got ${JSON.stringify(clip)?.slice(0, 40)}.`)
    return place
  })
}

interface Turn {
  readonly role: string
  readonly content: string
}

function turnsOf(row: Readonly<Record<string, unknown>>): Turn[] {
  const turns = Array.isArray(row.messages) ? row.messages : legacyTurns(row)
  const bad = turns.find(
    ({ role, content }) => !['system', 'user', 'assistant'].includes(role) || typeof content !== 'string',
  )
  if (bad) throw new BadRow(`messages: expected a role and text, got ${JSON.stringify(bad).slice(0, 60)}.`)
  if (!turns.some(({ role }) => role === 'user'))
    throw new BadRow('messages: nobody asks; no turn has the role "user".')
  return turns as Turn[]
}

function legacyTurns({
  system,
  history,
  query,
  response,
}: Readonly<Record<string, unknown>>): { role: string; content: unknown }[] {
  const before = Array.isArray(history) ? (history as unknown[][]) : []
  return [
    ...(typeof system === 'string' ? [{ role: 'system', content: system }] : []),
    ...before.flatMap(([asked, answered]) => [
      { role: 'user', content: asked },
      { role: 'assistant', content: answered },
    ]),
    ...(query === undefined ? [] : [{ role: 'user', content: query }]),
    ...(response === undefined ? [] : [{ role: 'assistant', content: response }]),
  ]
}
