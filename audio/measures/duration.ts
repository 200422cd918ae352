import { measure } from './measure.ts'

export const duration = measure({
  name: 'duration',
  unit: 's',
  about: 'Length of the recording.',
  method: 'Samples a channel, by the sample rate.',
  unknownWhen: 'never',
  take: ({ durationSeconds }) => durationSeconds,
})
