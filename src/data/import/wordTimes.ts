import { existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { decodeAudio } from '../../../audio/index.ts'
import { UsageError } from '../../errors.ts'
import { type AlignedRecording, readWords } from '../../wordTimes/readWords.ts'
import { wordTimeStream } from '../../wordTimes/stream.ts'
import { BadRow, heard, type Imported, type ImportedLine, type Importer, said } from './importer.ts'
import { taggedLanguage } from './languages.ts'

const ALIGNED = /\.(?:ctm|textgrid|json)$/i
const CLIPS = ['.wav', '.flac', '.mp3', '.ogg', '.opus', '.m4a', '.webm']

/** What an aligner wrote, as two lines a recording: the words, and the words with their times (SRWT). */
export const wordTimes: Importer = {
  name: 'word-times',
  about:
    'aligned words: JSON (WhisperX, OpenAI), CTM, TextGrid; a file, or a folder of them beside clips of the same name',
  isMine: (file) => ALIGNED.test(file),
  async *read(source, { audio, language = 'en' }) {
    const isFolder = (await stat(source)).isDirectory()
    const names = isFolder
      ? (await readdir(source)).filter((name) => ALIGNED.test(name)).sort()
      : [path.basename(source)]
    const folder = isFolder ? source : path.dirname(source)
    for (const name of names) {
      const file = path.join(folder, name)
      try {
        for (const recording of readWords(await readFile(file, 'utf8'), file)) {
          yield await imported(recording, path.parse(name).name, path.resolve(audio ?? folder), file, language)
        }
      } catch (error) {
        if (!(error instanceof UsageError)) throw error
        yield { file, line: 1, problem: error.message }
      }
    }
  },
}

async function imported(
  recording: AlignedRecording,
  own: string,
  folder: string,
  file: string,
  language: string,
): Promise<Imported> {
  const name = recording.name || own
  const clip = CLIPS.map((ending) => path.join(folder, name + ending)).find((candidate) => existsSync(candidate))
  if (!clip) return { file, line: 1, problem: `no clip ${name}.wav (or .flac, .mp3, …) in ${folder}.` }
  if (recording.nUntimed > 0) {
    return { file, line: 1, problem: `${recording.nUntimed} words of ${name} have no times. A stream needs them all.` }
  }
  try {
    return { file, line: 1, lines: await linesOf(recording, name, clip, recording.language ?? language) }
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof BadRow)) throw error
    return { file, line: 1, problem: `${name}: ${error.message.replace(/^word times: /, '')}` }
  }
}

async function linesOf(
  { words }: AlignedRecording,
  name: string,
  clip: string,
  language: string,
): Promise<ImportedLine[]> {
  const spoken = taggedLanguage(language)
  const { channels, sampleRate } = await decodeAudio(clip)
  const separator = ['zh', 'zh_tr', 'ja'].includes(spoken) ? '' : ' '
  const stream = wordTimeStream(words, { duration: channels[0]!.length / sampleRate })
  const transcript = words.map(({ word }) => word).join(separator)
  return [
    ...(transcript === ''
      ? []
      : [
          {
            id: name,
            task: { name: 'transcription', audio_language: spoken },
            messages: [heard(clip), said(transcript)],
          },
        ]),
    {
      id: `${name}-times`,
      task: { name: 'word-times', audio_language: spoken },
      messages: [heard(clip), said(stream)],
    },
  ]
}
