import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/** Line of Asterisk's lists: `agent-pass: Please enter your password followed by the pound key.` */
const LINE = /^([\w/-]+):\s*(.+)$/

/** Silence has no words; what is no speech, not said, or said in another way stands in brackets. */
const REMARK = /[[\]<>()]/
/** Letters that an encoding has lost: "La conferenza ? piena." */
const LOST = /\uFFFD|\s\?|\p{L}\?\p{L}/u

/**
 * What is said in each of Asterisk's prompts, by the name of its recording: `core-sounds-en.txt.gz` as Debian has it, in
 * small letters and without punctuation. Prompts whose line holds a remark beside the words, or has lost a letter, are left out.
 */
export function readPrompts(file: string): ReadonlyMap<string, string> {
  const bytes = readFileSync(file)
  const lines = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').split(/\r?\n/)
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const [, id, text] = LINE.exec(line.trim()) ?? []
      if (id === undefined || text === undefined || REMARK.test(text) || LOST.test(text)) return []
      const words = spoken(text)
      return words === '' ? [] : [[id, words]]
    }),
  )
}

/** The words alone: small letters, figures and the apostrophes and hyphens within words. */
export const spoken = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll('’', "'")
    .replaceAll(/[^\p{L}\p{M}\p{N}'-]+/gu, ' ')
    .replaceAll(/(?<![\p{L}\p{M}\p{N}])['-]+|['-]+(?![\p{L}\p{M}\p{N}])/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
