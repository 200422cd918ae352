import { levelsOf } from './analysis/levels.ts'
import { measure, unknown } from './measure.ts'

export const signalToNoise = measure({
  name: 'snr',
  unit: 'dB',
  about: 'How much louder the speech is than what is heard when nobody speaks.',
  method:
    '10·log₁₀((S − N) / N), with S the mean power during speech and N the noise-floor, both at 16 kHz. Noise that keeps silent between words is not seen.',
  unknownWhen: 'less than 0.2 s is speech, or lies away from it, or the speech is no louder than the rest',
  take: async (sound) => {
    const { speech, noise } = levelsOf(await sound.mono(), await sound.speech())
    if (speech === null) return unknown('less than 0.2 s is speech')
    if (noise === null) return unknown('less than 0.2 s lies away from speech')
    const [s, n] = [10 ** (speech / 10), 10 ** (noise / 10)]
    return s > n ? 10 * Math.log10((s - n) / n) : unknown('the speech is no louder than the rest')
  },
})
