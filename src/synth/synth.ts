import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { encodeWav } from '../../audio/index.ts'
import { openWriter } from '../craft/ask/writer.ts'
import { filterLines } from '../craft/filter.ts'
import { type Made, transformLines } from '../craft/transform.ts'
import { RunError, UsageError } from '../errors.ts'
import { openRewardModel } from '../judge/rewardModel.ts'
import { type Progress, silentProgress } from '../progress/index.ts'
import { seededRandom } from '../random.ts'
import { lockRun } from '../runs/lock.ts'
import { writeAside } from '../runs/writeAside.ts'
import { askingFilters, freeFilters, type Question, type QuestionFilter } from './filters.ts'
import { generateQuestions } from './generate.ts'
import { writerOf } from './models.ts'
import type { SynthRecipe } from './recipe.ts'
import { respond } from './respond.ts'
import { openVoice } from './speak.ts'

export interface SynthOptions {
  readonly recipe: SynthRecipe
  /** Folder of everything that is made; a call that was stopped goes on in it. */
  readonly out: string
  readonly progress?: Progress
  readonly signal?: AbortSignal
}

/** What a part of the synthesis let through and dropped. */
export interface SynthPart {
  readonly name: string
  readonly read: number
  readonly kept: number
  /** Drops by reason. */
  readonly dropped: Readonly<Record<string, number>>
}

export interface SynthSummary {
  readonly folder: string
  /** The file that training reads. */
  readonly samples: string
  readonly parts: readonly SynthPart[]
}

/**
 * Makes questions and answers out of nothing but models (ScaleQuest, arXiv 2410.18693): questions from the template that
 * stands before one, filters of language, seeds, solvability and difficulty, responses with a choice among them, and, where
 * asked, the questions as speech. Every part is a file of the folder with its drops beside it; a part that is done is not
 * done again, one that was stopped goes on.
 *
 * @throws UsageError for a folder of another recipe; BudgetSpent, RunError when it was stopped
 */
export async function synthesise(options: SynthOptions): Promise<SynthSummary> {
  const { recipe, out, progress = silentProgress, signal = new AbortController().signal } = options
  mkdirSync(out, { recursive: true })
  const unlock = lockRun(out)
  try {
    checkRecipe(out, recipe)
    return await parts(recipe, out, progress, signal)
  } catch (error) {
    if (signal.aborted && !(error instanceof RunError)) throw new RunError('stopped; the same command goes on.')
    throw error
  } finally {
    unlock()
  }
}

async function parts(recipe: SynthRecipe, out: string, progress: Progress, signal: AbortSignal): Promise<SynthSummary> {
  const file = (name: string) => path.join(out, name)
  const cache = file('replies.sqlite')
  const done: SynthPart[] = []
  const part = async (name: string, to: string, make: () => Promise<Omit<SynthPart, 'name'>>) => {
    const note = file(`${to}.json`)
    if (!existsSync(note)) {
      const { read, kept, dropped } = await make()
      writeAside(note, JSON.stringify({ name, read, kept, dropped }))
    }
    done.push(JSON.parse(readFileSync(note, 'utf8')) as SynthPart)
  }
  const asked = (
    from: string,
    to: string,
    concurrency: number,
    work: (question: Question, own: AbortSignal) => Promise<Made>,
  ) =>
    transformLines(
      { inputs: [file(from)], out: file(to), concurrency, settings: madeBy(recipe), progress, signal },
      ({ value }, own) => work(value as unknown as Question, own),
    )

  await part('questions', 'questions.jsonl', async () => {
    await generateQuestions(recipe, file('questions.jsonl'), { progress, signal })
    return { read: recipe.count, kept: recipe.count, dropped: {} }
  })
  await part('free filters', 'plausible.jsonl', async () => {
    const filters = await freeFilters(recipe)
    return filterLines(
      { inputs: [file('questions.jsonl')], out: file('plausible.jsonl'), progress, signal },
      async ({ value }) => {
        for (const filter of filters) {
          const verdict = await filter.check(value as unknown as Question, signal)
          if (verdict !== null && 'reason' in verdict) return verdict
        }
        return null
      },
    )
  })
  await part('asking filters', 'kept.jsonl', async () => {
    const filters = await askingFilters(recipe, cache)
    try {
      return await asked('plausible.jsonl', 'kept.jsonl', 16, (question, own) => throughAll(filters, question, own))
    } finally {
      for (const filter of filters) await filter.close()
    }
  })
  let last = 'kept.jsonl'
  const { responses, speak } = recipe
  if (responses) {
    last = 'samples.jsonl'
    await part('responses', last, async () => {
      const { temperature, top_p: topP, max_tokens: maxTokens, samples, boxed, choose } = responses
      const writer = await openWriter(writerOf(responses, { cache, temperature, topP, maxTokens }))
      const model = choose === 'vote' ? undefined : await openRewardModel({ model: choose.reward_model })
      const reward = (question: string, response: string) =>
        model!.reward([
          { role: 'user', content: question },
          { role: 'assistant', content: response },
        ])
      try {
        return await asked('kept.jsonl', last, Math.max(1, Math.ceil((2 * writer.size) / samples)), (question, own) =>
          respond(question, writer, { samples, boxed, ...(model ? { reward } : {}) }, own),
        )
      } finally {
        await writer.close()
        await model?.close()
      }
    })
  }
  if (speak) {
    const from = last
    last = 'spoken.jsonl'
    await part('speech', last, () => spoken(recipe, file(from), file(last), file('audio'), progress, signal))
  }
  return { folder: out, samples: file(last), parts: done }
}

