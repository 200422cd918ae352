import { quantile, spokenPitch } from './analysis/spokenPitch.ts'
import { measure, unknown } from './measure.ts'

export const pitchMedian = measure({
  name: 'pitch-median',
  unit: 'Hz',
  about: 'Median pitch of the voice.',
  method:
    'Autocorrelation every 10 ms from 75 to 600 Hz with a search for the best path (Boersma 1993), voiced frames within speech.',
  unknownWhen: 'less than 0.1 s of speech is voiced',
  take: async (sound) => {
    const pitch = await spokenPitch(sound)
    return pitch === null ? unknown('less than 0.1 s of speech is voiced') : quantile(pitch, 0.5)
  },
})
