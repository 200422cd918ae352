import { peak } from '../signal.ts'
import { measure, unknown } from './measure.ts'

export const truePeak = measure({
  name: 'true-peak',
  unit: 'dBTP',
  about:
    'Level of the largest value that the sound takes on its way through the samples; above 0 it clips in a converter or a codec.',
  method:
    'ITU-R BS.1770-4, annex 2: four times oversampled with the 48-tap filter printed there; the samples themselves count too. ' +
    'At most 0.6 dB off for what lies near half the sample rate.',
  unknownWhen: 'every sample is 0',
  take: ({ channels }) => {
    const most = Math.max(...channels.map((samples) => Math.max(peak(samples), peakBetween(samples))))
    return most === 0 ? unknown('every sample is 0') : 20 * Math.log10(most)
  },
})

/** The filter's phases 0 and 1; phases 3 and 2 are the same backwards. */
const PHASES = [
  [
    0.001708984375, 0.010986328125, -0.0196533203125, 0.033203125, -0.0594482421875, 0.1373291015625, 0.97216796875,
    -0.102294921875, 0.047607421875, -0.026611328125, 0.014892578125, -0.00830078125,
  ],
  [
    -0.0291748046875, 0.029296875, -0.0517578125, 0.089111328125, -0.16650390625, 0.465087890625, 0.77978515625,
    -0.200317382812, 0.1015625, -0.0582275390625, 0.033081054688, -0.018920898438,
  ],
].map((phase) => Float64Array.from(phase))

const TAPS = 12

function peakBetween(samples: Float32Array): number {
  const filters = [...PHASES, ...PHASES.map((phase) => phase.toReversed())]
  const padded = new Float64Array(samples.length + 2 * TAPS)
  padded.set(samples, TAPS)
  let most = 0
  for (let i = 0; i + TAPS <= padded.length; i++) {
    for (const filter of filters) {
      let sum = 0
      for (let tap = 0; tap < TAPS; tap++) sum += filter[tap]! * padded[i + tap]!
      if (sum > most) most = sum
      else if (-sum > most) most = -sum
    }
  }
  return most
}
