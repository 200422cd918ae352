import { resample } from '../../audio/index.ts'
import { UsageError } from '../errors.ts'

export interface Voice {
  /**
   * A text as sound at 16 kHz, mono, in [−1, 1].
   *
   * @param voice  of eSpeak NG, such as `en-us`
   * @param rate   words a minute
   * @throws UsageError for a voice that there is none of
   */
  speak(text: string, voice: string, rate: number): Promise<Float32Array>
}

/** What the package says of itself nowhere. */
interface Speaker {
  readonly samplerate: number
  set_voice(name: string): number
  set_rate(wordsAMinute: number): void
  list_voices(): readonly {
    readonly identifier: string
    /** What the voice can speak; the lower the priority, the rather it. */
    readonly languages: readonly { readonly name: string; readonly priority: number }[]
  }[]
  synthesize(text: string, onSamples: (samples: Int16Array | null) => boolean): void
}

const RATE = 16_000

/**
 * Opens eSpeak NG, which speaks offline in 140 voices. Its noise goes on from one text to the next, so that the same words
 * differ by some samples from call to call.
 *
 * @throws UsageError where its package is not installed (it is optional: GPL, and 24 MB)
 */
export async function openVoice(): Promise<Voice> {
  let speaker: Speaker
  try {
    const name = '@echogarden/espeak-ng-emscripten' // it has no types
    const { default: load } = (await import(name)) as { default: () => Promise<{ eSpeakNGWorker: new () => Speaker }> }
    const module = await load()
    speaker = await new module.eSpeakNGWorker()
  } catch (error) {
    throw new UsageError(
      `speak: eSpeak NG is not installed (${(error as Error).message.split('\n')[0]}). Run npm i @echogarden/espeak-ng-emscripten.`,
    )
  }
  const voices = voicesByLanguage(speaker)
  return {
    async speak(text, voice, rate) {
      const identifier = voices.get(voice)
      if (identifier === undefined || speaker.set_voice(identifier) !== 0) {
        throw new UsageError(
          `speak.voices: eSpeak NG has no "${voice}". It has ${[...voices.keys()].sort().join(', ')}.`,
        )
      }
      speaker.set_rate(rate)
      const pieces: Int16Array[] = []
      speaker.synthesize(text, (samples) => {
        if (samples !== null && samples.length > 0) pieces.push(samples.slice())
        return false // go on
      })
      const whole = new Float32Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
      let at = 0
      for (const piece of pieces) for (const sample of piece) whole[at++] = sample / 32_768
      return await resample(whole, speaker.samplerate, RATE)
    },
  }
}

/** Language → the voice that speaks it best. eSpeak NG itself finds some languages that it lists (en-gb, fr-fr) by the voice only. */
function voicesByLanguage(speaker: Speaker): Map<string, string> {
  const spoken = speaker
    .list_voices()
    .flatMap(({ identifier, languages }) => languages.map(({ name, priority }) => ({ name, priority, identifier })))
    .sort((a, b) => b.priority - a.priority)
  return new Map(spoken.map(({ name, identifier }) => [name, identifier]))
}
