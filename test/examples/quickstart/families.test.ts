import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { FAMILIES, familyOf, isCountable, sourceOf } from '../../../examples/quickstart/families.ts'
import { recordingsFolder } from '../../../examples/quickstart/recordings.ts'

const files = readdirSync(recordingsFolder()).filter((file) => file.endsWith('.flac'))
const counts = FAMILIES.map((_, family) => files.filter((file) => familyOf(file) === family).length)

test('eight families cover 150 of the 206 recordings, the largest with 21 % of them', () => {
  expect(files).toHaveLength(206)
  expect(Object.fromEntries(FAMILIES.map(({ name }, i) => [name, counts[i]]))).toEqual({
    'hi-hat': 32,
    tabla: 26,
    'drum loop': 18,
    kick: 20,
    pad: 16,
    bell: 14,
    robot: 13,
    snare: 11,
  })
  const total = counts.reduce((sum, count) => sum + count, 0)
  expect(Math.max(...counts) / total).toBeCloseTo(32 / 150, 3)
})

test('no recording belongs to two families', () => {
  const twice = files.filter((file) => FAMILIES.filter((family) => family.files.test(file)).length > 1)
  expect(twice).toEqual([])
})

test.each(['loop_tabla', 'loop_3d_printer', 'vinyl_hiss', 'misc_crow', 'drum_roll', 'perc_snap', 'tbd_voctone'])(
  '%s is left out, since its name does not settle what it is',
  (name) => expect(familyOf(`${name}.flac`)).toBeNull(),
)

test('no word of one family is heard as a word of another', () => {
  const words = FAMILIES.flatMap(({ name, synonyms }, family) => [name, ...synonyms].map((word) => ({ word, family })))
  const clashes = words.flatMap((a) =>
    words.filter((b) => a.family !== b.family && ` ${a.word} `.includes(` ${b.word} `)).map((b) => [a.word, b.word]),
  )
  expect(clashes).toEqual([])
})

test('takes of one source are known as such, across families of names too', () => {
  expect(sourceOf('drum_tom_hi_hard.flac')).toBe(sourceOf('drum_tom_hi_soft.flac'))
  expect(sourceOf('tabla_tun1.flac')).toBe(sourceOf('tabla_tun3.flac'))
  expect(sourceOf('glitch_robot1.flac')).toBe(sourceOf('mehackit_robot2.flac'))
  expect(sourceOf('mehackit_robot3.flac')).not.toBe(sourceOf('mehackit_robot4.flac'))
  expect(sourceOf('drum_cymbal_open.flac')).not.toBe(sourceOf('drum_cymbal_closed.flac'))
})

test('only recordings of a single stroke can be counted', () => {
  expect(isCountable('bd_haus.flac')).toBe(true)
  expect(isCountable('bd_mehackit.flac')).toBe(false)
  expect(isCountable('loop_amen.flac')).toBe(false)
  expect(isCountable('vinyl_hiss.flac')).toBe(false)
})
