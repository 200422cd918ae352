import { type Rubric, verifyCriterion } from '../../rubrics/index.ts'
import { loadSamples, promptMessages, rubricStore, type Sample } from '../data/index.ts'
import { shortPath, UsageError } from '../errors.ts'
import type { Message } from '../prompts/message.ts'
import { type DataMix, type DataRef, isMix, type JudgeOptions, type Recipe, sourcesOf } from '../recipe/index.ts'
import type { Askable } from '../rollout/prepare.ts'
import { loadPairs } from '../stages/preferencePairs.ts'
import type { RankedAnswer } from '../stages/rankedAnswers.ts'
import { type Choice, chooseSamples } from './chooseSamples.ts'
import { loadRanked } from './loadRanked.ts'
import { type Sourced, sourceName } from './mixture.ts'
import { nameTasks } from './nameTasks.ts'

/** A sample to learn an answer from. */
export interface Taught extends Sourced {
  readonly id: string
  /** What it is counted under in metrics, where a stage has samples of several tasks. */
  readonly task?: string
  readonly messages: readonly Message[]
  /** Of a pair: the prompt with the answer that is not preferred, and how many messages the prompt has. */
  readonly rejected?: readonly Message[]
  readonly nPrompt?: number
  /** Of a ranking: all its answers, `messages` being the first, and whether they are only measured. */
  readonly ranked?: readonly RankedAnswer[]
  readonly test?: boolean
}

/** Every conversation of a sample: one with each of its answers. */
export const conversationsOf = ({ messages, rejected, ranked }: Taught): (readonly Message[])[] =>
  ranked ? ranked.map((answer) => answer.messages) : [messages, ...(rejected ? [rejected] : [])]

/** Samples of every stage and evaluation, in the recipe's order, with what was left out. */
export interface LoadedData {
  readonly taught: ReadonlyMap<number, readonly Taught[]>
  readonly asked: ReadonlyMap<number, readonly (Askable & Sourced)[]>
  /** By stage: the rubric that scores its answers and is not trained on. */
  readonly heldOut: ReadonlyMap<number, Rubric>
  readonly evaluated: readonly (readonly Askable[])[]
  /** What was left out of the data, one line each. */
  readonly notes: readonly string[]
}

/** Reads all data that a recipe names, each file once. @throws UsageError when a stage has nothing to work on */
export async function loadData(recipe: Recipe): Promise<LoadedData> {
  const files = new Map<string, Promise<Sample[]>>()
  const notes: string[] = []
  const rubrics = rubricStore()
  const read = (ref: DataRef): Promise<Sample[]> => {
    const key = JSON.stringify(ref)
    const known = files.get(key) ?? readFile(ref, recipe, notes)
    files.set(key, known)
    return known
  }
  /** Samples of all sources, each with the source that it is of and the task that it is counted under. */
  const readAll = async (data: DataRef | DataMix, where: string): Promise<(Sample & Counted)[]> => {
    const parts = await Promise.all(sourcesOf(data).map(read))
    for (const [i, part] of parts.entries()) {
      if (part.length > 0) continue
      throw new UsageError(`${shortPath(sourcesOf(data)[i]!.path)}: no samples for ${where}.`)
    }
    const counted = parts.flatMap((part, source) =>
      part.map((sample) => ({ ...sample, ...taskOf(sample, data, source), ...(isMix(data) && { source }) })),
    )
    return nameTasks(counted)
  }
  const asked = async (
    ref: DataRef | DataMix,
    { rubric, judge }: Judged,
    where: string,
    choice: Choice = {},
  ): Promise<(Askable & Sourced)[]> => {
    const { chosen: samples, notes: left } = chooseSamples(await readAll(ref, where), choice, where)
    notes.push(...left)
    const askables = await Promise.all(
      samples.map(async (sample) => {
        const own = sample.rubric ?? rubric
        if (own === undefined) {
          throw new UsageError(
            `${shortPath(sourcesOf(ref)[sample.source ?? 0]!.path)} "${sample.id}": has no rubric, and ${where} names none. Add rubric: to either.`,
          )
        }
        const { id, reference, asked: task, source, task: counted } = sample
        const asked = {
          id,
          ...(source !== undefined && { source }),
          ...(counted !== undefined && { task: counted }),
          messages: promptMessages(sample),
          rubric: await rubrics.get(own),
          ...(task && { asked: task }),
        }
        return reference === undefined ? asked : { ...asked, reference }
      }),
    )
    if (judge.kind === 'verifiers') notes.push(...undecided(askables, where))
    return askables
  }
  const taught = new Map<number, readonly Taught[]>()
  const asks = new Map<number, readonly Askable[]>()
  const heldOut = new Map<number, Rubric>()
  for (const [i, stage] of recipe.stages.entries()) {
    const ref = stage.data ?? recipe.data!
    const where = `stages[${i}].${stage.kind}`
    if (stage.kind === 'rl') {
      asks.set(i, await asked(ref, stage, where, stage))
      if (stage.ptx) taught.set(i, answered(await read(stage.ptx.data), stage.ptx.data))
      if (stage.held_out) {
        const rubric = await rubrics.get(stage.held_out.rubric)
        if (stage.held_out.judge.kind === 'verifiers')
          notes.push(...undecided([{ id: rubric.name, messages: [], rubric }], `${where}.held_out`))
        heldOut.set(i, rubric)
      }
    } else if (stage.kind === 'online_preference') {
      asks.set(i, await asked(ref, stage, where, stage))
    } else if (stage.kind === 'reward') {
      const { taught: own, notes: said } = await loadRanked(sourcesOf(ref)[0]!, stage, `${recipe.seed}/${i}`)
      taught.set(i, own)
      notes.push(...said)
    } else if (stage.kind === 'preference') {
      const parts = await Promise.all(sourcesOf(ref).map((source) => loadPairs(source.path, source)))
      taught.set(
        i,
        parts.flatMap(({ pairs }, source) => (isMix(ref) ? pairs.map((pair) => ({ ...pair, source })) : pairs)),
      )
      notes.push(...parts.flatMap(({ notes: said }) => said))
      checkIds(taught.get(i)!, where)
    } else taught.set(i, answered(await readAll(ref, where), ref))
    if ((asks.get(i) ?? taught.get(i))!.length === 0)
      throw new UsageError(`${shortPath(sourcesOf(ref)[0]!.path)}: no samples for ${where}.`)
  }
  const evaluated: Askable[][] = []
  for (const [i, evaluation] of recipe.eval.entries()) {
    const { data } = evaluation
    evaluated.push(await asked(data, evaluation, `eval[${i}]`))
    if (evaluated[i]!.length === 0) throw new UsageError(`${shortPath(data.path)}: no samples for eval[${i}].`)
  }
  return { taught, asked: asks, heldOut, evaluated, notes }
}

