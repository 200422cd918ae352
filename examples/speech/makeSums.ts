import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { augment, encodeWav } from '../../audio/index.ts'
import { type SeededRandom, seededRandom, shuffle } from '../../src/random.ts'
import { RATE, readWord } from './clips.ts'
import { recordingOf, SPEAKERS, type Speaker, UNHEARD, type Word } from './speakers.ts'
import { allSums, NUMBERS, plainLine, type SpokenSum, type SpokenWord, type Sum, taughtLine, wordLine } from './sums.ts'

export interface SumsOptions {
  /** Folder of Asterisk's sounds, one folder a speaker in it. */
  readonly sounds: string
  readonly outDir: string
  readonly seed: number
  /** Clips of each sum that is trained, by each speaker: the same words with other pauses, speed and level (2). */
  readonly takes?: number
  /** Samples of each evaluation (120). */
  readonly nEval?: number
}

/** One length for all clips of a kind, so that one shape of the graphs hears them all. */
const SUM_SECONDS = 2.88
const WORD_SECONDS = 1.28

/**
 * Writes spoken sums, put together from recorded numbers: `words.jsonl`, single words to name; `taught.jsonl`, sums to
 * learn; `train.jsonl`, sums with rubrics for rollouts; `eval.jsonl` (sums that are in neither) and `unheard.jsonl` (a voice that is in neither).
 */
export async function makeSums({ sounds, outDir, seed, takes = 2, nEval = 120 }: SumsOptions) {
  const random = seededRandom(`sums/${seed}`)
  const sums = shuffle(allSums(), random)
  const nHeldOut = Math.round(sums.length / 5)
  const [heldOut, trained] = [sums.slice(0, nHeldOut), sums.slice(nHeldOut)]
  mkdirSync(path.join(outDir, 'clips'), { recursive: true })
  const words = wordsOf(sounds)
  const speak = async (sum: Sum, speaker: Speaker, id: string, vary: boolean): Promise<SpokenSum> => {
    const audio = `clips/${id}.wav`
    const said = [sum.a, sum.operation, sum.b] as const
    const clip = await oneAfterAnother(said, speaker, words, SUM_SECONDS, vary ? random : undefined)
    writeFileSync(path.join(outDir, audio), encodeWav(clip, RATE))
    return { ...sum, id, audio, language: speaker.language, speaker: speaker.name }
  }
  const nameOf = ({ a, b, operation }: Sum, { name }: Speaker) => `${a}-${operation}-${b}-${name}`

  const clips: SpokenSum[] = []
  for (const speaker of SPEAKERS) {
    for (const sum of trained) {
      for (let take = 1; take <= takes; take++) {
        clips.push(await speak(sum, speaker, `${nameOf(sum, speaker)}-${take}`, true))
      }
    }
  }
  const asked: SpokenSum[] = []
  for (const speaker of SPEAKERS) {
    for (const sum of heldOut) asked.push(await speak(sum, speaker, nameOf(sum, speaker), false))
  }
  const unheard: SpokenSum[] = []
  for (const sum of shuffle(sums, random).slice(0, nEval)) {
    unheard.push(await speak(sum, UNHEARD, nameOf(sum, UNHEARD), false))
  }
  const single: SpokenWord[] = []
  for (const speaker of SPEAKERS) {
    for (const word of [...NUMBERS, 'plus', 'minus'] as const) {
      for (let take = 1; take <= 4 * takes; take++) {
        const audio = `clips/${word}-${speaker.name}-${take}.wav`
        const clip = await oneAfterAnother([word], speaker, words, WORD_SECONDS, random)
        writeFileSync(path.join(outDir, audio), encodeWav(clip, RATE))
        const { language, name } = speaker
        single.push({ id: `${word}-${name}-${take}`, audio, word, language, speaker: name })
      }
    }
  }
  const taught = clips.flatMap((clip) => {
    const tasks = shuffle(['sum', 'sum', 'scaffolded', 'scaffolded', 'plain', 'language'] as const, random)
    return [...new Set(tasks)].slice(0, 2).map((task) => taughtLine(clip, task, random))
  })
  const files = {
    'words.jsonl': single.map((word, i) => wordLine(word, i % 4 === 3 ? 'language' : 'word', random)),
    'taught.jsonl': taught,
    'train.jsonl': shuffle(clips, random).map((clip) => plainLine(clip, random)),
    'eval.jsonl': shuffle(asked, random)
      .slice(0, nEval)
      .map((sum) => plainLine(sum, random)),
    'unheard.jsonl': unheard.map((sum) => plainLine(sum, random)),
  }
  for (const [name, lines] of Object.entries(files)) {
    writeFileSync(path.join(outDir, name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  }
  return Object.fromEntries(Object.entries(files).map(([name, lines]) => [name, lines.length]))
}

/** Recorded words by file, without the silence around them, all of one level. */
function wordsOf(sounds: string) {
  const known = new Map<string, Promise<Float32Array>>()
  return (speaker: Speaker, word: Word): Promise<Float32Array> => {
    const file = recordingOf(speaker, sounds, word)
    const found = known.get(file) ?? readWord(file)
    known.set(file, found)
    return found
  }
}

/** Recorded words one after another in a clip of that length; with a generator, at varying pauses, speeds and levels. */
async function oneAfterAnother(
  said: readonly Word[],
  speaker: Speaker,
  wordOf: ReturnType<typeof wordsOf>,
  seconds: number,
  random?: SeededRandom,
): Promise<Float32Array> {
  const clip = new Float32Array(seconds * RATE)
  const between = (from: number, to: number) => from + (random ? random() : 0.5) * (to - from)
  let at = between(0.02, 0.12)
  for (const word of said) {
    const plain = { samples: await wordOf(speaker, word), sampleRate: RATE }
    const { samples } = random ? augment(plain, { speed: [0.94, 1.08], gainDb: [-4, 2] }, random).waveform : plain
    const from = Math.round(at * RATE)
    if (from + samples.length > clip.length) {
      throw new Error(`"${said.join(' ')}" by ${speaker.name} takes longer than ${seconds} s.`)
    }
    clip.set(samples, from)
    at += samples.length / RATE + between(0.04, 0.14)
  }
  return clip
}
