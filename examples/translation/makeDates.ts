import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { augment, encodeWav } from '../../audio/index.ts'
import { type SeededRandom, seededRandom, shuffle } from '../../src/random.ts'
import { RATE, readWord } from '../speech/clips.ts'
import { SPEAKERS, type Speaker, UNHEARD } from '../speech/speakers.ts'
import { allDates, allWords, recordingsOf, rubricOf, type SpokenDate, translationOf } from './dates.ts'

export const CLIP_SECONDS = 3.6
const WORD_SECONDS = 1.6
/** Clips of each word of each voice, each at a speed and a level of its own. */
const COPIES = 6
/** Of each language; the dates differ from language to language. */
const SIZES = { train: 600, eval: 60, unheard: 60 }
/** Dates that are trained in no language. */
const HELD_OUT = 0.2
const AUGMENTED = { speed: [0.92, 1.1], gainDb: [-4, 2] } as const
const PAUSE = [0.03, 0.12] as const // seconds

/** Voices whose language has a tag of Qwen-Audio's. */
const VOICES = SPEAKERS.filter(({ language }) => language !== 'English' && language !== 'Russian')

/**
 * Makes, once, `words.jsonl` (single words), `train.jsonl`, `eval.jsonl` (dates that are trained in no language) and `unheard.jsonl` (such dates by a voice that no
 * training hears) of recorded weekdays, numbers and months. Returns how many lines each has, or null where they were there.
 *
 * @param sounds folder of Asterisk's sounds, a folder a voice in it
 */
export async function makeDates(sounds: string, outDir: string, seed: number): Promise<Record<string, number> | null> {
  if (existsSync(path.join(outDir, 'unheard.jsonl'))) return null
  const random = seededRandom(`dates/${seed}`)
  const dates = shuffle(allDates(), random.child('split'))
  const nHeldOut = Math.round(HELD_OUT * dates.length)
  const [heldOut, learnt] = [dates.slice(0, nHeldOut), dates.slice(nHeldOut)]
  const aside = `${path.resolve(outDir)}.tmp`
  rmSync(aside, { recursive: true, force: true })
  mkdirSync(path.join(aside, 'clips'), { recursive: true })

  const words = new Map<string, Promise<Float32Array>>()
  const wordOf = ({ folder, debianPackage }: Speaker, name: string): Promise<Float32Array> => {
    const file = path.join(sounds, folder, 'digits', `${name}.wav`)
    if (!existsSync(file)) throw new Error(`${file}: no such recording. Debian's package ${debianPackage} holds it.`)
    const found = words.get(file) ?? readWord(file)
    words.set(file, found)
    return found
  }
  /** As many dates as asked for that fit into a clip; those to learn from at varying speeds and levels. */
  const linesOf = async (
    speaker: Speaker,
    pool: readonly SpokenDate[],
    part: keyof typeof SIZES,
  ): Promise<object[]> => {
    const lines: object[] = []
    const own = random.child(`${part}/${speaker.name}`)
    for (const [i, date] of shuffle(pool, own).entries()) {
      if (lines.length === SIZES[part]) break
      const said = await Promise.all(recordingsOf(date).map((name) => wordOf(speaker, name)))
      const clip = oneAfterAnother(said, own.child(i), part === 'train')
      if (clip === null) continue
      const id = `${part}-${speaker.name}-${i}`
      writeFileSync(path.join(aside, 'clips', `${id}.wav`), encodeWav(clip, RATE))
      lines.push({ ...lineOf(id, `clips/${id}.wav`, translationOf(date), speaker), rubric: rubricOf(date) })
    }
    return lines
  }
  const wordLines = async (speaker: Speaker): Promise<object[]> => {
    const lines: object[] = []
    for (const [name, english] of allWords()) {
      const said = await wordOf(speaker, name)
      for (let copy = 0; copy < COPIES; copy++) {
        const id = `word-${speaker.name}-${name}-${copy}`
        const clip = oneAfterAnother([said], random.child(id), true, WORD_SECONDS)
        if (clip === null) continue
        writeFileSync(path.join(aside, 'clips', `${id}.wav`), encodeWav(clip, RATE))
        lines.push(lineOf(id, `clips/${id}.wav`, english, speaker))
      }
    }
    return lines
  }
  const files: Record<string, object[]> = {
    words: [],
    train: [],
    eval: [],
    unheard: await linesOf(UNHEARD, heldOut, 'unheard'),
  }
  for (const voice of VOICES) {
    files.words!.push(...(await wordLines(voice)))
    files.train!.push(...(await linesOf(voice, learnt, 'train')))
    files.eval!.push(...(await linesOf(voice, heldOut, 'eval')))
  }
  for (const [name, lines] of Object.entries(files)) {
    writeFileSync(path.join(aside, `${name}.jsonl`), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  }
  rmSync(outDir, { recursive: true, force: true })
  renameSync(aside, outDir)
  return Object.fromEntries(Object.entries(files).map(([name, lines]) => [name, lines.length]))
}

/** Recorded words after each other; null where they take longer than a clip. */
function oneAfterAnother(
  said: readonly Float32Array[],
  random: SeededRandom,
  varied: boolean,
  seconds = CLIP_SECONDS,
): Float32Array | null {
  const clip = new Float32Array(seconds * RATE)
  const pause = () => Math.round((PAUSE[0] + random() * (PAUSE[1] - PAUSE[0])) * RATE)
  let at = pause()
  for (const samples of said) {
    const word = varied ? augment({ samples, sampleRate: RATE }, AUGMENTED, random).waveform.samples : samples
    if (at + word.length > clip.length) return null
    clip.set(word, at)
    at += word.length + pause()
  }
  return clip
}

const lineOf = (id: string, audio: string, english: string, { language, name, code }: Speaker) => ({
  id,
  task: { name: 'translation', audio_language: code, text_language: 'en' },
  messages: [
    { role: 'user', content: [{ type: 'audio', path: audio }] },
    { role: 'assistant', content: english },
  ],
  tags: { language, speaker: name },
})
