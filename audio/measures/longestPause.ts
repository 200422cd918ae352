import { gapsOf } from './analysis/speech.ts'
import { measure, unknown } from './measure.ts'

export const longestPause = measure({
  name: 'longest-pause',
  unit: 's',
  about: 'Longest silence between two stretches of speech; 0 when the speech is never interrupted.',
  method: 'Gaps in the speech that Silero VAD finds; those under 100 ms are none.',
  unknownWhen: 'nobody speaks',
  take: async (sound) => {
    const speech = await sound.speech()
    return speech.length === 0 ? unknown('nobody speaks') : Math.max(0, ...gapsOf(speech))
  },
})
