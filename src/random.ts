import { createHash } from 'node:crypto'

/** Uniform numbers in [0, 1). */
export type Random = () => number

/** State of a {@link SeededRandom}: plain JSON, so that a checkpoint can hold it. */
export type RandomState = readonly [number, number, number, number]

export interface SeededRandom extends Random {
  /** Whole number in [0, below), uniform. */
  integer(below: number): number
  /**
   * Independent stream of that name. It depends on the seed and the name alone, never on how much was drawn before: the
   * draws of step 70 are the same in a run that was resumed there.
   */
  child(name: string | number): SeededRandom
  getState(): RandomState
  setState(state: RandomState): void
}

/**
 * Seeded generator: xoshiro128** 1.1 (Blackman & Vigna, 2018), 32 bits a draw, its state taken from the SHA-256 of the
 * seed. A number and its decimal text are the same seed.
 *
 * @example
 * const random = seededRandom(7)
 * const order = shuffle([1, 2, 3], random.child('order'))
 */
export function seededRandom(seed: number | string): SeededRandom {
  return fromPath([String(seed)])
}

function fromPath(path: readonly string[]): SeededRandom {
  const digest = createHash('sha256').update(JSON.stringify(path)).digest()
  let [a, b, c, d] = [0, 4, 8, 12].map((at) => digest.readUInt32LE(at)) as [number, number, number, number]

  const next = () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9)
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = rotate(d, 11)
    return (result >>> 0) / 2 ** 32
  }
  return Object.assign(next, {
    integer: (below: number) => Math.floor(next() * below),
    child: (name: string | number) => fromPath([...path, String(name)]),
    getState: (): RandomState => [a >>> 0, b >>> 0, c >>> 0, d >>> 0],
    setState: (state: RandomState) => {
      // All zeros is the one state that xoshiro never leaves.
      if (state.length !== 4 || !state.every((word) => Number.isInteger(word)) || state.every((word) => word === 0)) {
        throw new RangeError(`setState: expected four whole numbers, not all 0, got ${JSON.stringify(state)}.`)
      }
      ;[a, b, c, d] = state
    },
  })
}

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by))

/** Standard normal number (Box–Muller); takes two draws. */
export function gaussian(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()))
  return radius * Math.cos(2 * Math.PI * random())
}

/** The same items in random order (Fisher–Yates), as a new array. */
export function shuffle<T>(items: readonly T[], random: Random): T[] {
  return sampleWithoutReplacement(items, items.length, random)
}

/**
 * `count` different items, each set and each order equally likely.
 *
 * @throws RangeError when there are fewer items than that
 */
export function sampleWithoutReplacement<T>(items: readonly T[], count: number, random: Random): T[] {
  if (!Number.isInteger(count) || count < 0 || count > items.length) {
    throw new RangeError(`sampleWithoutReplacement: cannot draw ${count} of ${items.length} items.`)
  }
  const left = [...items]
  for (let i = 0; i < count; i++) {
    const j = i + Math.floor(random() * (left.length - i))
    const drawn = left[j]!
    left[j] = left[i]!
    left[i] = drawn
  }
  return left.slice(0, count)
}
