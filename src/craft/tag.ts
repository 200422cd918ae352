import { jsonReply } from './ask/writer.ts'
import { textOf } from './text.ts'
import { unanswered, type WriteLinesOptions, type WriteReport, writeLines } from './write.ts'

export interface TagOptions extends WriteLinesOptions {
  readonly field?: string
  /** Field that the tags are written to (labels). */
  readonly into?: string
  /** Tags that may be given; free ones when left out. */
  readonly vocabulary?: readonly string[]
}

/**
 * Adds tags of what a question asks for, as InsTag (arXiv 2308.07074) and Qwen2's data engine have a model write them: as
 * many as it has intents, so that their number tells how complex it is. Lower case, each once; others than those of a given
 * vocabulary are left out.
 */
export function tagLines(options: TagOptions): Promise<WriteReport> {
  const { field, into = 'labels', vocabulary, ...rest } = options
  const words = textOf(field, 'question')
  const read = jsonReply(({ tags }) => {
    if (!Array.isArray(tags)) return null
    const plain = tags
      .map((tag) =>
        String((tag as { tag?: unknown })?.tag ?? tag)
          .trim()
          .toLowerCase(),
      )
      .filter(Boolean)
    const known = vocabulary === undefined ? plain : plain.filter((tag) => vocabulary.includes(tag))
    return known.length > 0 ? [...new Set(known)] : null
  })
  return writeLines(rest, { tag: into, field, vocabulary }, async ({ value }, write) => {
    const text = words(value)
    if (text === '') return { drop: { reason: 'no words' } }
    const asked = await write({ prompt: prompt(text, vocabulary) }, read)
    return asked.ok ? { keep: [{ ...value, [into]: asked.value }] } : unanswered(asked.problem)
  })
}

const prompt = (
  text: string,
  vocabulary: readonly string[] | undefined,
): string => `Tag the intentions of the user's message below: what it asks for, about what, and under which constraints. Give every intention that it has, as many as there are; each tag is one to three lower-case words.${
  vocabulary === undefined ? '' : `\nUse only these tags: ${vocabulary.join(', ')}.`
}
Answer with JSON only: {"tags": ["…", "…"]}

<message>
${text}
</message>`
