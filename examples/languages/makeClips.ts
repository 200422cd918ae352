import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { augment, encodeWav, loadAudio } from '../../audio/index.ts'
import type { Criterion, Rubric } from '../../rubrics/index.ts'
import { type SeededRandom, seededRandom, shuffle } from '../../src/random.ts'
import { SPEAKERS, type Speaker, UNHEARD } from '../speech/speakers.ts'

const RATE = 16_000 // Hz
export const CLIP_SECONDS = 3.2
/** Shorter prompts are single words, some of them alike in several languages; much longer ones would be cut to a part. */
const SECONDS = [0.9, 6] as const
/** Of Asterisk's wav files: 8 kHz, 16 bits; the size of a file says how long it is before it is read. */
const BYTES_A_SECOND = 16_000
/** Prompts without words: beeps and silence. */
const NO_SPEECH = /^(silence\/|.*(?:beep|tone))/
const HELD_OUT = 0.2
/** Copies of every prompt to learn from, each at a speed and a level of its own: pitch says less of a language then. */
const COPIES = 2
const AUGMENTED = { speed: [0.84, 1.19], gainDb: [-6, 4] } as const
const MOST_EVALUATED = 50 // of each voice

const ASKS = ['which language is spoken?', 'what language is this?', 'name the language.']
const LANGUAGES = SPEAKERS.map(({ language }) => language)

/**
 * Makes, once, `train.jsonl`, `eval.jsonl` (prompts that are trained in no language, by the voices of training) and
 * `unheard.jsonl` (the same prompts by a voice that no training hears). Returns how many lines each has, or null where they were there.
 *
 * @param sounds folder of Asterisk's sounds, a folder a voice in it
 */
export async function makeClips(sounds: string, outDir: string, seed: number): Promise<Record<string, number> | null> {
  if (existsSync(path.join(outDir, 'unheard.jsonl'))) return null
  const random = seededRandom(`languages/${seed}`)
  const promptsOf = ({ folder, debianPackage }: Speaker): string[] => {
    const place = path.join(sounds, folder)
    if (!existsSync(place)) throw new Error(`${place}: no such folder. Debian's package ${debianPackage} holds it.`)
    return readdirSync(place, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.wav'))
      .map((file) => file.slice(0, -'.wav'.length))
      .filter((prompt) => !NO_SPEECH.test(prompt))
      .sort()
  }
  const voices = [...SPEAKERS, UNHEARD].map((speaker) => ({ speaker, prompts: promptsOf(speaker) }))
  // A prompt is on one side in every language: what is said does not tell.
  const prompts = shuffle([...new Set(voices.flatMap((voice) => voice.prompts))].sort(), random.child('split'))
  const heldOut = new Set(prompts.slice(0, Math.round(HELD_OUT * prompts.length)))

  const aside = `${path.resolve(outDir)}.tmp`
  rmSync(aside, { recursive: true, force: true })
  mkdirSync(path.join(aside, 'clips'), { recursive: true })
  const files: Record<string, object[]> = { train: [], eval: [], unheard: [] }
  for (const { speaker, prompts: own } of voices) {
    const part = speaker === UNHEARD ? 'unheard' : 'eval'
    const evaluated = shuffle(
      own.filter((prompt) => heldOut.has(prompt)),
      random.child(`eval/${speaker.name}`),
    )
    const learnt = speaker === UNHEARD ? [] : own.filter((prompt) => !heldOut.has(prompt))
    let nEvaluated = 0
    for (const prompt of [...learnt, ...evaluated]) {
      if (heldOut.has(prompt) && nEvaluated >= MOST_EVALUATED) break
      const file = path.join(sounds, speaker.folder, `${prompt}.wav`)
      const seconds = statSync(file).size / BYTES_A_SECOND
      if (seconds < SECONDS[0] || seconds > SECONDS[1]) continue
      const { samples } = await loadAudio(file, { sampleRate: RATE })
      const id = `${prompt.replaceAll('/', '-')}-${speaker.name}`
      const write = (name: string, sound: Float32Array) => {
        const audio = `clips/${name}.wav`
        writeFileSync(path.join(aside, audio), encodeWav(sound.slice(0, CLIP_SECONDS * RATE), RATE))
        return audio
      }
      if (heldOut.has(prompt)) {
        nEvaluated++
        files[part]!.push(lineOf(id, write(id, samples), speaker, random.child(id)))
        continue
      }
      for (let copy = 0; copy < COPIES; copy++) {
        const own = random.child(`${id}/${copy}`)
        const { waveform } = augment({ samples, sampleRate: RATE }, AUGMENTED, own)
        files.train!.push(lineOf(`${id}-${copy}`, write(`${id}-${copy}`, waveform.samples), speaker, own))
      }
    }
  }
  for (const [name, lines] of Object.entries(files)) {
    writeFileSync(path.join(aside, `${name}.jsonl`), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  }
  rmSync(outDir, { recursive: true, force: true })
  renameSync(aside, outDir)
  return Object.fromEntries(Object.entries(files).map(([name, lines]) => [name, lines.length]))
}

const pick = <T>(items: readonly T[], random: SeededRandom): T => items[random.integer(items.length)]!

const lineOf = (id: string, audio: string, { language, name }: Speaker, random: SeededRandom) => ({
  id,
  messages: [
    {
      role: 'user',
      content: [
        { type: 'audio', path: audio },
        { type: 'text', text: pick(ASKS, random) },
      ],
    },
    { role: 'assistant', content: pick([`it is ${language}.`, `this is ${language}.`, `${language}.`], random) },
  ],
  rubric: rubricOf(language),
  reference: language,
  tags: { language, speaker: name },
})

/** The right language, no other, and not much else; an answer that names none earns nothing. */
export function rubricOf(language: Speaker['language']): Rubric {
  const criteria: Criterion[] = [
    {
      id: 'language',
      criterion: `Says that ${language} is spoken.`,
      points: 3,
      tags: [`group:${language}`],
      verify: { kind: 'contains', any_of: [language], plural: false },
    },
    {
      id: 'another',
      criterion: 'Names another language.',
      points: -3,
      verify: { kind: 'contains', any_of: LANGUAGES.filter((other) => other !== language), plural: false },
    },
    {
      id: 'long',
      criterion: 'Uses more than 6 words.',
      points: -1,
      verify: { kind: 'word-count', min: 7, max: 1000 },
    },
  ]
  return { name: 'spoken-language', criteria }
}
