import { spokenSeconds } from './analysis/speech.ts'
import { measure } from './measure.ts'

export const speechRatio = measure({
  name: 'speech-ratio',
  unit: '',
  about: 'Share of the recording in which somebody speaks, from 0 to 1.',
  method: 'Silero VAD 6 with its own defaults: speech begins at a probability of 0.5 and ends after 100 ms below 0.35.',
  unknownWhen: 'never: 0 says that nobody was heard to speak',
  take: async (sound) => Math.min(1, spokenSeconds(await sound.speech()) / sound.durationSeconds),
})
