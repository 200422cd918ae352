import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { ADAPTER_CONFIG, fromConfigJson, openTokenizer, readSafetensors, redundantTensors } from '../models/index.ts'
import { libraryRubrics, loadRubric, type Rubric } from '../rubrics/index.ts'
import { adapterFacts, adapterLine } from './adapters/adapterInfo.ts'
import { hasAnswer, loadSamples } from './data/index.ts'
import { shortPath, UsageError } from './errors.ts'
import { isAdapter, modelPlace } from './model/modelPlace.ts'
import { towerOf } from './model/towers.ts'
import { duration } from './progress/index.ts'
import { audioPaths } from './prompts/message.ts'
import { readRecipe, sourcesOf } from './recipe/index.ts'
import { checkpoints } from './runs/checkpoints.ts'
import type { EvaluationRecord, RunSummary, StepMetrics } from './runs/index.ts'
import { jsonLinesIn } from './runs/jsonLinesFile.ts'

/** Facts by heading: `{ Model: { parameters: 3700000 } }`. */
export type Info = Readonly<Record<string, Readonly<Record<string, string | number>>>>

/**
 * Facts of a model folder, an adapter's, a run folder, a recipe, a file of samples, an audio folder, or a rubric (a file, or a name of
 * the library). Only reads, so a run may be going on.
 *
 * @throws UsageError when it is none of these; the errors of its reader when it is a faulty one
 */
export async function infoOf(place: string): Promise<Info> {
  const found = statSync(place, { throwIfNoEntry: false })
  if (!found) {
    if (libraryRubrics().includes(place)) return rubricInfo(await loadRubric(place))
    throw new UsageError(
      `${place}: no such file or folder, and no rubric of the library (${libraryRubrics().join(', ')}).`,
    )
  }
  if (found.isDirectory()) {
    const holds = (name: string) => existsSync(path.join(place, name))
    if (holds('recipe.yaml')) return runInfo(place)
    if (isAdapter(place)) return { Adapter: adapterFacts(place) }
    if (holds('config.json')) return modelInfo(place)
    if (holds('metadata.jsonl') || holds('metadata.csv')) return dataInfo(place)
    throw new UsageError(
      `${place}: not a run (recipe.yaml), a model (config.json), an adapter (${ADAPTER_CONFIG}) or an audio folder (metadata.jsonl, metadata.csv).`,
    )
  }
  if (place.endsWith('.jsonl')) return dataInfo(place)
  const content: unknown = /\.(ya?ml|json)$/i.test(place) ? parsed(place) : undefined
  if (typeof content === 'object' && content !== null) {
    if ('stages' in content) return recipeInfo(place)
    if ('criteria' in content) return rubricInfo(await loadRubric(path.resolve(place)))
  }
  throw new UsageError(`${place}: neither a recipe (stages:), a rubric (criteria:) nor a file of samples (.jsonl).`)
}

/** Of a model folder or of the model of a run. */
function modelInfo(place: string): Info {
  const file = path.join(place, 'config.json')
  const { config } = fromConfigJson(JSON.parse(readFileSync(file, 'utf8')), file)
  const counts = new Map<string, number>()
  const types = new Set<string>()
  const redundant = redundantTensors(config).map(({ name }) => name)
  for (const { name, shape, dtype } of readSafetensors(place).tensors.values()) {
    if (redundant.includes(name)) continue
    const size = shape.reduce((product, n) => product * n, 1)
    counts.set(towerOf(name), (counts.get(towerOf(name)) ?? 0) + size)
    types.add(dtype)
  }
  const { audio, language } = config
  const { vocabSize } = openTokenizer(place)
  return {
    Model: {
      folder: place,
      parameters: [...counts.values()].reduce((total, n) => total + n, 0),
      ...Object.fromEntries(counts),
      stored: [...types].join(', '),
    },
    ...(audio && {
      Hears: {
        'mel bands': audio.nMels,
        encoder: `${audio.nLayers} layers, ${audio.hidden} wide, ${audio.nHeads} heads`,
        'audio tokens a second': 50 / audio.pool,
      },
    }),
    Speaks: {
      decoder: `${language.nLayers} layers, ${language.hidden} wide, ${language.nHeads} heads, ${language.nKvHeads} for keys`,
      vocabulary: vocabSize,
      positions: language.maxPositions,
    },
  }
}

