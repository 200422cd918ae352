import { extractAnswer } from '../../rubrics/index.ts'
import { bestRewarded, vote } from '../analysis/voting.ts'
import type { Writer } from '../craft/ask/writer.ts'
import type { Made } from '../craft/transform.ts'
import { type Question, solvePrompt } from './filters.ts'

/** The reward of a response to a question. */
export type Reward = (question: string, response: string) => Promise<number>

/**
 * Samples responses to a question and keeps one: with rewards the highest, else the shortest of the largest group of equal
 * answers. Responses without a final answer are left out where one is asked for; a question without any is dropped.
 */
export async function respond(
  { id, question, fail_rate }: Question,
  writer: Writer,
  { samples, boxed, reward }: { readonly samples: number; readonly boxed: boolean; readonly reward?: Reward },
  signal: AbortSignal,
): Promise<Made> {
  const prompt = boxed ? solvePrompt(question) : question
  const asked = await Promise.all(
    Array.from({ length: samples }, (_, seed) =>
      writer.write(
        { prompt, seed },
        (text) => (text === '' ? { ok: false, problem: 'empty' } : { ok: true, value: text }),
        signal,
      ),
    ),
  )
  const responses = asked.flatMap((one) => (one.ok ? [one.value] : []))
  const answered = boxed
    ? responses.filter((text) => text.includes('\\boxed') && extractAnswer(text) !== null)
    : responses
  const nResponses = responses.length
  if (answered.length === 0) return { drop: { reason: 'responses: none with a final answer', responses: nResponses } }
  const answers = answered.map(extractAnswer)
  const group = vote(answers)
  let chosen: string
  let rewards: number[] | undefined
  if (reward) {
    rewards = await Promise.all(answered.map((text) => reward(question, text)))
    chosen = answered[bestRewarded(rewards)]!
  } else {
    const members = group?.members.map((i) => answered[i]!) ?? answered
    chosen = members.reduce((best, text) => (text.length < best.length ? text : best))
  }
  const agreement = group === null ? null : Number((group.members.length / answered.length).toFixed(4))
  return {
    keep: [
      {
        id,
        messages: [
          { role: 'user', content: question },
          { role: 'assistant', content: chosen },
        ],
        ...(extractAnswer(chosen) === null ? {} : { reference: extractAnswer(chosen) }),
        synthesis: {
          responses: nResponses,
          answered: answered.length,
          agreement,
          ...(rewards
            ? { reward: Math.max(...rewards), mean_reward: rewards.reduce((sum, r) => sum + r, 0) / rewards.length }
            : {}),
          ...(fail_rate === undefined ? {} : { fail_rate }),
        },
      },
    ],
  }
}
