import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { encodeWav, loadAudio } from '../../audio/index.ts'
import { seededRandom, shuffle } from '../../src/random.ts'
import { levelled, RATE, trimmed } from './clips.ts'
import { readPrompts } from './prompts.ts'
import { type Speaker, UNHEARD } from './speakers.ts'

export interface TranscriptsOptions {
  /** Folder of Asterisk's sounds, one folder a speaker in it. */
  readonly sounds: string
  /** Folder that holds Asterisk's lists of prompts, `asterisk-core-sounds-en/core-sounds-en.txt.gz` and so on. */
  readonly lists: string
  readonly outDir: string
  readonly seed: number
  /** Voices that are trained and evaluated. */
  readonly speakers: readonly Speaker[]
  /** Longer recordings are left out, in seconds (6). */
  readonly maxSeconds?: number
  /** Share of the prompts that no voice is trained on (0.2). */
  readonly heldOut?: number
  /** Held-out recordings of each voice that are evaluated, at most (60). */
  readonly nEval?: number
}

interface Recording {
  readonly id: string
  readonly prompt: string
  /** Path of the clip, relative to the data file. */
  readonly audio: string
  readonly words: string
  readonly speaker: Speaker
}

/** Prompts of which a language knows one wording only, so that another voice's list says what this one says. */
const ONE_WORDING = /^(?:digits|letters|phonetic)\//

/**
 * Writes recorded prompts with their words: `train.jsonl`; `heldout.jsonl`, prompts that are trained in no language; and
 * `unheard.jsonl`, those of them that say the same in every mouth, numbers and letters mostly, by a voice that is not trained.
 *
 * A prompt is on one side in every language, and no text that is evaluated is trained. Returns how many clips each file has.
 */
export async function makeTranscripts(options: TranscriptsOptions): Promise<Record<string, number>> {
  const { sounds, outDir, seed, speakers, maxSeconds = 6, heldOut = 0.2, nEval = 60 } = options
  mkdirSync(path.join(outDir, 'clips'), { recursive: true })
  const random = seededRandom(`transcripts/${seed}`)
  const lists = new Map([...speakers, UNHEARD].map((speaker) => [speaker, readPrompts(listOf(speaker, options.lists))]))
  const prompts = shuffle([...new Set([...lists.values()].flatMap((list) => [...list.keys()]))].sort(), random)
  const evaluated = new Set(prompts.slice(0, Math.round(prompts.length * heldOut)))

  const recordingsOf = async (speaker: Speaker, wanted: (prompt: string) => boolean) => {
    const found: Recording[] = []
    for (const [prompt, words] of lists.get(speaker)!) {
      const file = path.join(sounds, speaker.folder, `${prompt}.wav`)
      if (!wanted(prompt) || !existsSync(file)) continue
      const { samples } = await loadAudio(file, { sampleRate: RATE })
      const clip = levelled(trimmed(samples, 0.1))
      if (clip.length > maxSeconds * RATE) continue
      const id = `${prompt.replaceAll('/', '-')}-${speaker.name}`
      const audio = `clips/${id}.wav`
      writeFileSync(path.join(outDir, audio), encodeWav(clip, RATE))
      found.push({ id, prompt, audio, words, speaker })
    }
    return found
  }
  const heard: Recording[] = []
  for (const speaker of speakers) heard.push(...(await recordingsOf(speaker, () => true)))
  const heldout = heard.filter(({ prompt }) => evaluated.has(prompt))
  const texts = new Set(heldout.map(({ speaker, words }) => `${speaker.language}/${words}`))
  const files: Record<string, readonly Recording[]> = {
    'train.jsonl': heard.filter(
      ({ prompt, speaker, words }) => !evaluated.has(prompt) && !texts.has(`${speaker.language}/${words}`),
    ),
    'heldout.jsonl': speakers.flatMap((speaker) =>
      shuffle(
        heldout.filter((recording) => recording.speaker === speaker),
        random.child(speaker.name),
      ).slice(0, nEval),
    ),
    'unheard.jsonl': await recordingsOf(UNHEARD, (prompt) => evaluated.has(prompt) && ONE_WORDING.test(prompt)),
  }
  for (const [name, recordings] of Object.entries(files)) {
    const lines = shuffle(recordings, random).map((recording) => `${JSON.stringify(lineOf(recording))}\n`)
    writeFileSync(path.join(outDir, name), lines.join(''))
  }
  return Object.fromEntries(Object.entries(files).map(([name, recordings]) => [name, recordings.length]))
}

const listOf = ({ code }: Speaker, lists: string): string =>
  path.join(lists, `asterisk-core-sounds-${code}`, `core-sounds-${code}.txt.gz`)

const lineOf = ({ id, audio, words, speaker: { name, language, code } }: Recording) => ({
  id,
  task: { name: 'transcription', audio_language: code, text_language: code },
  messages: [
    { role: 'user', content: [{ type: 'audio', path: audio }] },
    { role: 'assistant', content: words },
  ],
  tags: { language, speaker: name },
})