async function runInfo(folder: string): Promise<Info> {
  const at = (name: string) => path.join(folder, name)
  const recipe = await readRecipe(at('recipe.yaml'))
  const steps = jsonLinesIn(at('metrics.jsonl')) as StepMetrics[]
  const evaluations = jsonLinesIn(at('evaluations.jsonl')) as unknown as EvaluationRecord[]
  const summary = existsSync(at('summary.json'))
    ? (JSON.parse(readFileSync(at('summary.json'), 'utf8')) as RunSummary)
    : undefined
  const stages = new Map(steps.map((step) => [step.stage, step]))
  const last = steps.at(-1)
  const saved = checkpoints(folder).list()
  const rollouts = existsSync(at('rollouts')) ? readdirSync(at('rollouts')).length : 0
  const hasModel = summary !== undefined || saved.length > 0
  return {
    Run: {
      name: recipe.name,
      seed: recipe.seed,
      state: summary?.finished
        ? `finished ${summary.finished}`
        : last
          ? `not finished, ${last.global_step} steps taken`
          : 'no step taken',
      ...(summary ? { started: summary.started } : {}),
      ...(last ? { computing: duration(summary?.seconds ?? last.seconds) } : {}),
      ...Object.fromEntries([...stages].map(([name, { step }]) => [`steps of ${name}`, step])),
      ...(rollouts > 0 ? { 'steps with rollouts': rollouts } : {}),
      checkpoints: saved.length > 0 ? saved.map(({ globalStep }) => `step ${globalStep}`).join(', ') : 'none',
      alarms: jsonLinesIn(at('alarms.jsonl')).length,
      ...(existsSync(at('report.html')) ? { report: at('report.html') } : {}),
    },
    ...(evaluations.length > 0 ? { 'Scores, %': scores(evaluations) } : {}),
    ...(hasModel ? placeInfo(modelPlace(folder)) : {}),
  }
}

const placeInfo = (place: string): Info => (isAdapter(place) ? { Adapter: adapterFacts(place) } : modelInfo(place))

const scores = (evaluations: readonly EvaluationRecord[]) =>
  Object.fromEntries(
    evaluations.map(({ name, control, score, interval: [low, high] }) => [
      control === 'none' ? name : `${name}, ${control}`,
      `${percent(score)} [${percent(low)}, ${percent(high)}]`,
    ]),
  )

const percent = (share: number): string => (100 * share).toFixed(1)

async function recipeInfo(file: string): Promise<Info> {
  const recipe = await readRecipe(file)
  const { model } = recipe
  return {
    Recipe: {
      name: recipe.name,
      ...(recipe.about ? { about: recipe.about } : {}),
      seed: recipe.seed,
      model: typeof model === 'string' ? model : 'fresh; sizes and time: rubato train --dry-run',
      ...(recipe.adapter ? { adapter: adapterLine(recipe.adapter) } : {}),
      'longest clip': `${recipe.clips.max_seconds} s, longer ones: ${recipe.clips.over_length}`,
    },
    ...Object.fromEntries(
      recipe.stages.map((stage, i) => [
        `Stage ${i + 1}: ${stage.kind}`,
        {
          data: sourcesOf(stage.data ?? recipe.data!)
            .map(({ path }) => shortPath(path))
            .join(', '),
          steps:
            'steps' in stage && stage.steps !== undefined
              ? stage.steps
              : `${'epochs' in stage ? stage.epochs : 1} epochs`,
          batch: 'prompts' in stage ? `${stage.prompts} prompts × ${stage.group} answers` : stage.batch,
          'learning rate': stage.learning_rate,
        },
      ]),
    ),
    ...Object.fromEntries(
      recipe.eval.map(({ name, data, controls }, i) => [
        `Evaluation ${i + 1}${name ? `: ${name}` : ''}`,
        { data: shortPath(data.path), controls: controls.join(', ') },
      ]),
    ),
  }
}

async function dataInfo(place: string): Promise<Info> {
  const { samples, report } = await loadSamples(place, { bad: 'skip' })
  const count = (passes: (sample: (typeof samples)[number]) => boolean) => samples.filter(passes).length
  const clips = new Set(samples.flatMap(({ messages }) => audioPaths(messages)))
  const tags = new Set(samples.flatMap(({ tags }) => Object.keys(tags ?? {})))
  const [bad] = report.skipped
  return {
    Data: {
      samples: report.samples,
      'with an answer': count(hasAnswer),
      'with a rubric': count(({ rubric }) => rubric !== undefined),
      'with sound': count(({ messages }) => audioPaths(messages).length > 0),
      clips: clips.size,
      ...(tags.size > 0 ? { tags: [...tags].join(', ') } : {}),
      ...(bad ? { 'bad rows': `${report.skipped.length}, the first is line ${bad.line}: ${bad.reason}` } : {}),
      ...Object.fromEntries(
        Object.entries(report.ignored).map(([column, rows]) => [`not read: ${column}`, `${rows} rows`]),
      ),
    },
  }
}

function rubricInfo({ name, criteria }: Rubric): Info {
  const points = (sign: number) => criteria.reduce((sum, { points }) => sum + Math.max(0, sign * points), 0)
  const verified = criteria.filter(({ verify }) => verify).length
  return {
    Rubric: {
      name,
      criteria: criteria.length,
      'points to gain': points(1),
      'points to lose': points(-1),
      'decided by verifiers': verified,
      'left to a judge': criteria.length - verified,
    },
    Criteria: Object.fromEntries(
      criteria.map(({ id, criterion, points, verify }) => [
        id,
        `${points > 0 ? '+' : ''}${points}  ${criterion}${verify ? ` (${verify.kind})` : ''}`,
      ]),
    ),
  }
}

function parsed(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined // its reader says where and why, once something else says what it is
  }
}
