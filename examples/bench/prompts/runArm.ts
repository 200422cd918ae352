import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { evaluateModel, silentProgress, type TaskFigure, trainRun } from '../../../src/index.ts'
import type { Arm, AskedTask, Question } from './arms.ts'
import { DATA_VERSION, formOf } from './data.ts'

/** How a model answered when it was asked in one way. */
export interface Asked {
  /** By task: share of answers in its form, and the mean score of its rubric. */
  readonly byTask: Readonly<Partial<Record<AskedTask, { readonly form: number; readonly score: number }>>>
  /** Score of every held-out answer, in the order of the data. */
  readonly scores: readonly number[]
  /** Whether each was in the form of its task. */
  readonly forms: readonly (0 | 1)[]
  readonly figures: readonly TaskFigure[]
}

/** What is kept of one arm with one seed; a line of `results.jsonl`. */
export interface ArmResult {
  readonly arm: string
  readonly seed: number
  /** Fingerprint of recipe and data; a line of other settings is not this result. */
  readonly settings: string
  readonly seconds: number
  readonly asked: Readonly<Partial<Record<Question, Asked>>>
}

/** A model that starts from nothing, small enough for fifteen of them in half an hour on two idle cores. */
const RECIPE = `name: prompts
model:
  audio: { n_mels: 80, width: 96, layers: 2, heads: 3, pool: 8 }
  language: { hidden: 96, layers: 3, heads: 3, kv_heads: 3, ffn: 288, vocab: 512, max_positions: 256, rope_theta: 10000 }
clips: { max_seconds: 3.2, over_length: cut }
stages:
  - sft:
      steps: 260
      batch: 16
      optimiser: muon
      learning_rate: 2.0e-3
      min_learning_rate: 2.0e-4
      warmup_ratio: 0.1
      weight_decay: 0.05
      save_every: 20
`
const MAX_TOKENS = 32
const SEED = 'prompts'

export const settingsOf = (): string =>
  createHash('sha256').update(`${RECIPE}${MAX_TOKENS}/${DATA_VERSION}`).digest('hex').slice(0, 12)

/** Trains one arm from nothing and asks it what it was trained for; a model that is there is not trained again. */
export async function runArm(
  root: string,
  { id, style, tasks }: Arm,
  seed: number,
  say: (what: string) => void,
): Promise<ArmResult> {
  const started = performance.now()
  const folder = path.join(root, 'runs', `${id}-${seed}-${settingsOf()}`)
  const data = (part: string) => path.join(root, 'data', `${part}.jsonl`)
  if (!existsSync(path.join(folder, 'summary.json'))) {
    const resume = existsSync(path.join(folder, 'recipe.yaml')) // a bench that was stopped goes on within the training
    say(resume ? 'training goes on' : 'training')
    mkdirSync(root, { recursive: true })
    const recipeFile = path.join(root, 'recipe.yaml')
    writeFileSync(recipeFile, RECIPE)
    await trainRun({
      recipeFile,
      overrides: [
        `seed=${seed}`,
        `data={path: ${data('train')}, tasks: [${tasks.join(', ')}]}`,
        `prompts.style=${style}`,
      ],
      runFolder: folder,
      resume,
      progress: silentProgress,
    })
  }
  const ask = async (prompts: { style: Arm['style']; paraphrases: 'train' | 'held-out' }): Promise<Asked> => {
    const answersFile = path.join(folder, `answers-${prompts.style}-${prompts.paraphrases}.jsonl`)
    const [record] = await evaluateModel({
      model: folder,
      data: data('eval'),
      tasks,
      prompts: { ...prompts, languages: ['en'] },
      controls: ['none'],
      maxCompletionTokens: MAX_TOKENS,
      seed: SEED,
      answersFile,
    })
    return askedOf(answersFile, record?.tasks ?? [])
  }
  say('asking')
  const own = await ask({ style, paraphrases: 'train' })
  const heldOut = style === 'none' ? undefined : await ask({ style: 'words', paraphrases: 'held-out' })
  return {
    arm: id,
    seed,
    settings: settingsOf(),
    seconds: (performance.now() - started) / 1000,
    asked: { own, ...(heldOut ? { 'held-out': heldOut } : {}) },
  }
}

function askedOf(answersFile: string, figures: readonly TaskFigure[]): Asked {
  const answers = readFileSync(answersFile, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { sample_id: string; completion: string; score: number })
    .map(({ sample_id, completion, score }) => {
      const task = sample_id.split('/')[1] as AskedTask
      return { task, score, form: formOf(completion) === task ? (1 as const) : (0 as const) }
    })
  const tasks = [...new Set(answers.map(({ task }) => task))]
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const byTask = tasks.map((task) => {
    const own = answers.filter((answer) => answer.task === task)
    return [task, { form: mean(own.map(({ form }) => form)), score: mean(own.map(({ score }) => score)) }] as const
  })
  return {
    byTask: Object.fromEntries(byTask),
    scores: answers.map(({ score }) => score),
    forms: answers.map(({ form }) => form),
    figures,
  }
}
