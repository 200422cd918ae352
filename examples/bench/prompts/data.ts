import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { encodeWav } from '../../../audio/index.ts'
import { type SeededRandom, seededRandom } from '../../../src/random.ts'
import { wordTimeStream } from '../../../src/wordTimes/stream.ts'
import { composeScene, type SceneFacts } from '../../quickstart/compose.ts'
import { FAMILIES } from '../../quickstart/families.ts'
import {
  loadRecordings,
  type Recording,
  recordingsFolder,
  SAMPLE_RATE,
  splitRecordings,
} from '../../quickstart/recordings.ts'
import { noiseBed } from '../../quickstart/sound.ts'
import { type AskedTask, TASKS } from './arms.ts'

const SCENE_SECONDS = 3.2
/** A model this small learns a token of time only when it meets it often. */
const TIME_STEP = 0.1 // seconds
const SIZES = { train: 600, eval: 60 }
/** Goes up whenever other data are made. */
export const DATA_VERSION = 1

/**
 * Makes `train.jsonl` and `eval.jsonl` in a folder, once: scenes of two or three real recordings after each other, and four
 * lines a scene that ask the same clip for four things. Scenes to evaluate on are of recordings that training never
 * hears.
 */
export async function makeData(folder: string): Promise<void> {
  if (existsSync(path.join(folder, 'eval.jsonl'))) return
  const random = seededRandom('prompts')
  const { train, heldOut } = splitRecordings(await loadRecordings(recordingsFolder()), random.child('split'))
  const noise = noiseBed(random.child('noise'))
  const aside = `${folder}.tmp`
  rmSync(aside, { recursive: true, force: true })
  mkdirSync(path.join(aside, 'clips'), { recursive: true })
  for (const [part, pool] of [
    ['train', train],
    ['eval', heldOut],
  ] as const) {
    const lines = Array.from({ length: SIZES[part] }, (_, i) => {
      const id = `${part}-${i}`
      const { samples, facts } = sequence(pool, noise, random.child(id))
      writeFileSync(path.join(aside, 'clips', `${id}.wav`), encodeWav(samples, SAMPLE_RATE))
      return TASKS.map((task) => lineOf(id, task, facts))
    })
    writeFileSync(
      path.join(aside, `${part}.jsonl`),
      lines
        .flat()
        .map((line) => `${JSON.stringify(line)}\n`)
        .join(''),
    )
  }
  rmSync(folder, { recursive: true, force: true })
  renameSync(aside, folder)
}

/** A scene of at least two sounds, none of them at once: there is an order to tell. */
function sequence(pool: readonly Recording[], noise: Float32Array, random: SeededRandom) {
  for (let draw = 0; ; draw++) {
    const scene = composeScene(pool, SCENE_SECONDS, noise, random.child(draw))
    if (scene.facts.parts.length > 1 && !scene.facts.overlap) return scene
  }
}

function lineOf(id: string, task: AskedTask, { parts }: SceneFacts): object {
  return {
    id: `${id}/${task}`,
    task,
    messages: [
      { role: 'user', content: [{ type: 'audio', path: `clips/${id}.wav` }] },
      { role: 'assistant', content: ANSWERS[task](parts) },
    ],
  }
}

type Parts = SceneFacts['parts']
const nameOf = ({ family }: Parts[number]) => FAMILIES[family]!.name

/** The same scene, four times: its sounds by the alphabet, in a sentence, in their order, and in their order with times. */
const ANSWERS: Readonly<Record<AskedTask, (parts: Parts) => string>> = {
  'sound-classification': (parts) => parts.map(nameOf).sort().join(', '),
  caption: (parts) => `${parts.map((part) => `a ${nameOf(part)}`).join(' and then ')} can be heard`,
  transcription: (parts) => parts.map(nameOf).join(' then '),
  'word-times': (parts) =>
    wordTimeStream(
      parts.map((part) => {
        const start = stepped(part.startSeconds)
        const end = Math.max(start + TIME_STEP, stepped(part.startSeconds + part.seconds))
        return { word: nameOf(part), start, end: Math.min(end, SCENE_SECONDS) }
      }),
      { duration: SCENE_SECONDS },
    ),
}

const stepped = (seconds: number): number => Math.round(seconds / TIME_STEP) * TIME_STEP

/** The task that an answer looks like, by its form alone; null when by none. */
export function formOf(answer: string): AskedTask | null {
  if (/<\|\d+\.\d\d\|>/.test(answer)) return 'word-times'
  if (/^an? /.test(answer) || / can be heard/.test(answer)) return 'caption'
  if (/ then /.test(answer)) return 'transcription'
  return /, /.test(answer) ? 'sound-classification' : null
}
