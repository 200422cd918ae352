import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { encodeWav } from '../../audio/index.ts'
import { drawScaffold, renderScaffold, scaffoldSchema } from '../../rubrics/index.ts'
import { type SeededRandom, seededRandom } from '../../src/random.ts'
import { composeScene, composeSingle, type Recording, SAMPLE_RATE, type SceneFacts } from './compose.ts'
import { FAMILIES } from './families.ts'
import {
  answerTo,
  fullAnswer,
  KEYWORD_TAGS,
  keywordAnswer,
  LIST_PROMPTS,
  PLAIN_PROMPTS,
  questionTags,
  rubricOf,
  vagueAnswer,
} from './language.ts'
import { loadRecordings, recordingsFolder, splitRecordings } from './recordings.ts'

export interface SceneOptions {
  readonly outDir: string
  readonly seed: number
  /** Single sounds for the first stage of the warm-up. */
  readonly nSingles: number
  readonly nTrain: number
  readonly nEval: number
  readonly samplesDir?: string
  readonly onProgress?: (done: number, total: number) => void
}

export interface SceneCounts {
  readonly recordings: number
  readonly families: number
  readonly train: number
  readonly heldOut: number
  readonly singles: number
  readonly scenes: number
  readonly evalScenes: number
  readonly reused: boolean
}

/** Changes whenever the same options give other data. */
const VERSION = 1
const SINGLE_SECONDS = 1.28
const SCENE_SECONDS = 3.2

/** How the scaffold is worded for a model this small: one short line a criterion. */
const SCAFFOLD = scaffoldSchema.parse({ style: 'compact', show_points: false, warning: false })

/**
 * Writes the quickstart's data: `listen.jsonl` (single sounds to name), `speak.jsonl` (scenes: lists, vague plain
 * answers, answers that follow shown criteria), `train.jsonl` and `eval.jsonl` (plain prompts with their rubrics), and
 * their clips. Recordings of `eval.jsonl` are in none of the others. The same options give the same bytes.
 */
export async function makeScenes(options: SceneOptions): Promise<SceneCounts> {
  const { outDir, seed, nSingles, nTrain, nEval } = options
  const manifest = path.join(outDir, 'manifest.json')
  const wanted = { version: VERSION, seed, nSingles, nTrain, nEval }
  if (existsSync(manifest)) {
    const { counts, ...made } = JSON.parse(readFileSync(manifest, 'utf8')) as { counts: SceneCounts }
    if (JSON.stringify(made) === JSON.stringify(wanted)) return { ...counts, reused: true }
  }
  const recordings = await loadRecordings(options.samplesDir ?? recordingsFolder())
  // The split and the held-out scenes do not change with the size of the training set.
  const random = seededRandom(seed)
  const { train, heldOut } = splitRecordings(recordings, random.child('split'))

  const aside = `${outDir}.tmp`
  rmSync(aside, { recursive: true, force: true })
  mkdirSync(path.join(aside, 'clips'), { recursive: true })
  const total = nSingles + nTrain + nEval
  let done = 0
  const tick = () => options.onProgress?.(++done, total)
  const clip = (name: string, samples: Float32Array) => {
    writeFileSync(path.join(aside, 'clips', `${name}.wav`), encodeWav(samples, SAMPLE_RATE))
    return `clips/${name}.wav`
  }

  const listen = Array.from({ length: nSingles }, (_, i) => {
    tick()
    return singleLine(i, train[i % train.length]!, random.child(`single/${i}`), clip)
  })
  const scenes = (part: string, pool: readonly Recording[], n: number) =>
    Array.from({ length: n }, (_, i) => {
      tick()
      const draw = random.child(`${part}/${i}`)
      const { samples, facts } = composeScene(pool, SCENE_SECONDS, draw)
      return { id: `${part}-${i}`, audio: clip(`${part}-${i}`, samples), facts, random: draw }
    })
  const trainScenes = scenes('train', train, nTrain)
  const evalScenes = scenes('eval', heldOut, nEval)

  write(aside, 'listen.jsonl', listen)
  write(aside, 'speak.jsonl', trainScenes.flatMap(speakLines))
  write(aside, 'train.jsonl', trainScenes.map(plainLine))
  write(aside, 'eval.jsonl', evalScenes.map(plainLine))
  const counts: SceneCounts = {
    recordings: recordings.length,
    families: FAMILIES.length,
    train: train.length,
    heldOut: heldOut.length,
    singles: nSingles,
    scenes: nTrain,
    evalScenes: nEval,
    reused: false,
  }
  writeFileSync(path.join(aside, 'manifest.json'), `${JSON.stringify({ ...wanted, counts }, null, 2)}\n`)
  rmSync(outDir, { recursive: true, force: true })
  mkdirSync(path.dirname(path.resolve(outDir)), { recursive: true })
  renameSync(aside, outDir)
  return counts
}