/** Whoever asks and has the answers judged: a stage, or an evaluation. */
interface Judged {
  readonly rubric?: string | undefined
  readonly judge: JudgeOptions
}

/** Criteria that no verifier decides, which is worth a word: they stay unknown and add nothing. */
function undecided(askables: readonly Askable[], where: string): string[] {
  const criteria = askables.flatMap(({ rubric }) => rubric.criteria)
  const open = criteria.filter((criterion) => verifyCriterion(criterion, { text: '' }).met === null)
  if (criteria.length > 0 && open.length === criteria.length) {
    throw new UsageError(
      `${where}: no criterion of its rubrics has a verifier for written answers, so nothing can be decided. Add verify: to them, or a judge: to the recipe.`,
    )
  }
  if (open.length === 0) return []
  return [
    `${where}: ${open.length} of ${criteria.length} criteria have no verifier for written answers ("${open[0]!.id}" is one); they stay unknown and count 0`,
  ]
}

/** What the reference says of a pair is kept by its id: two of one id would be taken for each other. */
function checkIds(pairs: readonly Taught[], where: string): void {
  const sources = new Map<string, number>()
  for (const { id, source = 0 } of pairs) {
    const other = sources.get(id)
    if (other !== undefined && other !== source)
      throw new UsageError(`${where}: "${id}" is the id of pairs of two sources. Give one of them another id.`)
    sources.set(id, source)
  }
}

interface Counted extends Sourced {
  readonly task?: string
}

/** What a sample is counted under: the task that its line names, its tag `task`, or its source where there are several. */
function taskOf({ asked, tags }: Sample, data: DataRef | DataMix, source: number): { task?: string } {
  const task = asked?.task ?? tags?.task ?? (isMix(data) ? sourceName(data, source) : undefined)
  return task === undefined ? {} : { task }
}

function answered(samples: readonly (Sample & Counted)[], data: DataRef | DataMix): Taught[] {
  for (const { id, messages, source = 0 } of samples) {
    if (messages.at(-1)?.role === 'assistant') continue
    throw new UsageError(
      `${shortPath(sourcesOf(data)[source]!.path)} "${id}": the last turn is not the assistant's, so there is no answer to learn.`,
    )
  }
  return [...samples]
}

async function readFile(ref: DataRef, { seed, prompts }: Recipe, notes: string[]): Promise<Sample[]> {
  const { path, bad, limit, prompt, tasks } = ref
  const { samples, report } = await loadSamples(path, {
    bad,
    seed,
    prompts: ref.prompts ?? prompts,
    ...(tasks === undefined ? {} : { tasks }),
    ...(limit === undefined ? {} : { limit }),
    ...(prompt === undefined ? {} : { prompt }),
  })
  if (report.skipped.length > 0) {
    const [first] = report.skipped
    notes.push(
      `${shortPath(path)}: ${report.skipped.length} rows left out; the first is line ${first!.line}, ${first!.reason}`,
    )
  }
  for (const [column, rows] of Object.entries(report.ignored))
    notes.push(`${shortPath(path)}: column "${column}" is not read (${rows} rows)`)
  return samples
}
