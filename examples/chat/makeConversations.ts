import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { encodeWav } from '../../audio/index.ts'
import { seededRandom } from '../../src/random.ts'
import {
  loadRecordings,
  type Recording,
  recordingsFolder,
  SAMPLE_RATE,
  splitRecordings,
} from '../quickstart/recordings.ts'
import { noiseBed } from '../quickstart/sound.ts'
import { type Part, soundClip, speakAll, spokenClip } from './clips.ts'
import { conversationOf, type Heard, lineOf } from './conversations.ts'
import { MANNERS } from './manner.ts'

export interface ConversationOptions {
  readonly outDir: string
  readonly seed: number
  /** Conversations of each mode. */
  readonly nTrain: number
  readonly nEval: number
}

/** Those of the example and of its bench. */
export const CONVERSATIONS = { seed: 1, nTrain: 900, nEval: 160 } as const

/** Goes up whenever the same options give other data. */
export const CONVERSATIONS_VERSION = 2

/**
 * Makes, once, `voice-chat.jsonl` and `audio-analysis.jsonl` to learn from, and `eval.jsonl` with conversations of both modes
 * from recordings and voices that the others never hear. A folder that holds the same data already is left as it is.
 *
 * @throws MissingRecordings, and UsageError where eSpeak NG is not installed
 */
export async function makeConversations(options: ConversationOptions): Promise<void> {
  const { outDir, seed, nTrain, nEval } = options
  const wanted = JSON.stringify({ version: CONVERSATIONS_VERSION, seed, nTrain, nEval })
  const manifest = (folder: string) => path.join(folder, 'manifest.json')
  if (existsSync(manifest(outDir)) && readFileSync(manifest(outDir), 'utf8') === wanted) return
  const random = seededRandom(seed)
  const speech = await speakAll()
  const recordings = splitRecordings(await loadRecordings(recordingsFolder()), random.child('split'))
  const noise = noiseBed(random.child('noise'))
  const aside = `${path.resolve(outDir)}.tmp`
  rmSync(aside, { recursive: true, force: true })
  mkdirSync(path.join(aside, 'clips'), { recursive: true })

  const linesOf = (part: Part, name: string, pool: readonly Recording[], count: number) =>
    Object.fromEntries(
      MANNERS.map((manner) => [
        manner,
        Array.from({ length: count }, (_, i) => {
          const id = `${name}-${manner}-${i}`
          const own = random.child(id)
          let nth = 0
          return lineOf(id, conversationOf(manner, pool, own), ({ recording, said }: Heard) => {
            const file = `clips/${id}-${++nth}.wav`
            const drawn = own.child(`clip/${nth}`)
            const samples =
              said === null
                ? soundClip(recording!, noise, drawn)
                : spokenClip(speech[part][said], recording, noise, drawn)
            writeFileSync(path.join(aside, file), encodeWav(samples, SAMPLE_RATE))
            return file
          })
        }),
      ]),
    )
  const write = (file: string, lines: readonly object[]) =>
    writeFileSync(path.join(aside, `${file}.jsonl`), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const train = linesOf('train', 'train', recordings.train, nTrain)
  for (const manner of MANNERS) write(manner, train[manner]!)
  write('eval', Object.values(linesOf('heldOut', 'eval', recordings.heldOut, nEval)).flat())
  writeFileSync(manifest(aside), wanted)
  rmSync(outDir, { recursive: true, force: true })
  renameSync(aside, outDir)
}
