import { type AudioFeatures, type Policy, startEngine } from '../models/index.ts'
import { renderScaffold } from '../rubrics/index.ts'
import { assembleWithAdapter } from './adapters/openWithAdapter.ts'
import { FEATURE_BYTES } from './features/featureStore.ts'
import { matrixRate } from './matrixRate.ts'
import { activations, type BatchSize, forwardFlops } from './model/cost.ts'
import type { Model } from './model/modelFolder.ts'
import { towerOf } from './model/towers.ts'
import { checkTrains, nTrainable, trainableByTower } from './model/trainable.ts'
import { duration, figure } from './progress/index.ts'
import { audioPaths, type Message, withScaffold } from './prompts/message.ts'
import type { OnlinePreferenceStage, Recipe, RlStage, Stage } from './recipe/index.ts'
import { assembleFresh } from './train/freshModel.ts'
import { type LoadedData, loadData } from './train/loadData.ts'

/**
 * Parameters, data, memory and time of a recipe, as lines of name and value; nothing is trained. Time comes from the
 * rate of matrix products, measured now, and from the shares of it that training and sampling have been seen to reach,
 * so it is a range. Clips are not opened: they count as long as the model hears.
 *
 * @throws UsageError as training would, for wrong data
 */
export async function estimate(recipe: Recipe): Promise<Readonly<Record<string, string>>> {
  const data = await loadData(recipe)
  const engine = startEngine()
  try {
    const model =
      typeof recipe.model === 'string'
        ? await assembleWithAdapter(recipe.model, recipe.adapter, engine)
        : assembleFresh(recipe.model, data, engine)
    checkTrains(recipe.stages, model.policy)
    const rate = await matrixRate(engine)
    const parts = recipe.stages.map((stage, i) =>
      'prompts' in stage ? askedPart(stage, i, data, model, recipe) : taughtPart(stage, i, data, model, recipe),
    )
    parts.push(...recipe.eval.map((_, i) => evaluationPart(i, data, model, recipe)))
    const operations = (kind: 'trained' | 'sampled') => parts.reduce((sum, part) => sum + part[kind], 0)
    const seconds = (reached: 0 | 1) =>
      operations('trained') / (rate * TRAINING[reached]) + operations('sampled') / (rate * SAMPLING[reached])
    return {
      parameters: parameters(model.policy),
      ...trained(recipe.stages, model.policy),
      ...Object.fromEntries(parts.map(({ name, what }) => [name, what])),
      memory: `about ${gigabytes(memoryOf(recipe, data, model.policy, parts))}`,
      time: `${duration(seconds(1))} to ${duration(seconds(0))}, at ${(rate / 1e9).toFixed(0)} GFLOP/s in matrix products, measured now`,
    }
  } finally {
    await engine.close()
  }
}

/**
 * Shares of the rate of plain matrix products, [least, most]. Training: 0.35 with blocks of 128, 0.65 with 256 and more
 * (design.md §3). Sampling one token at a time is bound by calls and memory: 0.03 in small batches of a small
 * model, 0.2 with 135 M parameters.
 */
const TRAINING = [0.35, 0.65] as const
const SAMPLING = [0.03, 0.2] as const

/** Process, runtime and compiled graphs before any weight; measured with the quickstart. */
const BASE_BYTES = 0.35e9

interface Part {
  readonly name: string
  readonly what: string
  /** Operations of gradient steps, and of sampling. */
  readonly trained: number
  readonly sampled: number
  /** Numbers held at the peak of a step. */
  readonly activations: number
}

function parameters(policy: Policy): string {
  const towers = new Map<string, number>()
  for (const [name, shape] of policy.parameters) {
    const tower = towerOf(name)
    towers.set(tower, (towers.get(tower) ?? 0) + shape.reduce((product, n) => product * n, 1))
  }
  const each = [...towers].map(([tower, n]) => `${tower} ${millions(n)}`)
  return `${millions(policy.nParameters)} (${each.join(', ')})`
}

