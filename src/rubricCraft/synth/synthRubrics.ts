import type { Rubric } from '../../../rubrics/index.ts'
import { hasAnswer, promptMessages, type Sample } from '../../data/sample.ts'
import { type Asker, createAsker } from '../../judge/asker.ts'
import { gate } from '../../judge/gate.ts'
import type { JudgeMetrics } from '../../judge/judge.ts'
import { type OpenAiJudgeOptions, openAiChat } from '../../judge/openAiJudge.ts'
import { type Message, plainText } from '../../prompts/message.ts'
import { answerPrompt, rubricPrompt } from './prompts.ts'
import { readRubric } from './readCriteria.ts'

export interface SynthOptions {
  readonly signal?: AbortSignal
  /** Told of each sample that is done. */
  readonly onDone?: (nDone: number) => void
}

/** A sample with the rubric that was written for it. */
export interface SynthesizedSample {
  readonly id: string
  readonly messages: readonly Message[]
  readonly rubric: Rubric
  /** The good answer it was written from: the sample's own, or one that the writer wrote first. */
  readonly reference: string
  readonly tags?: Sample['tags']
}

export interface Synthesized {
  /** In the order of the samples. */
  readonly samples: readonly SynthesizedSample[]
  /** Samples that have no rubric, each with the reason. */
  readonly left: readonly string[]
  readonly metrics: JudgeMetrics
}

/**
 * Has a model write a rubric for each sample: 5 to 15 criteria from its question and its good answer, which is the
 * sample's `reference`, else its last turn, else written first (RuscaRL, papers.md §1.1). A reply that is no such rubric is asked for
 * again. A model that hears nothing knows of a clip what `reference` says.
 *
 * @throws UsageError for a wrong option; JudgeError where no reply can be had; BudgetSpent, with everything paid for in the cache
 */
export async function synthRubrics(
  samples: readonly Sample[],
  writer: OpenAiJudgeOptions,
  { signal = new AbortController().signal, onDone }: SynthOptions = {},
): Promise<Synthesized> {
  const asker = createAsker(await openAiChat(writer))
  const admit = gate(2 * asker.size)
  let nDone = 0
  try {
    const found = await Promise.allSettled(
      samples.map((sample) =>
        admit(signal, async () => {
          const one = await synthOne(sample, asker, signal)
          onDone?.(++nDone)
          return one
        }),
      ),
    )
    const failed = found.find((one) => one.status === 'rejected')
    if (failed) throw failed.reason
    const done = found.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    return {
      samples: done.flatMap((one) => (typeof one === 'string' ? [] : [one])),
      left: done.filter((one) => typeof one === 'string'),
      metrics: asker.metrics(),
    }
  } finally {
    asker.close()
  }
}

/** The sample with its rubric, or the reason why it has none. */
async function synthOne(sample: Sample, asker: Asker, signal: AbortSignal): Promise<SynthesizedSample | string> {
  const { id, tags } = sample
  const messages = promptMessages(sample)
  const conversation = plainText(messages)
  const own = sample.reference ?? (hasAnswer(sample) ? plainText([sample.messages.at(-1)!]) : undefined)
  const reference = own ?? (await written(conversation, asker, signal))
  if (reference === undefined) return `${id}: no answer was written for it`
  const asked = await asker.ask(
    [{ type: 'text', text: rubricPrompt(conversation, reference) }],
    ({ text }) => readRubric(text, id),
    0,
    signal,
  )
  if (!asked.ok) return `${id}: ${asked.problem}`
  return { id, messages, rubric: asked.value, reference, ...(tags && { tags }) }
}

async function written(conversation: string, asker: Asker, signal: AbortSignal): Promise<string | undefined> {
  const asked = await asker.ask(
    [{ type: 'text', text: answerPrompt(conversation) }],
    ({ text }) => (text.trim() === '' ? { ok: false, problem: 'an empty answer' } : { ok: true, value: text.trim() }),
    0,
    signal,
  )
  return asked.ok ? asked.value : undefined
}
