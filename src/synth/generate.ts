import { existsSync } from 'node:fs'
import { startEngine } from '../../models/index.ts'
import { UsageError } from '../errors.ts'
import { type AskContext, ask } from '../judge/ask.ts'
import { budgetOf } from '../judge/budget.ts'
import { BudgetSpent } from '../judge/error.ts'
import { createMeter } from '../judge/meter.ts'
import { endpointPool } from '../judge/pool.ts'
import { openModel } from '../model/modelFolder.ts'
import type { Progress } from '../progress/index.ts'
import { type SeededRandom, seededRandom } from '../random.ts'
import { jsonLinesFile } from '../runs/jsonLinesFile.ts'
import { postCompletion } from './completions.ts'
import { PRE_QUERY, preQueryIds } from './preQuery.ts'
import type { SynthRecipe } from './recipe.ts'

/**
 * Writes questions into `file`, one a line, until there are `count`: what a chat model says when it is given only what
 * stands before a question. The i-th question depends on the seed and i alone, so that a call that was stopped goes on as
 * if it had not been.
 *
 * @throws UsageError for a wrong model; BudgetSpent; `signal.reason` when aborted
 */
export async function generateQuestions(
  recipe: SynthRecipe,
  file: string,
  { progress, signal }: { readonly progress: Progress; readonly signal: AbortSignal },
): Promise<void> {
  const lines = jsonLinesFile(file)
  const done = existsSync(file) ? lines.read().length : 0
  progress.stage('questions', recipe.count, done)
  if (done >= recipe.count) return
  const random = seededRandom(recipe.seed).child('questions')
  const save = (from: number, questions: readonly string[]) => {
    lines.append(...questions.map((question, i) => ({ id: `q${from + i}`, question })))
    progress.update(from + questions.length)
  }
  if (recipe.generator.url === undefined) await inEngine(recipe, done, random, save, progress, signal)
  else await onServers(recipe, done, random, save, signal)
}

type Save = (from: number, questions: readonly string[]) => void

async function inEngine(
  { generator, count }: SynthRecipe,
  done: number,
  random: SeededRandom,
  save: Save,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const engine = startEngine()
  try {
    const opened = await openModel(generator.model, engine, { frozen: true, onNotice: (line) => progress.warn(line) })
    const { policy, renderer } = opened
    const ids = preQueryIds(renderer)
    for (let from = done; from < count; ) {
      signal.throwIfAborted()
      // Batches begin at multiples of their size, so that a resumed call samples the same ones.
      const to = Math.min(count, (Math.floor(from / generator.batch) + 1) * generator.batch)
      const rows = await policy.generate({
        batch: { audios: [], sequences: [{ ids, audios: [] }] },
        rows: Array.from({ length: to - from }, (_, i) => ({
          prompt: 0,
          seed: random.child(from + i).integer(2 ** 32),
        })),
        maxNewTokens: Math.min(generator.max_tokens, policy.config.language.maxPositions - ids.length),
        stopIds: renderer.stopIds,
        sampling: { temperature: generator.temperature, topP: generator.top_p },
      })
      save(
        from,
        rows.map(({ completionIds }) => renderer.text(completionIds)),
      )
      from = to
    }
  } finally {
    await engine.close()
  }
}

async function onServers(
  { generator, count }: SynthRecipe,
  done: number,
  random: SeededRandom,
  save: Save,
  signal: AbortSignal,
): Promise<void> {
  const { model, url, key, concurrency = 16, prices, temperature, top_p, max_tokens, template = 'chatml' } = generator
  const apiKey = keyOf(key)
  const { text: prompt, stop } = PRE_QUERY[template] ?? { text: template, stop: [] }
  const body = { model, temperature, top_p, max_tokens, ...(stop.length > 0 ? { stop } : {}), ...generator.body }
  const spending = budgetOf(
    {
      ...(generator.budget?.calls === undefined ? {} : { calls: generator.budget.calls }),
      ...(generator.budget?.money === undefined ? {} : { money: generator.budget.money }),
    },
    prices,
  )
  const pool = endpointPool([url!].flat().map((address) => ({ url: address, concurrency })))
  const context: AskContext = {
    pool,
    budget: spending,
    meter: createMeter(),
    send: ({ seed = 0 }, endpoint, own) =>
      postCompletion(
        prompt,
        { url: endpoint.url, body, timeoutMs: 120_000, seed, ...(apiKey === undefined ? {} : { apiKey }) },
        own,
      ),
    most: () => ({ prompt: Buffer.byteLength(prompt), completion: max_tokens }),
    attempts: 5,
    backoff: { baseMs: 500, capMs: 30_000 },
    random,
    everAnswered: { yes: false },
  }
  const one = async (i: number): Promise<string> => {
    const request = { parts: [], seed: random.child(i).integer(2 ** 31) }
    const asked = await ask(request, ({ text }) => ({ ok: true as const, value: text.trim() }), context, signal)
    return asked.ok ? asked.value : '' // counted as empty by the filter of languages
  }
  const under: Promise<string>[] = []
  let next = done
  let at = done
  try {
    while (at < count) {
      while (next < count && under.length < 2 * pool.size) {
        const made = one(next++)
        made.catch(() => {}) // heard of when its turn comes
        under.push(made)
      }
      save(at, [await under.shift()!])
      at++
    }
  } catch (error) {
    if (!(error instanceof BudgetSpent)) throw error
    // Those under way are paid for; the first of them that has none ends what can be kept in order.
    for (const made of under) {
      const question = await made.catch(() => null)
      if (question === null) break
      save(at++, [question])
    }
    throw new BudgetSpent(`${error.message} ${at} of ${count} questions are written; the same command goes on.`)
  }
}

/** @throws UsageError when the variable is not there */
export function keyOf(variable: string | undefined): string | undefined {
  if (variable === undefined) return undefined
  const key = process.env[variable]
  if (key === undefined) throw new UsageError(`key: the environment has no ${variable}.`)
  return key
}
