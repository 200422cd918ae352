import { jsonReply } from './ask/writer.ts'
import { textOf } from './text.ts'
import { unanswered, type WriteLinesOptions, type WriteReport, writeLines } from './write.ts'

export interface ReverseOptions extends WriteLinesOptions {
  /** Dotted field of the good text; the usual fields when left out. */
  readonly field?: string
  /** Rounds in which what the prompt missed is put into it (3). */
  readonly rounds?: number
}

/**
 * Response reversal (Baichuan Alignment, arXiv 2410.14940): from a good text to the prompt that asks for it. A model writes
 * the prompt, then names what the text keeps to and the prompt does not ask for, and writes it again, until nothing is
 * missing. Kept are samples of prompt and answer; a text whose prompt still misses something after the last round is
 * dropped, and says what.
 */
export function reverseLines(options: ReverseOptions): Promise<WriteReport> {
  const { field, rounds = 3, ...rest } = options
  const words = textOf(field)
  return writeLines(rest, { reverse: field, rounds }, async ({ value }, write) => {
    const text = words(value)
    if (text === '') return { drop: { reason: 'no words' } }
    const written = await write({ prompt: first(text) }, readPrompt)
    if (!written.ok) return unanswered(written.problem)
    let prompt = written.value
    for (let round = 1; ; round++) {
      const checked = await write({ prompt: check(prompt, text) }, readMissing)
      if (!checked.ok) return unanswered(checked.problem)
      const missing = checked.value
      if (missing.length === 0) {
        const messages = [
          { role: 'user', content: prompt },
          { role: 'assistant', content: text },
        ]
        return { keep: [{ ...(value.id === undefined ? {} : { id: value.id }), messages, reversal_rounds: round }] }
      }
      if (round >= rounds) return { drop: { reason: 'prompt misses what the text keeps to', missing, prompt } }
      const again = await write({ prompt: improve(prompt, text, missing) }, readPrompt)
      if (!again.ok) return unanswered(again.problem)
      prompt = again.value
    }
  })
}

const readPrompt = jsonReply(({ prompt }) =>
  typeof prompt === 'string' && prompt.trim() !== '' ? prompt.trim() : null,
)
const readMissing = jsonReply(({ missing }) =>
  Array.isArray(missing) && missing.every((one) => typeof one === 'string') ? (missing as string[]) : null,
)

const first = (
  text: string,
): string => `Below is a text of good quality. Write the prompt of a user to which this text is the ideal answer: its topic, form, tone, length, audience, and every other attribute that it keeps to, said as a user would ask for them. The prompt must not give away what the text says.
Answer with JSON only: {"prompt": "…"}

<text>
${text}
</text>`

const check = (
  prompt: string,
  text: string,
): string => `A user's prompt and the ideal answer to it are below. Name every attribute that the answer keeps to and the prompt does not ask for (form, length, tone, structure, audience, content that had to be there), each in a few words. If the prompt asks for all of them, the list is empty.
Answer with JSON only: {"missing": ["…"]}

<prompt>
${prompt}
</prompt>

<answer>
${text}
</answer>`

const improve = (
  prompt: string,
  text: string,
  missing: readonly string[],
): string => `Rewrite the user's prompt so that it also asks for these attributes of its ideal answer: ${missing.join('; ')}. Keep what it asks for already. It must not give away what the answer says.
Answer with JSON only: {"prompt": "…"}

<prompt>
${prompt}
</prompt>

<answer>
${text}
</answer>`
