import { measure, unknown } from './measure.ts'

export const leadingSilence = measure({
  name: 'leading-silence',
  unit: 's',
  about: 'Time before the first speech: the response latency, where a recording begins when the other side stops.',
  method: 'Start of the first stretch of speech, to about 32 ms, the window of Silero VAD.',
  unknownWhen: 'nobody speaks',
  take: async (sound) => (await sound.speech())[0]?.from ?? unknown('nobody speaks'),
})
