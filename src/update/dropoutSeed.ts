import { seededRandom } from '../random.ts'

/**
 * What an adapter's dropout is drawn from: by the stage's seed, the step and its part alone, so that a resumed run hides
 * what it would have hidden.
 */
export const dropoutSeed = (stage: string, step: number, part = 0): number =>
  seededRandom(`${stage}/dropout/${step}/${part}`).integer(2 ** 32)