async function throughAll(filters: readonly QuestionFilter[], question: Question, signal: AbortSignal): Promise<Made> {
  let found = question
  for (const filter of filters) {
    const verdict = await filter.check(found, signal)
    if (verdict === null) continue
    if ('reason' in verdict) return { drop: verdict }
    found = { ...found, ...verdict.found }
  }
  return { keep: [found] }
}

/** Puts recordings in the place of questions: one WAV a question, voice and pace drawn by the seed and the question's id. */
async function spoken(
  { speak, seed }: SynthRecipe,
  from: string,
  to: string,
  folder: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<Omit<SynthPart, 'name'>> {
  const { voices, rate, longest } = speak!
  mkdirSync(folder, { recursive: true })
  const voice = await openVoice()
  return transformLines(
    { inputs: [from], out: to, concurrency: 1, settings: speak, progress, signal },
    async ({ value }) => {
      const { id, question, messages } = value as { id: string; question?: string; messages?: { content: string }[] }
      const text = question ?? messages![0]!.content
      const random = seededRandom(seed).child('speech').child(id)
      const name = voices[random.integer(voices.length)]!
      const pace = rate[0] + random.integer(rate[1] - rate[0] + 1)
      const samples = await voice.speak(text, name, pace)
      const seconds = samples.length / 16_000
      if (seconds > longest) return { drop: { reason: `speech: longer than ${longest} s`, seconds } }
      writeFileSync(path.join(folder, `${id}.wav`), encodeWav(samples, 16_000))
      const heard = { role: 'user', content: [{ type: 'audio', path: `audio/${id}.wav` }] }
      const { question: _, ...rest } = value
      return {
        keep: [
          {
            ...rest,
            messages: [heard, ...(messages ?? []).slice(1)],
            transcript: text,
            voice: name,
            words_a_minute: pace,
          },
        ],
      }
    },
  )
}

/** A folder holds one synthesis: what is made by another recipe would be mixed. */
function checkRecipe(out: string, recipe: SynthRecipe): void {
  const file = path.join(out, 'recipe.json')
  const settings = madeBy(recipe)
  const text = `${JSON.stringify(settings, null, 2)}\n`
  if (!existsSync(file)) writeAside(file, text)
  else if (readFileSync(file, 'utf8') !== text) {
    const print = (own: string) => createHash('sha256').update(own).digest('hex').slice(0, 8)
    throw new UsageError(
      `${out}: holds a synthesis by another recipe (${print(readFileSync(file, 'utf8'))}, this one is ${print(text)}). Name another folder with --out.`,
    )
  }
}

/** What of a recipe decides what is made: not limits of spending, nor addresses. */
function madeBy({ generator, filters, responses, ...rest }: SynthRecipe): object {
  const plain = (model: object | undefined) =>
    model === undefined ? null : { ...model, budget: null, prices: null, url: null, key: null, concurrency: null }
  return {
    ...rest,
    generator: plain(generator),
    filters: { ...filters, solvability: plain(filters.solvability), difficulty: plain(filters.difficulty) },
    responses: plain(responses),
  }
}
