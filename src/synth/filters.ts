import { extractAnswer } from '../../rubrics/index.ts'
import { vote } from '../analysis/voting.ts'
import { jsonReply, openWriter, type Writer } from '../craft/ask/writer.ts'
import { contaminationIndex, type TestText } from '../craft/contamination.ts'
import type { Drop } from '../craft/filter.ts'
import { jaccard, shinglesOf } from '../craft/minHash.ts'
import { isBad, records } from '../craft/records.ts'
import { textOf } from '../craft/text.ts'
import { wordsOf } from '../craft/words.ts'
import { UsageError } from '../errors.ts'
import { writerOf } from './models.ts'
import type { SynthRecipe } from './recipe.ts'

/** A question that went through a filter, with what was found of it on the way. */
export interface Question {
  readonly id: string
  readonly question: string
  /** Share of solutions outside the largest group of equal answers. */
  readonly fail_rate?: number
}

/** One filter: null lets a question through, perhaps with more known of it. */
export interface QuestionFilter {
  readonly name: string
  check(question: Question, signal: AbortSignal): Promise<Drop | { readonly found: Partial<Question> } | null>
  close(): Promise<void>
}

const free = (name: string, check: (question: string) => Drop | null): QuestionFilter => ({
  name,
  check: async ({ question }) => check(question),
  close: async () => {},
})

/** The filters of a recipe that ask nobody. */
export async function freeFilters({ filters }: SynthRecipe): Promise<QuestionFilter[]> {
  const { language, against, near_duplicates: near } = filters
  return [
    languageFilter(language),
    ...(against.length > 0 ? [await seedFilter(against)] : []),
    ...(near === undefined ? [] : [nearFilter(near)]),
  ]
}

/** The filters of a recipe that ask a model. */
export async function askingFilters({ filters }: SynthRecipe, cache: string): Promise<QuestionFilter[]> {
  const { solvability, difficulty } = filters
  return [
    ...(solvability ? [solvable(await openWriter(writerOf(solvability, { cache, maxTokens: 1024 })))] : []),
    ...(difficulty
      ? [
          difficult(
            await openWriter(
              writerOf(difficulty, { cache, temperature: difficulty.temperature, maxTokens: difficulty.max_tokens }),
            ),
            difficulty,
          ),
        ]
      : []),
  ]
}

/** Letters of a question: `ascii` is ScaleQuest's rule, every code at most 127; `latin` takes accents and signs too. */
export const languageFilter = (language: 'ascii' | 'latin' | 'any'): QuestionFilter =>
  free('language', (question) => {
    if (question.trim() === '') return { reason: 'language: empty' }
    const foreign =
      language === 'ascii'
        ? /\P{ASCII}/u
        : language === 'latin'
          ? /[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u
          : undefined
    const found = foreign?.exec(question)?.[0]
    return found === undefined ? null : { reason: `language: not ${language}`, letter: found }
  })

/** Drops questions that hold 13 words in a row of one that was trained on: memory, not synthesis. */
async function seedFilter(files: readonly string[]): Promise<QuestionFilter> {
  const tests: TestText[] = []
  const words = textOf(undefined, 'question')
  for (const file of files) {
    for await (const record of records(file)) {
      if (isBad(record)) throw new UsageError(`${file}:${record.line}: ${record.problem}.`)
      tests.push({ name: `${file}:${record.line}`, text: words(record.value) })
    }
  }
  const index = contaminationIndex(tests, { rule: 'ngram', n: 13, least: 13, ratio: 0.6 })
  return free('seeds', (question) => {
    const found = index.find(question)
    return found === null ? null : { reason: 'seeds: 13 words in a row', ...found }
  })
}

/** Drops a question like an earlier one that came as far. Compared with all of them, since they are short and few. */
function nearFilter(threshold: number): QuestionFilter {
  const kept: Uint32Array[] = []
  return free('near duplicates', (question) => {
    const own = shinglesOf(wordsOf(question), 3)
    if (kept.some((other) => jaccard(own, other) >= threshold)) return { reason: 'near duplicates' }
    kept.push(own)
    return null
  })
}

/**
 * Asks a model whether a question can be solved. ScaleQuest keeps a question when "yes" occurs anywhere in the reply, also in
 * "yesterday"; here a field of JSON decides.
 */
export function solvable(writer: Writer): QuestionFilter {
  const read = jsonReply(({ explanation, solvable: found }) =>
    typeof found === 'boolean' ? { found, explanation: String(explanation ?? '') } : null,
  )
  return {
    name: 'solvability',
    async check({ question }, signal) {
      const asked = await writer.write({ prompt: solvablePrompt(question) }, read, signal)
      if (!asked.ok) return { reason: 'solvability: no readable reply', problem: asked.problem }
      const { found, explanation } = asked.value
      return found ? null : { reason: 'solvability: not solvable', explanation }
    },
    close: () => writer.close(),
  }
}

const solvablePrompt = (
  question: string,
): string => `Check the question below, step by step: is it about something that can be worked out, are all conditions that are needed given, do they not contradict each other, and is there one definite answer? Do not solve it further than this needs.
Answer with JSON only: {"explanation": "…", "solvable": true} or false.

<question>
${question}
</question>`

/**
 * Fail rate of a question by the solver's own agreement: 1 − the share of the largest group of equal answers. ScaleQuest
 * trains a regressor on fail rates of questions whose answer is known; this needs neither such questions nor training, and
 * costs `samples` solutions a question.
 */
export function difficult(
  writer: Writer,
  { samples, least, most }: { readonly samples: number; readonly least: number; readonly most: number },
): QuestionFilter {
  return {
    name: 'difficulty',
    async check({ question }, signal) {
      const solutions = await Promise.all(
        Array.from({ length: samples }, (_, seed) =>
          writer.write(
            { prompt: solvePrompt(question), seed },
            (text) => ({ ok: true, value: extractAnswer(text) }),
            signal,
          ),
        ),
      )
      const answers = solutions.map((asked) => (asked.ok ? asked.value : null))
      const failRate = 1 - (vote(answers)?.members.length ?? 0) / samples
      if (failRate < least) return { reason: 'difficulty: too simple', fail_rate: failRate }
      if (failRate > most) return { reason: 'difficulty: too hard', fail_rate: failRate }
      return { found: { fail_rate: Number(failRate.toFixed(4)) } }
    },
    close: () => writer.close(),
  }
}

/** As Qwen2.5-Math asks. */
export const solvePrompt = (question: string): string =>
  `${question}\n\nPlease reason step by step, and put your final answer within \\boxed{}.`
