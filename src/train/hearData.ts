import { AudioError } from '../../audio/index.ts'
import { shortPath, UsageError } from '../errors.ts'
import type { FeatureStore } from '../features/featureStore.ts'
import type { Progress } from '../progress/index.ts'
import { audioPaths, type Message } from '../prompts/message.ts'
import { type DataMix, type DataRef, type Recipe, sourcesOf } from '../recipe/index.ts'
import type { LoadedData } from './loadData.ts'
import type { Sourced } from './mixture.ts'

/**
 * Decodes every clip once, before anything is trained: the features stay in the store for the first steps, and a clip
 * that cannot be heard is found now. Its sample stops the run, or is left out and counted where the data say
 * `bad: skip`.
 *
 * @throws UsageError naming data file, sample and clip
 */
export async function hearData(
  recipe: Recipe,
  data: LoadedData,
  store: FeatureStore,
  progress: Progress,
): Promise<LoadedData> {
  const notes = new Set<string>() // a file that several stages read is told of once
  const heard = new Map<string, string | null>() // what is wrong with a clip, or null
  const all = [...data.taught.values(), ...data.asked.values(), ...data.evaluated].flat()
  const clips = [...new Set(all.flatMap(({ messages }) => audioPaths(messages)))]
  if (clips.length > 0) progress.stage('reading clips', clips.length)
  for (let start = 0; start < clips.length; start += AT_ONCE) {
    await Promise.all(
      clips.slice(start, start + AT_ONCE).map(async (clip) => {
        heard.set(clip, await store.get(clip).then(() => null, faultOf))
      }),
    )
    progress.update(heard.size)
  }

  const audible = <T extends Heard>(samples: readonly T[], data: DataRef | DataMix): readonly T[] =>
    sourcesOf(data).flatMap((source, i) =>
      audibleOf(
        samples.filter((sample) => (sample.source ?? 0) === i),
        source,
      ),
    )
  const audibleOf = <T extends Heard>(samples: readonly T[], { path, bad }: DataRef): readonly T[] => {
    const file = shortPath(path)
    const fault = ({ messages }: Heard) =>
      audioPaths(messages)
        .map((clip) => heard.get(clip))
        .find((fault) => fault)
    const bads = samples.filter(fault)
    const [first] = bads
    if (!first) return samples
    if (bad === 'refuse') throw new UsageError(`${file} "${first.id}": ${fault(first)}`)
    const note = `${file}: ${bads.length} of ${samples.length} samples left out, their clips cannot be heard; the first is "${first.id}", ${fault(first)}`
    if (bads.length === samples.length) throw new UsageError(note)
    notes.add(note)
    return samples.filter((sample) => !fault(sample))
  }
  const refOf = (stage: number) => recipe.stages[stage]!.data ?? recipe.data!
  return {
    ...data,
    taught: new Map([...data.taught].map(([i, samples]) => [i, audible(samples, refOf(i))])),
    asked: new Map([...data.asked].map(([i, samples]) => [i, audible(samples, refOf(i))])),
    evaluated: data.evaluated.map((samples, i) => audible(samples, recipe.eval[i]!.data)),
    notes: [...data.notes, ...notes],
  }
}

interface Heard extends Sourced {
  readonly id: string
  readonly messages: readonly Message[]
}

/** Clips decoded at once: reading one waits for the disk while another is computed. */
const AT_ONCE = 8

function faultOf(error: unknown): string {
  if (error instanceof AudioError) return error.message
  throw error
}
