import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { openRun, type RunFolder, silentProgress, trainRun } from '../../../src/index.ts'
import type { AnswerRecord, EvaluationRecord, RolloutRecord } from '../../../src/runs/index.ts'
import { fingerprint, readJsonLines, writeText } from '../common/files.ts'
import type { Arm } from './arms.ts'
import type { Ground } from './ground.ts'
import { writeNoisy } from './noise.ts'

/** What is kept of one arm with one seed; a line of `results.jsonl`. */
export interface ArmResult {
  readonly ground: Ground['id']
  readonly arm: string
  readonly seed: number
  /** Fingerprint of recipes, overrides and data; a line of other settings is not this result. */
  readonly settings: string
  readonly seconds: number
  /** Held-out scores: on the plain prompt, and with the whole rubric shown. */
  readonly before: { readonly plain: number; readonly shown: number }
  readonly after: { readonly plain: number; readonly shown: number }
  /** Score of every held-out sample after training, plain prompt, in the order of the data. */
  readonly scores: readonly number[]
  readonly criteria: readonly {
    readonly group: string
    readonly sign: 1 | -1
    readonly before: number
    readonly after: number
  }[]
  /** Median of the sequence ratio to the checkpoint (papers.md §1.6). */
  readonly novelty: number | null
  /** By step; null where a step had no such answers. */
  readonly curves: Readonly<Record<Curve, readonly (number | null)[]>>
  /** Of the first quarter of the steps: verdicts on sparse criteria of answers that were shown nothing, and how many were met. */
  readonly sparse: { readonly verdicts: number; readonly met: number } | null
}

export type Curve = 'plain' | 'scaffolded' | 'entropy' | 'ratio' | 'clipped' | 'kl'

export interface RunOptions {
  /** Threads of its engine. */
  readonly threads: number
  /** Told what is being trained. */
  readonly say: (what: string) => void
}

/** Where a ground keeps its data, its checkpoints and its runs. */
export const folderOf = (root: string, ground: Ground): string => path.join(root, ground.id)

/** Fingerprint of everything that the result of an arm follows from. */
export function settingsOf(root: string, ground: Ground, arm: Arm): string {
  const { sft, rl } = ground.recipes(folderOf(root, ground))
  const data = readFileSync(path.join(folderOf(root, ground), 'data', 'train.jsonl'))
  return fingerprint(sft, rl, overridesOf(ground, arm).join('\n'), arm.noise ?? '', data)
}

const overridesOf = ({ wording, midpoint }: Ground, { scaffold, overrides = [] }: Arm): string[] => [
  `stages[0].rl.scaffold={${scaffold.replace('MIDPOINT', String(midpoint))}, ${wording}}`,
  ...overrides,
]

/** Trains one arm from the seed's checkpoint, which is made first where it is not there. */
export async function runArm(
  root: string,
  ground: Ground,
  arm: Arm,
  seed: number,
  { threads, say }: RunOptions,
): Promise<ArmResult> {
  const folder = folderOf(root, ground)
  const { rl } = ground.recipes(folder)
  const checkpoint = await checkpointOf(folder, ground, seed, { threads, say })
  const runFolder = path.join(folder, 'runs', `${arm.id.replaceAll(/[^a-z]+/g, '-')}-${seed}`)
  rmSync(runFolder, { recursive: true, force: true }) // what an interrupted bench left
  say(arm.title)
  const started = performance.now()
  const data = arm.noise ? [`data=${writeNoisy(path.join(folder, 'data'), arm.noise)}`] : []
  await trainRun({
    recipeFile: writeText(folder, 'rl.yaml', rl),
    overrides: [`seed=${seed}`, `model=${checkpoint}`, ...data, ...overridesOf(ground, arm)],
    runFolder,
    threads,
    progress: silentProgress,
  })
  return {
    ground: ground.id,
    arm: arm.id,
    seed,
    settings: settingsOf(root, ground, arm),
    seconds: (performance.now() - started) / 1000,
    ...readResult(openRun(runFolder), ground),
  }
}

const inTheMaking = new Map<string, Promise<void>>()

/** The checkpoint of a seed; arms that ask for it at once wait for one making. */
async function checkpointOf(folder: string, ground: Ground, seed: number, options: RunOptions): Promise<string> {
  const { sft } = ground.recipes(folder)
  const runFolder = path.join(folder, 'checkpoints', `${seed}-${fingerprint(sft)}`)
  const making = inTheMaking.get(runFolder) ?? makeCheckpoint(runFolder, folder, sft, seed, options)
  inTheMaking.set(runFolder, making)
  await making
  return runFolder
}

async function makeCheckpoint(
  runFolder: string,
  folder: string,
  sft: string,
  seed: number,
  { threads, say }: RunOptions,
): Promise<void> {
  if (existsSync(path.join(runFolder, 'summary.json'))) return
  rmSync(runFolder, { recursive: true, force: true })
  say('supervised fine-tuning')
  await trainRun({
    recipeFile: writeText(folder, 'sft.yaml', sft),
    overrides: [`seed=${seed}`],
    runFolder,
    threads,
    progress: silentProgress,
  })
}

function readResult(run: RunFolder, { sparse }: Ground) {
  const evaluations = run.readEvaluations()
  const find = (name: string, control: string) =>
    evaluations.find((record) => record.name === name && record.control === control)!
  const [before, after] = ['before', 'after'].map((name) => find(name, 'none')) as [EvaluationRecord, EvaluationRecord]
  const scored = (name: string, plain: EvaluationRecord) => ({
    plain: plain.score,
    shown: find(name, 'scaffolded').score,
  })
  const metrics = run.readMetrics()
  const curve = (name: string) => metrics.map(({ [name]: value }) => (typeof value === 'number' ? value : null))
  return {
    before: scored('before', before),
    after: scored('after', after),
    scores: readJsonLines<AnswerRecord>(path.join(run.path, after.answers_file!)).map(({ score }) => score),
    criteria: after.criteria.map(({ group, sign, pass_rate }) => ({
      group,
      sign,
      before: before.criteria.find((rate) => rate.group === group)?.pass_rate ?? 0,
      after: pass_rate,
    })),
    novelty: after.analysis?.novelty?.median ?? null,
    curves: {
      plain: curve('reward/plain'),
      scaffolded: curve('reward/scaffolded'),
      entropy: curve('entropy'),
      ratio: curve('ratio_mean'),
      clipped: curve('clip_ratio/region_mean'),
      kl: curve('kl'),
    },
    sparse: sparse ? countSparse(path.join(run.path, 'rollouts'), sparse, metrics.length / 4) : null,
  }
}

function countSparse(folder: string, ids: readonly string[], nSteps: number) {
  let [verdicts, met] = [0, 0]
  for (const file of readdirSync(folder).sort().slice(0, nSteps)) {
    for (const rollout of readJsonLines<RolloutRecord>(path.join(folder, file))) {
      if (rollout.scaffold.shown.length > 0) continue
      const own = rollout.verdicts.filter(({ criterionId }) => ids.includes(criterionId))
      verdicts += own.length
      met += own.filter((verdict) => verdict.met === true).length
    }
  }
  return { verdicts, met }
}
