import type { AudioFeatures } from '../../models/index.ts'
import type { Rubric } from '../../rubrics/index.ts'
import type { FeatureStore } from '../features/featureStore.ts'
import { audioPaths, type Message } from '../prompts/message.ts'
import type { Asked } from '../tasks/index.ts'

/** A sample ready to be asked: its conversation without the answer, its rubric, its clips as features. */
export interface PreparedSample {
  readonly id: string
  readonly messages: readonly Message[]
  readonly rubric: Rubric
  /** What is known of the truth; shown to a judge. */
  readonly reference?: string
  /** What its task is measured by. */
  readonly asked?: Asked
  /** What it is counted under in metrics, where a stage has samples of several tasks. */
  readonly task?: string
  readonly paths: readonly string[]
  readonly features: readonly AudioFeatures[]
}

export interface Askable {
  readonly id: string
  readonly messages: readonly Message[]
  readonly rubric: Rubric
  readonly reference?: string
  readonly asked?: Asked
  readonly task?: string
}

export async function prepare(sample: Askable, store: FeatureStore): Promise<PreparedSample> {
  const paths = audioPaths(sample.messages)
  return { ...sample, paths, features: await Promise.all(paths.map((path) => store.get(path))) }
}

/** The same sample with its clips silenced: features of digital silence, of the same length. */
export function silenced(sample: PreparedSample, silence: (nFrames: number) => AudioFeatures): PreparedSample {
  return { ...sample, features: sample.features.map(({ nFrames }) => silence(nFrames)) }
}

/**
 * Every sample with the clips of another one, by a cyclic shift of half the set; a sample whose partner has another
 * number of clips keeps looking. The rubric and the words stay.
 */
export function swapped(samples: readonly PreparedSample[]): PreparedSample[] {
  const n = samples.length
  return samples.map((sample, i) => {
    for (let step = 0; step < n - 1; step++) {
      const other = samples[(i + Math.max(1, Math.floor(n / 2)) + step) % n]!
      if (other !== sample && other.features.length === sample.features.length) {
        return { ...sample, paths: other.paths, features: other.features }
      }
    }
    return sample
  })
}
