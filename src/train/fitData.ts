import type { AudioFeatures } from '../../models/index.ts'
import type { Rubric } from '../../rubrics/index.ts'
import { UsageError } from '../errors.ts'
import type { FeatureStore } from '../features/featureStore.ts'
import type { Model } from '../model/modelFolder.ts'
import { audioPaths, type Message, withScaffold } from '../prompts/message.ts'
import type { Recipe } from '../recipe/index.ts'
import type { Askable } from '../rollout/prepare.ts'
import { conversationsOf, type LoadedData, type Taught } from './loadData.ts'

/** Data of which every sample fits the model. */
export interface FittingData extends LoadedData {
  /** Samples to learn from that were longer than `max_length` and left out, over all stages. */
  readonly nOverLength: number
}

/**
 * Leaves out, and counts, samples to learn from that are longer than their stage's `max_length` or than the model. A
 * prompt that does not fit together with its answer is refused now, not an hour into the run.
 *
 * Clips are read only where the longest that the model hears might be too long.
 *
 * @throws UsageError naming the sample; when a stage has no sample left
 */
export async function fitData(
  recipe: Recipe,
  data: LoadedData,
  model: Model,
  store: FeatureStore,
  fullScaffold: (rubric: Rubric) => string | null,
): Promise<FittingData> {
  const { renderer, policy } = model
  const { maxPositions } = policy.config.language
  const longest: AudioFeatures = {
    data: new Float32Array(0),
    nMels: 0,
    nFrames: Math.ceil(recipe.clips.max_seconds * 100),
  }

  /** Length of a conversation; exact where it may be above the limit, else some number that is not. */
  const measure = async (messages: readonly Message[], limit: number, render: Render): Promise<number> => {
    const paths = audioPaths(messages)
    const most = render(
      messages,
      paths.map(() => longest),
    )
    return most <= limit ? most : render(messages, await Promise.all(paths.map((path) => store.get(path))))
  }
  const conversation: Render = (messages, features) => renderer.conversation(messages, features).ids.length
  const prompt: Render = (messages, features) => renderer.prompt(messages, features).length

  const checkPrompts = async (samples: readonly Askable[], where: string, nNew: number, scaffolded: boolean) => {
    for (const { id, messages, rubric } of samples) {
      const shown = withScaffold(messages, scaffolded ? fullScaffold(rubric) : null)
      const length = await measure(shown, maxPositions - nNew, prompt)
      const shownToo = scaffolded ? ' with its rubric shown' : ''
      const advice = 'Lower max_completion_tokens or clips.max_seconds, or take a model with more (max_positions).'
      checkFit(`${where} "${id}": the prompt${shownToo}`, length, nNew, maxPositions, advice)
    }
  }

  const taught = new Map<number, readonly Taught[]>()
  const notes = [...data.notes]
  let nOverLength = 0
  for (const [i, stage] of recipe.stages.entries()) {
    const where = `stages[${i}].${stage.kind}`
    if (stage.kind === 'rl' || stage.kind === 'online_preference') {
      const shown = stage.kind === 'rl' && stage.scaffold !== null
      await checkPrompts(data.asked.get(i)!, where, stage.max_completion_tokens, shown)
      if (!data.taught.has(i)) continue
    }
    const samples = data.taught.get(i)!
    const limit = Math.min('max_length' in stage ? stage.max_length : maxPositions, maxPositions)
    const fitting: Taught[] = []
    for (const sample of samples) {
      const lengths = conversationsOf(sample).map((messages) => measure(messages, limit, conversation))
      if ((await Promise.all(lengths)).every((length) => length <= limit)) fitting.push(sample)
    }
    taught.set(i, fitting)
    const nOver = samples.length - fitting.length
    if (nOver === 0) continue
    nOverLength += nOver
    const left = `${where}: ${nOver} of ${samples.length} samples are longer than ${limit} tokens`
    if (fitting.length === 0)
      throw new UsageError(`${left}, so none is left. Raise max_length, or max_positions of the model.`)
    notes.push(`${left} and left out`)
  }
  for (const [i, { controls, max_completion_tokens: nNew }] of recipe.eval.entries()) {
    await checkPrompts(data.evaluated[i]!, `eval[${i}]`, nNew, controls.includes('scaffolded'))
  }
  return { ...data, taught, notes, nOverLength }
}

/** @throws UsageError when a prompt and its answer are longer than the model */
export function checkFit(what: string, nPrompt: number, nNew: number, maxPositions: number, advice: string): void {
  if (nPrompt + nNew <= maxPositions) return
  throw new UsageError(
    `${what} has ${nPrompt} tokens and the answer up to ${nNew}, the model has ${maxPositions} positions. ${advice}`,
  )
}

type Render = (messages: readonly Message[], features: readonly AudioFeatures[]) => number
