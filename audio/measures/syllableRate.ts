import { syllableNuclei } from './analysis/syllables.ts'
import { measure, unknown } from './measure.ts'

export const syllableRate = measure({
  name: 'syllable-rate',
  unit: 'syllables a second',
  about: 'Syllables in each second from the first speech to the last, pauses between included, without a transcript.',
  method:
    'Voiced peaks of the intensity, with dips of 2 dB between (N. de Jong and T. Wempe, 2009). English has about 1.4 syllables a word; fast speech is undercounted.',
  unknownWhen: 'nobody speaks, or for less than 1 s',
  take: async (sound) => {
    const speech = await sound.speech()
    if (speech.length === 0) return unknown('nobody speaks')
    const [from, to] = [speech[0]!.from, speech.at(-1)!.to]
    if (to - from < 1) return unknown(`the speech lasts ${(to - from).toFixed(2)} s, and takes at least 1 s`)
    const nuclei = syllableNuclei(await sound.mono(), await sound.pitch())
    return nuclei.filter((time) => time >= from && time <= to).length / (to - from)
  },
})
