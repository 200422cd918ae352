import { gapsOf } from './analysis/speech.ts'
import { measure, unknown } from './measure.ts'

const SHORTEST = 0.25 // seconds

export const pauseRate = measure({
  name: 'pause-rate',
  unit: 'a minute',
  about: 'Pauses of 250 ms or more in each minute from the first speech to the last.',
  method:
    'Gaps in the speech that Silero VAD finds; shorter ones belong to stops and breaths rather than to hesitation (N. de Jong and H. Bosker, 2013).',
  unknownWhen: 'nobody speaks, or for less than 1 s',
  take: async (sound) => {
    const speech = await sound.speech()
    const span = (speech.at(-1)?.to ?? 0) - (speech[0]?.from ?? 0)
    if (speech.length === 0) return unknown('nobody speaks')
    if (span < 1) return unknown(`the speech lasts ${span.toFixed(2)} s, and takes at least 1 s`)
    return (60 * gapsOf(speech).filter((gap) => gap >= SHORTEST).length) / span
  },
})
