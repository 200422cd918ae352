import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FAMILIES, familyOf, sourceOf } from '../../../examples/quickstart/families.ts'
import {
  loadRecordings,
  MissingRecordings,
  type Recording,
  SAMPLE_RATE,
  splitRecordings,
} from '../../../examples/quickstart/recordings.ts'
import { seededRandom } from '../../../src/random.ts'
import { folderWith } from '../../src/temporary.ts'
import { allFiles, fewRecordings } from './recordingsSubset.ts'

const recordings: Recording[] = allFiles
  .filter((file) => familyOf(file) !== null)
  .map((file) => ({ file, family: familyOf(file)!, samples: new Float32Array(1) }))

test('whatever the seed, both parts hold every family, about a fifth is held out, and no source is on both sides', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { train, heldOut } = splitRecordings(recordings, seededRandom(seed))
      expect(new Set([...train, ...heldOut]).size).toBe(recordings.length)
      expect(heldOut.length / recordings.length).toBeGreaterThan(0.17)
      expect(heldOut.length / recordings.length).toBeLessThan(0.22)
      for (const family of FAMILIES.keys()) {
        const ofFamily = (part: Recording[]) => part.filter((one) => one.family === family).length
        expect(ofFamily(heldOut)).toBeGreaterThanOrEqual(ofFamily(recordings) < 8 ? 1 : 2)
        expect(ofFamily(train)).toBeGreaterThan(ofFamily(heldOut))
      }
      const sources = new Set(train.map(({ file }) => sourceOf(file)))
      expect(heldOut.filter(({ file }) => sources.has(sourceOf(file)))).toEqual([])
    }),
    { numRuns: 50 },
  )
})

test('a recording begins at its onset and holds no more than a scene can use', async () => {
  const loaded = await loadRecordings(fewRecordings())
  expect(new Set(loaded.map(({ family }) => family)).size).toBe(FAMILIES.length)
  for (const { samples } of loaded) {
    expect(samples.length).toBeLessThanOrEqual(1.9 * SAMPLE_RATE)
    const peak = samples.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
    const onset = samples.findIndex((value) => Math.abs(value) > 0.1 * peak)
    expect(onset / SAMPLE_RATE).toBeLessThan(0.1)
  }
})

test('a folder that is missing or lacks a family is refused in one line', async () => {
  await expect(loadRecordings('/nowhere')).rejects.toThrow(
    new MissingRecordings('/nowhere: no such folder. Run: npm install --include=dev'),
  )
  const folder = folderWith({ 'hat_bdu.flac': '' })
  await expect(loadRecordings(folder)).rejects.toThrow(/no recording of a tabla, looked for/)
})