interface Scene {
  readonly id: string
  readonly audio: string
  readonly facts: SceneFacts
  readonly random: SeededRandom
}

type Clip = (name: string, samples: Float32Array) => string

const user = (audio: string, text: string) => ({
  role: 'user',
  content: [
    { type: 'audio', path: audio },
    { type: 'text', text },
  ],
})
const assistant = (content: string) => ({ role: 'assistant', content })
const pick = <T>(items: readonly T[], random: SeededRandom): T => items[random.integer(items.length)]!

/** A single sound, asked for by tags or in words. */
function singleLine(i: number, recording: Recording, random: SeededRandom, clip: Clip) {
  const audio = clip(`single-${i}`, composeSingle(recording, SINGLE_SECONDS, random))
  const text = random() < 0.5 ? KEYWORD_TAGS : pick(LIST_PROMPTS, random)
  const { name } = FAMILIES[recording.family]!
  return {
    id: `single-${i}`,
    messages: [user(audio, text), assistant(name)],
    tags: { task: 'keyword', recording: recording.file },
  }
}

/** What the warm-up learns from one scene: to list its sounds, to answer a question, to speak poorly, to follow criteria. */
function speakLines({ id, audio, facts, random }: Scene) {
  const prompt = pick(PLAIN_PROMPTS, random)
  const list = random() < 0.5 ? KEYWORD_TAGS : pick(LIST_PROMPTS, random)
  const rubric = rubricOf(facts, random)
  const shown = drawScaffold(rubric, (1 + random.integer(rubric.criteria.length)) / rubric.criteria.length, random)
  const scaffold = renderScaffold(shown, SCAFFOLD)!
  const question = questionOf(facts, random)
  return [
    { id: `${id}-list`, messages: [user(audio, list), assistant(keywordAnswer(facts))], tags: { task: 'keyword' } },
    ...(question
      ? [
          {
            id: `${id}-question`,
            messages: [user(audio, questionTags(question.text)), assistant(question.answer)],
            tags: { task: 'question' },
          },
        ]
      : []),
    {
      id: `${id}-plain`,
      messages: [user(audio, prompt), assistant(vagueAnswer(facts, random))],
      tags: { task: 'plain' },
    },
    {
      id: `${id}-shown`,
      messages: [{ role: 'system', content: scaffold }, user(audio, prompt), assistant(answerTo(facts, shown))],
      tags: { task: 'scaffolded' },
    },
  ]
}

function questionOf(facts: SceneFacts, random: SeededRandom): { text: string; answer: string } | null {
  const known: { text: string; answer: string }[] = []
  const nameAt = (i: number) => FAMILIES[facts.parts[i]!.family]!.name
  for (const what of ['loudest', 'longest', 'brightest'] as const) {
    if (facts[what] !== null) known.push({ text: `which is the ${what}?`, answer: `the ${nameAt(facts[what])}` })
  }
  for (const [i, { hits }] of facts.parts.entries()) {
    if (hits !== null)
      known.push({
        text: `how often does the ${nameAt(i)} hit?`,
        answer: hits === 1 ? 'once' : `${['two', 'three', 'four'][hits - 2]} times`,
      })
  }
  return known.length > 0 ? pick(known, random) : null
}

function plainLine({ id, audio, facts, random }: Scene) {
  const draw = random.child('plain')
  const { parts, mixed } = facts
  return {
    id,
    messages: [user(audio, pick(PLAIN_PROMPTS, draw))],
    rubric: rubricOf(facts, draw),
    reference: fullAnswer(facts),
    tags: {
      families: parts.map(({ family }) => FAMILIES[family]!.name).join(', '),
      recordings: parts.map(({ file }) => file).join(', '),
      n: parts.length,
      mixed,
    },
  }
}

const write = (folder: string, file: string, lines: readonly object[]) =>
  writeFileSync(path.join(folder, file), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
