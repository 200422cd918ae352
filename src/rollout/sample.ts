import type { AudioFeatures, GeneratedRow, Policy, SamplingOptions, TokenSequence } from '../../models/index.ts'
import type { Message } from '../prompts/message.ts'
import type { PromptRenderer } from '../prompts/renderer.ts'

/** A prompt to be continued, and the seeds of its continuations. */
export interface Ask {
  readonly messages: readonly Message[]
  readonly features: readonly AudioFeatures[]
  readonly seeds: readonly number[]
}

export interface Completion extends GeneratedRow {
  /** Index of its ask. */
  readonly ask: number
  readonly promptIds: readonly number[]
  readonly text: string
  /** False on tokens that the policy did not choose: what a tool answered. They are read and not learnt (all true). */
  readonly isOwn?: readonly boolean[]
}

export interface SampleOptions {
  readonly maxNewTokens: number
  readonly sampling: Partial<SamplingOptions>
  /** Told of each text as soon as it ends, while others are still sampled: the place of its completion, and its words. */
  readonly onText?: (index: number, text: string) => void
  /** When aborted, sampling ends after the token at hand; completions keep what they have. */
  readonly signal?: AbortSignal
}

/**
 * Samples a completion for every seed of every ask, in the order of asks and seeds. Asks with equal messages and clips
 * are one prompt to the engine, read once.
 */
export async function sampleCompletions(
  policy: Policy,
  renderer: PromptRenderer,
  asks: readonly Ask[],
  options: SampleOptions,
): Promise<Completion[]> {
  const clips = new Map<AudioFeatures, number>()
  const prompts = new Map<string, { index: number; sequence: TokenSequence }>()
  const clipIndex = (clip: AudioFeatures) => {
    const known = clips.get(clip) ?? clips.size
    clips.set(clip, known)
    return known
  }
  const placed = asks.map(({ messages, features }) => {
    const audios = features.map(clipIndex)
    const ids = renderer.prompt(messages, features)
    const key = `${audios.join()}:${ids.join()}`
    const known = prompts.get(key) ?? { index: prompts.size, sequence: { ids, audios } }
    prompts.set(key, known)
    return known
  })
  const rows = asks.flatMap(({ seeds }, ask) => seeds.map((seed) => ({ ask, prompt: placed[ask]!.index, seed })))
  const generated = await policy.generate({
    batch: { audios: [...clips.keys()], sequences: [...prompts.values()].map(({ sequence }) => sequence) },
    rows,
    maxNewTokens: options.maxNewTokens,
    stopIds: renderer.stopIds,
    sampling: options.sampling,
    ...(options.signal && { signal: options.signal }),
    ...(options.onText && { onTokens: endedTexts(rows.length, renderer, options.onText) }),
  })
  return generated.map((row, i) => {
    const { ask } = rows[i]!
    return { ...row, ask, promptIds: placed[ask]!.sequence.ids, text: renderer.text(row.completionIds) }
  })
}

type OnTokens = NonNullable<Parameters<Policy['generate']>[0]['onTokens']>

/** Gathers the tokens of each row and tells its text when it has ended. */
function endedTexts(nRows: number, { text }: PromptRenderer, onText: (index: number, text: string) => void): OnTokens {
  const gathered = Array.from({ length: nRows }, () => [] as number[])
  return (row, ids, _, ended) => {
    gathered[row]!.push(...ids)
    if (ended) onText(row, text(gathered[row]!))
  }
}