/** What each stage trains, by tower; one line where all of them train the same. */
function trained(stages: readonly Stage[], policy: Policy): Record<string, string> {
  const lines = stages.map(({ freeze }) =>
    trainableByTower(policy, freeze)
      .map(({ tower, parameters, trainable }) =>
        trainable === 0 ? `${tower} frozen` : `${tower} ${millions(trainable)} of ${millions(parameters)}`,
      )
      .join(', '),
  )
  if (new Set(lines).size === 1) return { trains: lines[0]! }
  return Object.fromEntries(lines.map((line, i) => [`stage ${i + 1} trains`, line]))
}

/**
 * Passes over the model that a gradient step takes, in passes forward: back to the inputs of every matrix, and to the
 * matrices, which an adapter leaves as they are.
 */
const passes = ({ adapter }: Policy): number => (adapter ? 2 : 3)

/** Supervised stages, and pairs, which are two answers each. */
function taughtPart(
  stage: Exclude<Stage, AskingStage>,
  index: number,
  data: LoadedData,
  { policy, renderer }: Model,
  recipe: Recipe,
): Part {
  const samples = data.taught.get(index)!
  const steps =
    'steps' in stage && stage.steps !== undefined
      ? stage.steps
      : Math.max(1, Math.ceil((samples.length * ('epochs' in stage ? (stage.epochs ?? 1) : 1)) / stage.batch))
  const lengths = spread(samples).map(({ messages }) => {
    const { ids, isAssistant } = renderer.conversation(messages, longestClips(messages, recipe))
    return { time: Math.min(ids.length, stage.max_length), targets: isAssistant.filter(Boolean).length }
  })
  const answers = { sft: 1, preference: 2, reward: mean(samples.map(({ ranked }) => ranked?.length ?? 2)) }[stage.kind]
  const rows = (answers * stage.batch) / stage.gradient_accumulation
  const size: BatchSize = {
    nAudios: rows * mean(spread(samples).map(({ messages }) => audioPaths(messages).length)),
    nFrames: framesOf(recipe),
    nSequences: rows,
    time: Math.max(...lengths.map(({ time }) => time)), // rows are padded to the longest
    nTargets: rows * mean(lengths.map(({ targets }) => targets)),
  }
  return {
    name: `stage ${index + 1}, ${stage.kind}`,
    what: `${count(steps, 'step')} of ${count(stage.batch, 'sample')}, up to ${size.time} tokens each, from ${figure(samples.length)}`,
    trained: passes(policy) * steps * stage.gradient_accumulation * forwardFlops(policy.config, size),
    sampled: 0,
    activations: activations(policy.config, size),
  }
}

type AskingStage = RlStage | OnlinePreferenceStage

/** What a stage that asks shows, in how many parts it learns, how many answers, and passes beside those of learning. */
function askingOf(stage: AskingStage) {
  const asked = stage.prompts * stage.group
  if (stage.kind === 'online_preference') {
    return { scaffold: null, asked, learnt: 2 * stage.prompts, parts: stage.gradient_accumulation, extra: 1 }
  }
  const { scaffold, minibatches: parts, loss } = stage
  // Old and reference log-probabilities.
  return { scaffold, asked, learnt: asked, parts, extra: (parts > 1 ? 1 : 0) + (loss.kl > 0 ? 1 : 0) }
}

function askedPart(
  stage: AskingStage,
  index: number,
  data: LoadedData,
  { policy, renderer }: Model,
  recipe: Recipe,
): Part {
  const samples = data.asked.get(index)!
  const { max_completion_tokens: nNew } = stage
  const { scaffold, asked: answers, learnt: nLearnt, parts, extra } = askingOf(stage)
  const chosen = spread(samples)
  const prompt = (messages: readonly Message[]) => renderer.prompt(messages, longestClips(messages, recipe)).length
  const shown = chosen.map(({ messages, rubric }) =>
    prompt(withScaffold(messages, scaffold ? renderScaffold(rubric.criteria, scaffold) : null)),
  )
  const clips = stage.prompts * mean(chosen.map(({ messages }) => audioPaths(messages).length))
  const learnt: BatchSize = {
    nAudios: clips / parts,
    nFrames: framesOf(recipe),
    nSequences: nLearnt / parts,
    time: Math.max(...chosen.map(({ messages }) => prompt(messages))) + nNew,
    nTargets: (nLearnt / parts) * nNew,
  }
  const forward = parts * forwardFlops(policy.config, learnt)
  const read = { nAudios: clips, nFrames: framesOf(recipe), nSequences: answers, time: mean(shown), nTargets: answers }
  return {
    name: `stage ${index + 1}, ${stage.kind}`,
    what: `${count(stage.steps, 'step')} of ${stage.prompts} prompts × ${stage.group} answers, up to ${Math.max(...shown)} + ${nNew} tokens each, from ${figure(samples.length)}`,
    trained: stage.steps * ((passes(policy) + extra) * forward + forwardFlops(policy.config, read)),
    sampled: stage.steps * answers * nNew * tokenFlops(policy),
    activations: activations(policy.config, learnt),
  }
}

