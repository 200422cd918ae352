import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { stringify } from 'yaml'
import { loadSamples, promptMessages, type Sample } from '../data/index.ts'
import { RunError, UsageError } from '../errors.ts'
import { type Progress, silentProgress } from '../progress/index.ts'
import { seededRandom } from '../random.ts'
import { jsonLinesIn } from '../runs/jsonLinesFile.ts'
import { lockRun } from '../runs/lock.ts'
import { writeAside } from '../runs/writeAside.ts'
import { trainRun } from '../train/index.ts'
import { type AnsweredProblem, sampleAnswers } from './sampleAnswers.ts'
import { type Selection, type SelectOptions, selectAnswers } from './select.ts'

export interface ImproveOptions extends SelectOptions {
  /** The model that is improved: a folder, a run, or a hub id. */
  readonly model: string
  /** Problems: samples with a rubric, a reference, or neither (then answers are voted on). */
  readonly data: string
  /** Folder of all rounds; a call that was stopped goes on in it. */
  readonly out: string
  readonly rounds?: number
  /** Answers a problem and round (8). */
  readonly samples?: number
  readonly temperature?: number
  readonly topP?: number
  readonly maxTokens?: number
  /** Leave out problems that every answer solves (false). */
  readonly skipSolved?: boolean
  /** A model that gives answers rewards, for the choice among right ones and for weighted votes. */
  readonly rewardModel?: string
  /** Options of the sft stage of each round, as in a recipe. */
  readonly sft?: Readonly<Record<string, unknown>>
  /** Samples with rubrics on which each round's model is scored before and after. */
  readonly evalData?: string
  readonly seed?: number | string
  readonly device?: string
  readonly progress?: Progress
  readonly signal?: AbortSignal
}

export interface ImproveRound {
  readonly round: number
  /** Mean share of right answers before the training of this round. */
  readonly solved: number
  /** Problems with at least one right answer. */
  readonly solvable: number
  readonly problems: number
  /** Samples that were learnt from. */
  readonly learnt: number
  readonly dropped: Readonly<Record<string, number>>
  /** How right answers were told, by number of problems. */
  readonly by: Readonly<Record<string, number>>
  /** Greedy score on the evaluation data; null without any. */
  readonly before: number | null
  readonly after: number | null
  /** Run folder of the model that came out. */
  readonly model: string
}

/**
 * Self-improvement by rejection sampling (Qwen2.5-Math, arXiv 2409.12122): each round the model answers every problem
 * several times, right answers are told by rubric, reference or vote, the best are learnt by SFT, and the next round goes on
 * with what came out. Sampled answers and training alike go on where they were stopped.
 *
 * @throws UsageError for wrong data, or when a round has nothing to learn from; RunError, Interrupted when it was stopped
 */
export async function improve(options: ImproveOptions): Promise<ImproveRound[]> {
  const { data, out, rounds = 2, progress = silentProgress, signal = new AbortController().signal } = options
  const { samples: problems } = await loadSamples(data)
  if (problems.length === 0) throw new UsageError(`${data}: no samples.`)
  mkdirSync(out, { recursive: true })
  const unlock = lockRun(out)
  try {
    checkSettings(options)
    const done: ImproveRound[] = []
    let { model } = options
    for (let round = 1; round <= rounds; round++) {
      const folder = path.join(out, `round-${round}`)
      mkdirSync(folder, { recursive: true })
      const note = path.join(folder, 'round.json')
      if (!existsSync(note)) {
        progress.note(`round ${round} of ${rounds}, from ${model}`)
        writeAside(
          note,
          JSON.stringify(await oneRound(round, folder, model, problems, { ...options, progress, signal })),
        )
      }
      const made = JSON.parse(readFileSync(note, 'utf8')) as ImproveRound
      done.push(made)
      model = made.model
    }
    return done
  } catch (error) {
    if (signal.aborted && (error as Error).name !== 'Interrupted')
      throw new RunError('stopped; the same command goes on.')
    throw error
  } finally {
    unlock()
  }
}

async function oneRound(
  round: number,
  folder: string,
  model: string,
  problems: readonly Sample[],
  options: ImproveOptions & { readonly progress: Progress; readonly signal: AbortSignal },
): Promise<ImproveRound> {
  const { samples = 8, temperature = 0.7, topP = 0.8, maxTokens = 256, seed = 0, device, progress, signal } = options
  const answersFile = path.join(folder, 'answers.jsonl')
  await sampleAnswers(problems, answersFile, {
    model,
    samples,
    temperature,
    topP,
    maxTokens,
    progress,
    signal,
    random: seededRandom(seed).child('improve').child(round),
    ...(options.rewardModel === undefined ? {} : { rewardModel: options.rewardModel }),
    ...(device === undefined ? {} : { device }),
  })
  const answered = jsonLinesIn(answersFile) as unknown as AnsweredProblem[]
  const selections = answered.map(({ answers }, i) => selectAnswers(answers, problems[i]!.reference, options))
  const learnt = path.join(folder, 'learnt.jsonl')
  const lines = selections.flatMap(({ kept }, i) => kept.map(({ text }, k) => taught(problems[i]!, text, k)))
  if (lines.length === 0) {
    throw new UsageError(
      `${options.data}: no answer of round ${round} is right, of ${samples} a problem. Sample more, or begin with easier problems.`,
    )
  }
  writeFileSync(learnt, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))

  const run = path.join(folder, 'run')
  const recipeFile = path.join(folder, 'recipe.yaml')
  const { evalData } = options
  writeFileSync(
    recipeFile,
    stringify({
      name: `improve-${round}`,
      seed,
      model: existsSync(model) ? path.resolve(model) : model,
      data: path.resolve(learnt),
      stages: [{ sft: options.sft ?? {} }],
      ...(evalData === undefined
        ? {}
        : { eval: [{ data: path.resolve(evalData), controls: ['none'], max_completion_tokens: maxTokens }] }),
    }),
  )
  const summary = await trainRun({
    recipeFile,
    runFolder: run,
    resume: existsSync(path.join(run, 'recipe.yaml')),
    progress,
    signal,
    ...(device === undefined ? {} : { device }),
  })
  return {
    round,
    solved: selections.reduce((sum, { rate }) => sum + rate, 0) / selections.length,
    solvable: selections.filter(({ nRight }) => nRight > 0).length,
    problems: problems.length,
    learnt: lines.length,
    dropped: countOf(selections.flatMap(({ dropped }) => dropped ?? [])),
    by: countOf(selections.map(({ by }: Selection) => by)),
    before: summary.before?.none ?? null,
    after: summary.after?.none ?? null,
    model: run,
  }
}

function countOf(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  return counts
}

/** A sample that teaches an answer. */
function taught(problem: Sample, text: string, k: number): object {
  const { id, rubric: _, ...rest } = problem
  return { ...rest, id: `${id}-${k}`, messages: [...promptMessages(problem), { role: 'assistant', content: text }] }
}

/** A folder holds one improvement. */
function checkSettings(options: ImproveOptions): void {
  const { progress: _, signal: __, device: ___, rounds: ____, out, ...settings } = options
  const file = path.join(out, 'settings.json')
  const text = `${JSON.stringify(settings, null, 2)}\n`
  if (!existsSync(file)) writeAside(file, text)
  else if (readFileSync(file, 'utf8') !== text) {
    throw new UsageError(
      `${out}: was begun with other settings (${file}). Go on with those, or name another folder with --out.`,
    )
  }
}
