import { quantile, spokenPitch } from './analysis/spokenPitch.ts'
import { measure, unknown } from './measure.ts'

export const pitchRange = measure({
  name: 'pitch-range',
  unit: 'semitones',
  about: 'How far the pitch of the voice moves: near 0 is monotonous, 6 to 12 lively.',
  method:
    '12·log₂ of the 95th over the 5th percentile of the pitch that pitch-median reads; the rest are slips of an octave.',
  unknownWhen: 'less than 0.1 s of speech is voiced',
  take: async (sound) => {
    const pitch = await spokenPitch(sound)
    if (pitch === null) return unknown('less than 0.1 s of speech is voiced')
    return 12 * Math.log2(quantile(pitch, 0.95) / quantile(pitch, 0.05))
  },
})