function evaluationPart(index: number, data: LoadedData, { policy, renderer }: Model, recipe: Recipe): Part {
  const { controls, best_of, max_completion_tokens: nNew } = recipe.eval[index]!
  const samples = data.evaluated[index]!
  // Before and after; the best of several answers is looked for on the plain prompt only.
  const answers = 2 * samples.length * (controls.length - 1 + Math.max(...best_of))
  const time = mean(
    spread(samples).map(({ messages }) => renderer.prompt(messages, longestClips(messages, recipe)).length),
  )
  const size = { nAudios: answers, nFrames: framesOf(recipe), nSequences: answers, time, nTargets: answers }
  return {
    name: `evaluation ${index + 1}`,
    what: `${count(samples.length, 'sample')}, ${controls.join(', ')}, before and after`,
    trained: forwardFlops(policy.config, size),
    sampled: answers * nNew * tokenFlops(policy),
    activations: 0,
  }
}

/** Operations of one more token, its cache at hand. */
const tokenFlops = ({ config }: Policy): number =>
  forwardFlops(config, { nAudios: 0, nFrames: 0, nSequences: 1, time: 1, nTargets: 1 })

/**
 * Weights; gradient and two moments of those that train, and a reference of them where one is kept; the features of the
 * clips; and the activations of every stage three times, since a stage compiles graphs of several sizes and each keeps its
 * arena (the quickstart held 4.5 GB at its peak).
 */
function memoryOf(recipe: Recipe, data: LoadedData, policy: Policy, parts: readonly Part[]): number {
  const beside = recipe.stages.map((stage) => {
    const keepsReference = (stage.kind === 'rl' && stage.loss.kl > 0) || stage.kind === 'online_preference'
    // A reward stage trains a copy of the model.
    const copy = stage.kind === 'reward' ? policy.nParameters : 0
    return copy + nTrainable(policy, stage.freeze) * (keepsReference ? 4 : 3)
  })
  const samples = [...data.taught.values(), ...data.asked.values(), ...data.evaluated].flat()
  const clips = new Set(samples.flatMap(({ messages }) => audioPaths(messages))).size
  const features = Math.min(FEATURE_BYTES, 4 * clips * framesOf(recipe) * policy.nMels)
  const held = parts.reduce((sum, part) => sum + part.activations, 0)
  return BASE_BYTES + features + 4 * (policy.nParameters + Math.max(...beside) + 3 * held)
}

/** At most 200 items, evenly spread: enough for a mean, quick for any file. */
const spread = <T>(items: readonly T[]): readonly T[] => items.filter((_, i) => i % Math.ceil(items.length / 200) === 0)

const framesOf = ({ clips }: Recipe): number => Math.ceil(clips.max_seconds * 100)

function longestClips(messages: readonly Message[], recipe: Recipe): AudioFeatures[] {
  const clip = { data: new Float32Array(0), nMels: 0, nFrames: framesOf(recipe) }
  return audioPaths(messages).map(() => clip)
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
const count = (n: number, what: string): string => `${figure(n)} ${what}${n === 1 ? '' : 's'}`
const millions = (n: number): string => (n >= 1e6 ? `${figure(n / 1e6)} M` : `${figure(n / 1e3)} k`)
const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`
