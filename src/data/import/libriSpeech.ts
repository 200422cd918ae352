import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { textLines } from '../lines.ts'
import { heard, type Imported, type Importer, said } from './importer.ts'

/** LibriSpeech's folders of `*.trans.txt` beside FLAC files. Its transcripts are all capitals; they are lowered. */
export const libriSpeech: Importer = {
  name: 'librispeech',
  about: 'LibriSpeech: a folder with *.trans.txt somewhere below, or one of these files',
  isMine: (file) => file.endsWith('.trans.txt'),
  async *read(source) {
    for (const file of await transcriptsBelow(source)) yield* linesOf(file)
  },
}

async function* linesOf(file: string): AsyncGenerator<Imported> {
  let line = 0
  for await (const text of textLines(file)) {
    line++
    if (text.trim() === '') continue
    const [, id, words] = /^(\S+)\s+(\S.*)$/.exec(text.trim()) ?? []
    if (id === undefined || words === undefined) {
      yield { file, line, problem: `expected an id and words, got "${text.slice(0, 40)}".` }
      continue
    }
    const clip = path.join(path.dirname(path.resolve(file)), `${id}.flac`)
    const messages = [heard(clip), said(words.toLowerCase())]
    yield { file, line, lines: [{ id, task: { name: 'transcription', audio_language: 'en' }, messages }] }
  }
}

/** Files of transcripts in a folder and below, in order; the file itself when it is one. */
export async function transcriptsBelow(source: string): Promise<string[]> {
  if (source.endsWith('.trans.txt')) return [source]
  const found = await readdir(source, { recursive: true })
  return found
    .filter((name) => name.endsWith('.trans.txt'))
    .sort()
    .map((name) => path.join(source, name))
}
