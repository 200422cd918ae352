import { measure } from './measure.ts'

const FULL_SCALE = 0.9999 // 32767/32768 and above
const RUN = 3 // samples in a row; one at full scale is an honest peak

export const clipping = measure({
  name: 'clipping',
  unit: '',
  about: 'Share of the samples that are cut off at full scale, over all channels; 0 when none is.',
  method:
    'Samples at 0.9999 of full scale or beyond, in runs of three or more. A clip that was cut off and made quieter afterwards is not seen.',
  unknownWhen: 'never',
  take: ({ channels }) => {
    let clipped = 0
    for (const samples of channels) {
      let run = 0
      for (let i = 0; i <= samples.length; i++) {
        if (i < samples.length && Math.abs(samples[i]!) >= FULL_SCALE) run++
        else {
          if (run >= RUN) clipped += run
          run = 0
        }
      }
    }
    return clipped / (channels.length * channels[0]!.length)
  },
})
