import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { encodeWav } from '../../audio/index.ts'
import { type SeededRandom, seededRandom } from '../../src/random.ts'
import { composeScene, composeSingle } from './compose.ts'
import { FAMILIES } from './families.ts'
import { loadRecordings, type Recording, recordingsFolder, SAMPLE_RATE, splitRecordings } from './recordings.ts'
import { followLine, plainLine, type Scene, sceneOf, sftLines, singleLine } from './samples.ts'
import { noiseBed } from './sound.ts'

export interface SceneOptions {
  /** Made by this function, or not there yet; a folder with anything else in it is refused. */
  readonly outDir: string
  readonly seed: number
  /** Clips of one sound each, for `listen.jsonl`; none by default. */
  readonly nSingles?: number
  /** Lines of criteria to follow without a sound, in `listen.jsonl` as well; as many as single sounds. */
  readonly nFollow?: number
  /** Scenes from the training recordings. */
  readonly nTrain?: number
  /** Scenes from the held-out recordings; the same ones whatever the other sizes are. */
  readonly nEval?: number
  /** Lines of `speak.jsonl` a training scene. */
  readonly sftPerScene?: number
  /** Folder of FLAC files; that of the npm package by default. */
  readonly samplesDir?: string
  readonly onProgress?: (done: number, total: number) => void
}

export interface SceneCounts {
  readonly recordings: number
  readonly families: number
  /** Recordings of each family, by name. */
  readonly byFamily: Readonly<Record<string, { readonly train: number; readonly heldOut: number }>>
  readonly train: number
  readonly heldOut: number
  readonly singles: number
  readonly scenes: number
  readonly sftLines: number
  readonly evalScenes: number
  /** The folder held these very data already; nothing was made. */
  readonly reused: boolean
}

/** Goes up whenever the same options give other data. */
const VERSION = 10
const SINGLE_SECONDS = 1.28
/** One length for all scenes, so that one shape of the graphs hears them all. */
const SCENE_SECONDS = 3.2

/**
 * Writes the data of the quickstart: scenes composed of real recordings, with rubrics made from what is known of them.
 *
 * | file | lines |
 * |---|---|
 * | `listen.jsonl` | single sounds to name |
 * | `speak.jsonl` | scenes with answers to learn (`MIXTURE`): labels, questions, poor plain answers, answers that follow shown criteria |
 * | `train.jsonl` | scenes with a plain prompt and a rubric |
 * | `eval.jsonl` | the same, from recordings that none of the others hear |
 *
 * The same options give the same bytes; a folder that holds them already is left as it is.
 *
 * @throws MissingRecordings when the recordings are not installed, Error when `outDir` holds something else
 * @example
 * const counts = await makeScenes({ outDir: 'data/quickstart', seed: 1 })
 */
export async function makeScenes(options: SceneOptions): Promise<SceneCounts> {
  const {
    outDir,
    seed,
    nSingles = 0,
    nFollow = nSingles,
    nTrain = 1_400,
    nEval = 120,
    sftPerScene = 3,
    samplesDir,
  } = options
  const wanted = {
    version: VERSION,
    seed,
    nSingles,
    nFollow,
    nTrain,
    nEval,
    sftPerScene,
    ...(samplesDir ? { samplesDir } : {}),
  }
  const made = madeBefore(outDir)
  if (made && JSON.stringify(made.options) === JSON.stringify(wanted)) return { ...made.counts, reused: true }

  const recordings = await loadRecordings(samplesDir ?? recordingsFolder())
  const random = seededRandom(seed)
  const { train, heldOut } = splitRecordings(recordings, random.child('split'))
  const noise = noiseBed(random.child('noise'))

  const aside = `${path.resolve(outDir)}.tmp`
  rmSync(aside, { recursive: true, force: true })
  mkdirSync(path.join(aside, 'clips'), { recursive: true })
  const total = nSingles + nTrain + nEval
  let done = 0
  const clip = (name: string, samples: Float32Array) => {
    writeFileSync(path.join(aside, 'clips', `${name}.wav`), encodeWav(samples, SAMPLE_RATE))
    options.onProgress?.(++done, total)
    return `clips/${name}.wav`
  }
  // Each clip draws from a stream of its own, so that no size changes another clip.
  const scene = (pool: readonly Recording[], id: string, own: SeededRandom) => {
    const { samples, facts } = composeScene(pool, SCENE_SECONDS, noise, own)
    return sceneOf(id, clip(id, samples), facts, own.child('rubric'))
  }
  const scenes = (pool: readonly Recording[], part: string, count: number): Scene[] =>
    Array.from({ length: count }, (_, i) => scene(pool, `${part}-${i}`, random.child(`${part}/${i}`)))

  const singles = Array.from({ length: nSingles }, (_, i) => {
    const own = random.child(`single/${i}`)
    const recording = train[i % train.length]!
    return singleLine(
      `single-${i}`,
      clip(`single-${i}`, composeSingle(recording, SINGLE_SECONDS, noise, own)),
      recording,
      own,
    )
  })
  const trainScenes = scenes(train, 'train', nTrain)
  const evalScenes = scenes(heldOut, 'eval', nEval)
  const sft = trainScenes.flatMap((scene) => sftLines(scene, sftPerScene, random.child(`sft/${scene.id}`)))

  const write = (file: string, lines: readonly object[]) =>
    writeFileSync(path.join(aside, file), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const follows = Array.from({ length: nFollow }, (_, i) => followLine(`follow-${i}`, random.child(`follow/${i}`)))
  if (nSingles > 0) write('listen.jsonl', [...singles, ...follows])
  write('speak.jsonl', sft)
  write('train.jsonl', trainScenes.map(plainLine))
  write('eval.jsonl', evalScenes.map(plainLine))
  const inFamily = (part: readonly Recording[], family: number) => part.filter((one) => one.family === family).length
  const counts: SceneCounts = {
    recordings: recordings.length,
    families: FAMILIES.length,
    byFamily: Object.fromEntries(
      FAMILIES.map(({ name }, i) => [name, { train: inFamily(train, i), heldOut: inFamily(heldOut, i) }]),
    ),
    train: train.length,
    heldOut: heldOut.length,
    singles: nSingles,
    scenes: nTrain,
    sftLines: sft.length,
    evalScenes: nEval,
    reused: false,
  }
  writeFileSync(path.join(aside, MANIFEST), `${JSON.stringify({ options: wanted, counts }, null, 2)}\n`)
  rmSync(outDir, { recursive: true, force: true })
  renameSync(aside, outDir)
  return counts
}

const MANIFEST = 'manifest.json'

/** What an earlier call made there. The folder will be replaced, so anything that is not ours is an error. */
function madeBefore(outDir: string): { options?: object; counts: SceneCounts } | null {
  if (!existsSync(outDir) || readdirSync(outDir).length === 0) return null
  const manifest = path.join(outDir, MANIFEST)
  if (existsSync(manifest) && existsSync(path.join(outDir, 'clips'))) return JSON.parse(readFileSync(manifest, 'utf8'))
  throw new Error(`${outDir}: holds files that are not the quickstart's data. Choose a new or an empty folder.`)
}
