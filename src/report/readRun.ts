import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { z } from 'zod'
import { allJsonLines, isMissing, type Problems } from './readJsonLines.ts'
import {
  type AlarmRecord,
  type AnswerRecord,
  alarmRecord,
  answerRecord,
  type EvaluationRecord,
  evaluationRecord,
  type MetricsRecord,
  metricsRecord,
  type RewardReportRecord,
  rewardReportRecord,
  type SummaryRecord,
  summaryRecord,
} from './records.ts'

export interface Evaluation extends EvaluationRecord {
  /** Empty when the answers were not kept. */
  answers: AnswerRecord[]
}

/** What a run folder holds, apart from its rollouts, which may be large and are read as a stream. */
export interface Run {
  folder: string
  name: string
  recipe: string | undefined
  summary: SummaryRecord | undefined
  metrics: MetricsRecord[]
  evaluations: Evaluation[]
  alarms: AlarmRecord[]
  /** What reward stages measured of their models, in the order of the stages. */
  rewardModels: RewardReportRecord[]
  /** Rollout files in the order of their steps. */
  rolloutFiles: { file: string; step: number }[]
  /** Whether alarms.jsonl exists: no alarm and no record of alarms are different news. */
  alarmsRecorded: boolean
  problems: Problems
}

export class ReportError extends Error {
  override name = 'ReportError'
}

/**
 * The run in a folder; parts that are missing are empty, parts that do not fit are left out and named in `problems`.
 * Throws `ReportError` when the folder does not exist or holds no file of a run at all.
 */
export async function readRun(folder: string): Promise<Run> {
  const entries = await readdir(folder).catch((error: unknown) => {
    throw new ReportError(
      `${folder}: ${isMissing(error) ? 'no such folder' : String(error)}. Give the folder of a run.`,
    )
  })
  if (!RUN_FILES.some((name) => entries.includes(name))) {
    throw new ReportError(`${folder}: not a run folder, it holds none of ${RUN_FILES.join(', ')}.`)
  }
  const problems: Problems = []
  const lines = <T>(name: string, schema: z.ZodType<T>) => allJsonLines(path.join(folder, name), name, schema, problems)

  const summary = await readSummary(folder, problems)
  const evaluations: Evaluation[] = []
  for (const record of await lines('evaluations.jsonl', evaluationRecord)) {
    evaluations.push({ ...record, answers: await readAnswers(folder, record, problems) })
  }
  return {
    folder,
    name: summary?.name ?? path.basename(path.resolve(folder)),
    recipe: await readText(path.join(folder, 'recipe.yaml')),
    summary,
    metrics: await lines('metrics.jsonl', metricsRecord),
    evaluations,
    alarms: await lines('alarms.jsonl', alarmRecord),
    rewardModels: await readRewardReports(folder, entries, problems),
    alarmsRecorded: entries.includes('alarms.jsonl'),
    rolloutFiles: await listRollouts(folder),
    problems,
  }
}

const RUN_FILES = ['recipe.yaml', 'metrics.jsonl', 'evaluations.jsonl', 'summary.json', 'rollouts']

async function readSummary(folder: string, problems: Problems): Promise<SummaryRecord | undefined> {
  const text = await readText(path.join(folder, 'summary.json'))
  if (text === undefined) return undefined
  try {
    return summaryRecord.parse(JSON.parse(text))
  } catch (error) {
    problems.push(
      `summary.json: unreadable and left out (${error instanceof SyntaxError ? 'not JSON' : 'unexpected form'}).`,
    )
    return undefined
  }
}

async function readRewardReports(
  folder: string,
  entries: readonly string[],
  problems: Problems,
): Promise<RewardReportRecord[]> {
  const names = entries.filter((name) => /^reward-\d+\.json$/.test(name))
  const read = names.map(async (name) => {
    const text = await readText(path.join(folder, name))
    try {
      return [rewardReportRecord.parse(JSON.parse(text ?? ''))]
    } catch {
      problems.push(`${name}: unreadable and left out.`)
      return []
    }
  })
  return (await Promise.all(read)).flat().sort((a, b) => a.stage - b.stage)
}

async function readAnswers(folder: string, evaluation: EvaluationRecord, problems: Problems): Promise<AnswerRecord[]> {
  const name = evaluation.answers_file
  if (!name) return []
  const file = path.resolve(folder, name)
  if (path.relative(path.resolve(folder), file).startsWith('..')) {
    problems.push(`evaluations.jsonl: answers file ${name} lies outside the run folder and was not read.`)
    return []
  }
  const answers = await allJsonLines(file, name, answerRecord, problems)
  if (answers.length === 0) problems.push(`${name}: named by evaluation "${evaluation.name}" but missing or empty.`)
  return answers
}

async function listRollouts(folder: string): Promise<Run['rolloutFiles']> {
  const names = await readdir(path.join(folder, 'rollouts')).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw error
  })
  return names
    .flatMap((name) => {
      const step = /^step-(\d+)\.jsonl$/.exec(name)?.[1]
      return step === undefined ? [] : [{ file: path.join(folder, 'rollouts', name), step: Number(step) }]
    })
    .sort((a, b) => a.step - b.step)
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
