import { kWeighted } from './analysis/kWeighting.ts'
import { measure, unknown } from './measure.ts'

const BLOCK = 0.4 // seconds
const STEP = 0.1 // seconds; blocks overlap by 75 %
const ABSOLUTE_GATE = -70 // LUFS
const RELATIVE_GATE = -10 // LU below the loudness of what passes the absolute gate

export const loudness = measure({
  name: 'loudness',
  unit: 'LUFS',
  about: 'Integrated loudness of the recording, with silence gated out.',
  method:
    'ITU-R BS.1770-4: K-weighting, mean square in blocks of 400 ms every 100 ms, gates at −70 LUFS and at 10 LU below what passes it. ' +
    'Channels count alike, but of five (L, R, C, Ls, Rs) or six (LFE before Ls) surround weighs 1.41 and LFE nothing.',
  unknownWhen: 'the recording is shorter than 400 ms, or no block is louder than −70 LUFS',
  take: ({ channels, sampleRate, durationSeconds }) => {
    const powers = blockPowers(channels, sampleRate)
    if (powers.length === 0) return unknown(`lasts ${durationSeconds.toFixed(3)} s, and takes at least ${BLOCK} s`)
    const audible = powers.filter((power) => lufs(power) > ABSOLUTE_GATE)
    if (audible.length === 0) return unknown(`nothing is louder than ${ABSOLUTE_GATE} LUFS`)
    const gate = lufs(mean(audible)) + RELATIVE_GATE
    return lufs(mean(audible.filter((power) => lufs(power) > gate)))
  },
})

const lufs = (power: number): number => -0.691 + 10 * Math.log10(power)

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Weighted mean square of each block over all channels. */
function blockPowers(channels: readonly Float32Array[], sampleRate: number): number[] {
  const step = Math.round(STEP * sampleRate)
  const perBlock = Math.round(BLOCK / STEP)
  const nSteps = Math.floor(channels[0]!.length / step)
  const energies = new Float64Array(nSteps)
  for (const [c, samples] of channels.entries()) {
    const weight = channelWeight(c, channels.length)
    if (weight === 0) continue
    const weighted = kWeighted(samples, sampleRate)
    for (let i = 0; i < nSteps; i++) {
      let sum = 0
      for (let at = i * step; at < (i + 1) * step; at++) sum += weighted[at]! ** 2
      energies[i]! += weight * sum
    }
  }
  const powers: number[] = []
  for (let i = 0; i + perBlock <= nSteps; i++) {
    let sum = 0
    for (let j = i; j < i + perBlock; j++) sum += energies[j]!
    powers.push(sum / (perBlock * step))
  }
  return powers
}

/** L, R, C, Ls, Rs, with LFE before Ls in 5.1. */
function channelWeight(channel: number, nChannels: number): number {
  if ((nChannels !== 5 && nChannels !== 6) || channel < 3) return 1
  return nChannels === 6 && channel === 3 ? 0 : 1.41
}
