import { spokenSeconds } from './analysis/speech.ts'
import { syllableNuclei } from './analysis/syllables.ts'
import { measure, unknown } from './measure.ts'

export const articulationRate = measure({
  name: 'articulation-rate',
  unit: 'syllables a second',
  about: 'Syllables in each second of speech, pauses left out: how fast the mouth moves, whatever the hesitation.',
  method: 'Nuclei as for syllable-rate, over the time in which Silero VAD hears speech.',
  unknownWhen: 'nobody speaks, or for less than 1 s',
  take: async (sound) => {
    const speech = await sound.speech()
    const seconds = spokenSeconds(speech)
    if (speech.length === 0) return unknown('nobody speaks')
    if (seconds < 1) return unknown(`${seconds.toFixed(2)} s are speech, and it takes at least 1 s`)
    const nuclei = syllableNuclei(await sound.mono(), await sound.pitch())
    return nuclei.filter((time) => speech.some(({ from, to }) => time >= from && time <= to)).length / seconds
  },
})
