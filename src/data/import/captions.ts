import { existsSync } from 'node:fs'
import path from 'node:path'
import { csvLines } from '../lines.ts'
import { heard, type Imported, type ImportedLine, type Importer, said, textAt, turned } from './importer.ts'

/** One line a caption, or one a clip whose answer is the first caption and whose references are all. */
function captioned(
  id: string,
  clip: string,
  style: string,
  captions: readonly string[],
  every = false,
): ImportedLine[] {
  const task = { name: 'caption', style }
  if (!every) {
    return [{ id, task, messages: [heard(clip), said(captions[0]!)], reference: captions }]
  }
  return captions.map((caption, i) => ({ id: `${id}-${i + 1}`, task, messages: [heard(clip), said(caption)] }))
}

/** `clotho_captions_*.csv`: five captions a clip. */
export const clotho: Importer = {
  name: 'clotho',
  about: 'Clotho: clotho_captions_*.csv; --audio names the folder of its clips',
  isMine: (file, head) => file.endsWith('.csv') && /^\uFEFF?file_name,caption_1\b/.test(head),
  read: (file, { audio, everyCaption }) =>
    turned(csvLines(file), (row) => {
      const name = textAt(row, 'file_name')
      const captions = Object.keys(row)
        .filter((key) => /^caption_\d+$/.test(key))
        .sort()
        .map((key) => textAt(row, key))
      if (captions.length === 0) textAt(row, 'caption_1')
      const clip = path.resolve(audio ?? path.dirname(file), name)
      return captioned(path.parse(name).name, clip, 'clotho', captions, everyCaption)
    }),
}

/** `train.csv`, `val.csv`, `test.csv`: one caption a row; a clip of the latter two has five rows. */
export const audioCaps: Importer = {
  name: 'audiocaps',
  about: 'AudioCaps: its CSV; --audio names the folder of its clips, called by YouTube id or by audiocap_id',
  isMine: (file, head) => file.endsWith('.csv') && /^\uFEFF?audiocap_id,youtube_id,start_time,caption\b/.test(head),
  async *read(file, { audio, everyCaption }) {
    const folder = path.resolve(audio ?? path.dirname(file))
    const clips = new Map<string, { id: string; clip: string; line: number; captions: string[] }>()
    const rows = turned(csvLines(file), (row, line) => {
      const [youtube, start] = [textAt(row, 'youtube_id'), textAt(row, 'start_time')]
      const key = `${youtube}_${start}`
      const known = clips.get(key) ?? { id: key, clip: clipOf(folder, youtube, row), line, captions: [] }
      known.captions.push(textAt(row, 'caption'))
      clips.set(key, known)
      return []
    })
    for await (const row of rows) if ('problem' in row) yield row satisfies Imported
    for (const { id, clip, line, captions } of clips.values()) {
      yield { line, lines: captioned(id, clip, 'audiocaps', captions, everyCaption) }
    }
  },
}

const ENDINGS = ['.wav', '.flac', '.mp3', '.ogg', '.m4a']

/** The clip's file as downloaders name it, or `<youtube id>.wav` when none is there. */
function clipOf(folder: string, youtube: string, row: Readonly<Record<string, unknown>>): string {
  const names = [youtube, `Y${youtube}`, `${youtube}_${row.start_time}`, `${row.audiocap_id}`]
  const candidates = names.flatMap((name) => ENDINGS.map((ending) => path.join(folder, name + ending)))
  return candidates.find((candidate) => existsSync(candidate)) ?? candidates[0]!
}
