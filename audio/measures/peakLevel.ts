import { peak } from '../signal.ts'
import { measure, unknown } from './measure.ts'

export const peakLevel = measure({
  name: 'peak',
  unit: 'dBFS',
  about: 'Level of the largest sample of any channel; 0 is full scale.',
  method: '20·log₁₀ max |x|. What lies between the samples can be larger: see true-peak.',
  unknownWhen: 'every sample is 0',
  take: ({ channels }) => {
    const most = Math.max(...channels.map(peak))
    return most === 0 ? unknown('every sample is 0') : 20 * Math.log10(most)
  },
})
