import path from 'node:path'
import { csvLines } from '../lines.ts'
import { heard, type Importer, said, textAt, turned } from './importer.ts'
import { taggedLanguage } from './languages.ts'

/** `train.tsv` and its like beside `clips/`, as Common Voice ships them; quotes in sentences are letters. */
export const commonVoice: Importer = {
  name: 'common-voice',
  about: 'Common Voice: train.tsv, dev.tsv, test.tsv beside their folder clips',
  isMine: (file, head) => file.endsWith('.tsv') && /^[^\n]*\bpath\t[^\n]*\bsentence\b/.test(head),
  read: (file, { audio, language }) =>
    turned(csvLines(file, { delimiter: '\t', quote: false }), (row) => {
      const sentence = textAt(row, 'sentence')
      const spoken = taggedLanguage(language ?? textAt(row, 'locale'))
      const clip = path.resolve(audio ?? path.join(path.dirname(file), 'clips'), textAt(row, 'path'))
      const tags = Object.fromEntries(
        ['age', 'gender', 'accents'].flatMap((key) => (row[key] ? [[key, String(row[key])]] : [])),
      )
      return [
        {
          id: path.parse(clip).name,
          task: { name: 'transcription', audio_language: spoken },
          messages: [heard(clip), said(sentence)],
          ...(Object.keys(tags).length > 0 ? { tags } : {}),
        },
      ]
    }),
}
