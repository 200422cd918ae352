import type { GeneratedRow, Policy, SamplingOptions } from '../../models/index.ts'
import type { PromptRenderer } from '../prompts/renderer.ts'
import type { Completion } from './sample.ts'

export interface ToolOptions {
  readonly maxNewTokens: number
  readonly sampling: Partial<SamplingOptions>
  /** What a tool answers to a text so far; null where it is not called. Only what was said since its last answer is `text`. */
  readonly tool: (text: string) => string | null | Promise<string | null>
  /** Tokens of a tool's answer, as the model reads it. */
  readonly encode: (text: string) => readonly number[]
  /** Answers of the tool at most (2, as in the released prompts of Qwen2.5-Math). */
  readonly rounds?: number
}

/** A stretch of an answer: what the policy said, or what a tool did. */
export interface Turn {
  readonly ids: readonly number[]
  readonly logProbs: readonly number[]
  readonly own: boolean
}

/** Turns as one answer: tokens of tools are read, have no log-probability (0) and are not learnt. */
export function joinTurns(
  turns: readonly Turn[],
): Pick<Completion, 'completionIds' | 'logProbs'> & { isOwn: boolean[] } {
  return {
    completionIds: turns.flatMap(({ ids }) => [...ids]),
    logProbs: turns.flatMap(({ ids, logProbs, own }) => (own ? [...logProbs] : ids.map(() => 0))),
    isOwn: turns.flatMap(({ ids, own }) => ids.map(() => own)),
  }
}

/**
 * Answers in which a tool takes part (tool-integrated reasoning, Qwen2.5-Math, arXiv 2409.12122, §3.3): what the policy said is
 * cut behind the call, the tool's answer is put there, and the policy goes on. One prompt, one answer a seed.
 *
 * The call is found in the text when a turn has ended, and what was said behind it is dropped. The tool is asked about beginnings
 * of the text to find its end, so it must answer a text alike every time, and quickly.
 */
export async function sampleWithTools(
  policy: Pick<Policy, 'generate'>,
  renderer: PromptRenderer,
  promptIds: readonly number[],
  seeds: readonly number[],
  options: ToolOptions,
): Promise<Completion[]> {
  const { maxNewTokens, sampling, tool, encode, rounds = 2 } = options
  const answers = seeds.map((seed) => ({
    seed,
    turns: [] as Turn[],
    finishReason: 'length' as GeneratedRow['finishReason'],
    open: true,
  }))
  const lengthOf = (turns: readonly Turn[]) => turns.reduce((sum, { ids }) => sum + ids.length, 0)
  for (let round = 0; round <= rounds; round++) {
    for (const answer of answers) {
      const room = maxNewTokens - lengthOf(answer.turns)
      if (!answer.open || room < 1) continue
      const soFar = [...promptIds, ...answer.turns.flatMap(({ ids }) => ids)]
      const [row] = await policy.generate({
        batch: { audios: [], sequences: [{ ids: soFar, audios: [] }] },
        rows: [{ prompt: 0, seed: (answer.seed + round) >>> 0 }],
        maxNewTokens: room,
        stopIds: renderer.stopIds,
        sampling,
      })
      const { completionIds, logProbs, finishReason } = row!
      const called = round < rounds ? await callOf(completionIds, renderer, tool) : null
      const nOwn = called?.nOwn ?? completionIds.length
      answer.turns.push({ ids: completionIds.slice(0, nOwn), logProbs: logProbs.slice(0, nOwn), own: true })
      if (!called) {
        answer.open = false
        answer.finishReason = finishReason
        continue
      }
      const left = maxNewTokens - lengthOf(answer.turns)
      answer.turns.push({ ids: encode(called.output).slice(0, Math.max(0, left)), logProbs: [], own: false })
    }
  }
  return answers.map(({ turns, finishReason }) => {
    const joined = joinTurns(turns)
    return { ...joined, finishReason, ask: 0, promptIds, text: renderer.text(joined.completionIds) } as Completion
  })
}

/** The shortest beginning of what was said that calls the tool, and what it answers. */
async function callOf(
  ids: readonly number[],
  renderer: PromptRenderer,
  tool: ToolOptions['tool'],
): Promise<{ nOwn: number; output: string } | null> {
  if ((await tool(renderer.text(ids))) === null) return null
  // A call does not go away when more is said behind it, so its end is found by halving.
  let [low, high] = [1, ids.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((await tool(renderer.text(ids.slice(0, middle)))) === null) low = middle + 1
    else high = middle
  }
  const output = await tool(renderer.text(ids.slice(0, low)))
  return output === null ? null : { nOwn: low, output }
}
