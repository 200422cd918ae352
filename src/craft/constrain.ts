import { type Rubric, rubricSchema } from '../../rubrics/index.ts'
import { seededRandom } from '../random.ts'
import { jsonReply, type WriterOptions } from './ask/writer.ts'
import { type Constraint, drawConstraints } from './constraints.ts'
import { textOf } from './text.ts'
import { type Made, type TransformOptions, transformLines } from './transform.ts'
import { unanswered, type WriteReport, writeLines } from './write.ts'

export interface ConstrainOptions extends Omit<TransformOptions, 'concurrency' | 'settings'> {
  /** Who writes prompt and constraints as one request; without it they follow the prompt, one a sentence. */
  readonly writer?: WriterOptions
  readonly field?: string
  /** Constraints a prompt (3). */
  readonly count?: number
  /** Samples of each record, with constraints of their own (1). */
  readonly variants?: number
  /** Only constraints that a program decides (false). */
  readonly verifiableOnly?: boolean
  readonly seed?: number | string
}

/**
 * Constraint expansion (Baichuan Alignment, arXiv 2410.14940): adds constraints of more than 30 types to prompts, drawn so
 * that they can hold together. Each sample carries a rubric with a criterion a constraint, decided by a verifier where a
 * program can, so that it is ready for reinforcement learning; an answer that the record had is left out.
 */
export function constrainLines(options: ConstrainOptions): Promise<Omit<WriteReport, 'writer'> | WriteReport> {
  const { writer, field, count = 3, variants = 1, verifiableOnly = false, seed = 0, ...files } = options
  const words = textOf(field, 'question')
  const settings = { constrain: field, count, variants, verifiableOnly, seed }
  const drawFor = (line: number, variant: number) =>
    drawConstraints(count, seededRandom(seed).child(line).child(variant), verifiableOnly)

  async function made(
    value: Readonly<Record<string, unknown>>,
    line: number,
    merge: (text: string, constraints: readonly Constraint[]) => Promise<string | Made>,
  ): Promise<Made> {
    const text = words(value)
    if (text === '') return { drop: { reason: 'no words' } }
    const keep: object[] = []
    for (let variant = 0; variant < variants; variant++) {
      const constraints = drawFor(line, variant)
      const prompt = await merge(text, constraints)
      if (typeof prompt !== 'string') return prompt
      const id = `${value.id ?? line}${variants > 1 ? `-${variant}` : ''}`
      keep.push({
        id,
        messages: promptTurns(value, prompt),
        rubric: rubricOf(id, constraints),
        constraints: constraints.map(({ id }) => id),
      })
    }
    return { keep }
  }

  if (writer === undefined) {
    return transformLines({ ...files, concurrency: 1, settings }, ({ value, line }) =>
      made(value, line, async (text, constraints) => [text, ...constraints.map(({ text }) => text)].join(' ')),
    )
  }
  return writeLines({ ...files, writer }, settings, ({ value, line }, write) =>
    made(value, line, async (text, constraints) => {
      const asked = await write({ prompt: mergePrompt(text, constraints) }, readPrompt)
      return asked.ok ? asked.value : unanswered(asked.problem)
    }),
  )
}

/** The conversation up to its last user turn, whose words become the new prompt; clips stay. */
function promptTurns({ messages }: Readonly<Record<string, unknown>>, prompt: string): object[] {
  if (!Array.isArray(messages)) return [{ role: 'user', content: prompt }]
  const turns = messages as readonly { readonly role: string; readonly content: unknown }[]
  const last = turns.findLastIndex(({ role }) => role === 'user')
  const { content } = turns[last]!
  const clips = Array.isArray(content) ? content.filter((part: { type?: unknown }) => part.type !== 'text') : []
  const own = clips.length > 0 ? [...clips, { type: 'text', text: prompt }] : prompt
  return [...turns.slice(0, last), { role: 'user', content: own }]
}

function rubricOf(name: string, constraints: readonly Constraint[]): Rubric {
  return rubricSchema.parse({
    name: `constraints-${name}`,
    criteria: constraints.map(({ id, text, verify }) => ({
      id,
      criterion: text,
      points: 1,
      ...(verify ? { verify } : {}),
    })),
  })
}

const readPrompt = jsonReply(({ prompt }) =>
  typeof prompt === 'string' && prompt.trim() !== '' ? prompt.trim() : null,
)

const mergePrompt = (
  text: string,
  constraints: readonly Constraint[],
): string => `Rewrite a user's request so that it also makes these demands, as one natural request. Every demand must be made in full, numbers and quoted words unchanged; make no others, and do not answer.
Answer with JSON only: {"prompt": "…"}

<request>
${text}
</request>

<demands>
${constraints.map(({ text }) => `- ${text}`).join('\n')}
</demands>`
