import { wordsOf } from './analysis/words.ts'
import { measure, unknown } from './measure.ts'

export const speakingRate = measure({
  name: 'speaking-rate',
  unit: 'words a minute',
  about: 'Words of the transcript in each minute from the first speech to the last, pauses between included.',
  method:
    'Words by Unicode’s segmentation, so “well-known” is two; time by Silero VAD. Without a transcript see syllable-rate.',
  unknownWhen: 'nobody speaks, or for less than 1 s',
  needs: ['transcript'],
  take: async (sound) => {
    const speech = await sound.speech()
    const span = (speech.at(-1)?.to ?? 0) - (speech[0]?.from ?? 0)
    if (speech.length === 0) return unknown('nobody speaks')
    if (span < 1) return unknown(`the speech lasts ${span.toFixed(2)} s, and takes at least 1 s`)
    return (60 * wordsOf(sound.transcript!).length) / span
  },
})
