import { levelsOf, SILENCE } from './analysis/levels.ts'
import { measure, unknown } from './measure.ts'

export const noiseFloor = measure({
  name: 'noise-floor',
  unit: 'dBFS',
  about: `Level of what is heard when nobody speaks; ${SILENCE} stands for digital silence.`,
  method: 'Median power of the 20 ms frames that lie 100 ms or more away from speech, at 16 kHz.',
  unknownWhen: 'less than 0.2 s lies that far away from speech',
  take: async (sound) =>
    levelsOf(await sound.mono(), await sound.speech()).noise ?? unknown('less than 0.2 s lies away from speech'),
})
