import { existsSync, readFileSync } from 'node:fs'
import type { Policy } from '../../models/index.ts'
import { RunError } from '../errors.ts'
import type { FeatureStore } from '../features/featureStore.ts'
import { audioPaths } from '../prompts/message.ts'
import type { PromptRenderer } from '../prompts/renderer.ts'
import type { PreferenceStage } from '../recipe/index.ts'
import { writeAside } from '../runs/writeAside.ts'
import type { Taught } from '../train/loadData.ts'
import { preferenceLosses } from '../update/losses/preference/index.ts'
import { type PreparedPair, type ReferenceLogProbs, referenceLogProbs } from './preference.ts'
import type { PreferencePair } from './preferencePairs.ts'

/** Pairs that are made ready when asked for; each knows the next as the one whose answers do not belong to it. */
export function preparePairs(taught: readonly Taught[], store: FeatureStore): (() => Promise<PreparedPair>)[] {
  const pairs = taught.map(({ id, messages, rejected, nPrompt }): PreferencePair => {
    if (!rejected || nPrompt === undefined) throw new Error(`internal: "${id}" is no pair`)
    return { id, messages, rejected, nPrompt }
  })
  return pairs.map((pair, i) => async () => ({
    ...pair,
    features: await Promise.all(audioPaths(pair.messages).map((clip) => store.get(clip))),
    mismatched: pairs[(i + 1) % pairs.length]!,
  }))
}

/**
 * The reference of a stage: log-probabilities of all its answers by the weights it began with, by id. Computed once, at
 * its first step, and kept in `file`, so that no second copy of the weights is needed and a resumed run reads the same
 * numbers; empty for losses that have no reference.
 *
 * @throws RunError when a run goes on within the stage and its file is gone
 */
export async function referenceOfStage(
  policy: Policy,
  renderer: PromptRenderer,
  pairs: readonly (() => Promise<PreparedPair>)[],
  { loss: { kind }, batch, gradient_accumulation }: PreferenceStage,
  file: string,
  atStart: boolean,
): Promise<ReadonlyMap<string, ReferenceLogProbs>> {
  const found = new Map<string, ReferenceLogProbs>()
  if (!preferenceLosses[kind].hasReference) return found
  if (!atStart) {
    if (!existsSync(file)) {
      throw new RunError(`${file}: gone, and the weights that it was computed with too. Begin the run anew.`)
    }
    return new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, number[]>))
  }
  const size = Math.max(1, Math.ceil(batch / gradient_accumulation))
  for (let at = 0; at < pairs.length; at += size) {
    const chosen = await Promise.all(pairs.slice(at, at + size).map((prepared) => prepared()))
    const logProbs = await referenceLogProbs(policy, renderer, chosen, kind)
    for (const [i, { id }] of chosen.entries()) found.set(id, logProbs[i]!)
  }
  writeAside(file, `${JSON.stringify(Object.fromEntries(found))}\n`)
  return found
}
