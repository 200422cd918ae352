import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { evaluateModel, readRecipe, silentProgress, trainRun } from '../../../src/index.ts'
import { CONVERSATIONS, CONVERSATIONS_VERSION } from '../../chat/makeConversations.ts'
import { type Manner, mannerOf } from '../../chat/manner.ts'
import { ARMS, type Arm, type AskedControl, CONTROLS } from './arms.ts'

/** How the conversations of one mode were answered under one control. */
export interface Answers {
  /** Score of every answer, in the order of the data. */
  readonly scores: readonly number[]
  /** In whose manner each was given; null in neither. */
  readonly manners: readonly (Manner | null)[]
  /** What of the mode each practises. */
  readonly kinds: readonly string[]
}

/** What is kept of one arm with one seed; a line of `results.jsonl`. */
export interface ArmResult {
  readonly arm: string
  readonly seed: number
  /** Fingerprint of recipe and data; a line of other settings is not this result. */
  readonly settings: string
  readonly seconds: number
  readonly asked: Readonly<Record<AskedControl, Readonly<Record<Manner, Answers>>>>
}

const RECIPE = path.join('examples', 'chat', 'recipe.yaml')
const MAX_TOKENS = 16

export const settingsOf = (): string =>
  createHash('sha256')
    .update(
      `${readFileSync(RECIPE, 'utf8')}${MAX_TOKENS}/${JSON.stringify([CONVERSATIONS, CONVERSATIONS_VERSION, ARMS])}`,
    )
    .digest('hex')
    .slice(0, 12)

/** Trains one arm from nothing and asks it for both modes; a model that is there is not trained again. */
export async function runArm(
  root: string,
  { id, modes, steps }: Arm,
  seed: number,
  say: (what: string) => void,
): Promise<ArmResult> {
  const started = performance.now()
  const folder = path.join(root, 'runs', `${id}-${seed}-${settingsOf()}`)
  const data = (name: string) => path.join(root, 'data', `${name}.jsonl`)
  if (!existsSync(path.join(folder, 'summary.json'))) {
    const resume = existsSync(path.join(folder, 'recipe.yaml')) // a bench that was stopped goes on within the training
    say(resume ? 'training goes on' : 'training')
    await trainRun({
      recipeFile: RECIPE,
      overrides: [
        `seed=${seed}`,
        `data=[${modes.map((mode) => `{path: ${data(mode)}}`).join(', ')}]`,
        ...(await stepsFor(steps)),
        'eval=[]',
      ],
      runFolder: folder,
      resume,
      progress: silentProgress,
    })
  }
  say('asking')
  const answersFile = path.join(folder, 'asked.jsonl')
  await evaluateModel({
    model: folder,
    data: data('eval'),
    controls: CONTROLS,
    maxCompletionTokens: MAX_TOKENS,
    seed: 'modes',
    answersFile,
  })
  return {
    arm: id,
    seed,
    settings: settingsOf(),
    seconds: (performance.now() - started) / 1000,
    asked: answersOf(answersFile, data('eval')),
  }
}

/** A share of the steps of every stage of the recipe. */
async function stepsFor(share: number): Promise<string[]> {
  const { stages } = await readRecipe(RECIPE)
  return stages.map((stage, i) => {
    if (!('steps' in stage)) throw new Error(`${RECIPE}: stages[${i}] names no steps.`)
    return `stages[${i}].${stage.kind}.steps=${Math.round(stage.steps * share)}`
  })
}

function answersOf(answersFile: string, evalFile: string): ArmResult['asked'] {
  const tags = new Map(
    linesOf<{ id: string; tags: { mode: Manner; kind: string } }>(evalFile).map(({ id, tags }) => [id, tags]),
  )
  const answers = linesOf<{ control: AskedControl; sample_id: string; completion: string; score: number }>(answersFile)
  const under = (control: AskedControl, mode: Manner): Answers => {
    const own = answers.filter((answer) => answer.control === control && tags.get(answer.sample_id)!.mode === mode)
    return {
      scores: own.map(({ score }) => score),
      manners: own.map(({ completion }) => mannerOf(completion)),
      kinds: own.map(({ sample_id }) => tags.get(sample_id)!.kind),
    }
  }
  const both = (control: AskedControl) => ({
    'voice-chat': under(control, 'voice-chat'),
    'audio-analysis': under(control, 'audio-analysis'),
  })
  return { none: both('none'), silenced: both('silenced'), swapped: both('swapped') }
}

const linesOf = <T>(file: string): T[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T)
