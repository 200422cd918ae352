import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { createProgress, freshRunPath, readRecipe, silentProgress, trainRun } from '../src/index.ts'
import type { EvaluationRecord } from '../src/runs/index.ts'

/** How far an untrained model is moved before it is asked: not at all that anybody could measure. */
const UNTRAINED = { steps: 1, batch: 1, learning_rate: 1e-30 }

/**
 * Trains a recipe that ends with RL in `runs/NAME`, as `rubato train` does, and prints its evaluations before training, after
 * supervised fine-tuning and after RL as a table in Markdown, with the rates of the criteria of `groups`. `--resume` among the words goes on with a run that was stopped.
 */
export async function trainAndTell(
  name: string,
  recipeFile: string,
  words: readonly string[],
  groups: readonly string[] = [],
): Promise<void> {
  const run = path.join('runs', name)
  const resume = words.includes('--resume')
  if (existsSync(run) && !resume) {
    const aside = freshRunPath('runs', name)
    renameSync(run, aside)
    console.error(`the run before this one is now ${aside}`)
  }
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  const { stages, data } = await readRecipe(recipeFile)
  const untrained = freshRunPath('runs', `${name}-untrained`)
  await trainRun({
    recipeFile,
    overrides: [`stages=${JSON.stringify([{ sft: { ...UNTRAINED, data: stages[0]!.data ?? data } }])}`],
    runFolder: untrained,
    progress: silentProgress,
    signal: stop.signal,
  })
  const before = evaluationsOf(untrained)
  rmSync(untrained, { recursive: true })
  const progress = await createProgress({ mode: 'people', stream: process.stderr })
  const { seconds } = await trainRun({ recipeFile, runFolder: run, resume, progress, signal: stop.signal }).finally(
    () => progress.done(),
  )
  console.log(beforeAndAfter(before, evaluationsOf(run), groups))
  console.log(
    `\nTrained in ${(seconds / 60).toFixed(0)} minutes, evaluations included. Look at ${path.join(run, 'report.html')}.`,
  )
}

const evaluationsOf = (run: string): EvaluationRecord[] =>
  readFileSync(path.join(run, 'evaluations.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as EvaluationRecord)

const CONTROLS = {
  none: '',
  scaffolded: 'rubric shown',
  silenced: 'sound silenced',
  swapped: 'sound of another sample',
}

/**
 * Scores in percent, a row for each evaluation and control with 95 % intervals, and one for each mode and each figure of its
 * tasks. `untrained` are the
 * evaluations of a run that learnt nothing, `trained` those before and after RL. Of the criteria with a tag of `groups`, how often they
 * were met in plain evaluations.
 */
export function beforeAndAfter(
  untrained: readonly EvaluationRecord[],
  trained: readonly EvaluationRecord[],
  groups: readonly string[] = [],
): string {
  const when = [
    [untrained, 'after'],
    [trained, 'before'],
    [trained, 'after'],
  ] as const
  const rows = trained
    .filter(({ name }) => /^after(-|$)/.test(name) && !/-best-of-\d+$/.test(name))
    .flatMap((record) => {
      const of = record.name.replace(/^after-?/, '')
      const label = [of || 'held out', CONTROLS[record.control]].filter(Boolean).join(', ')
      const records = when.map(([records, prefix]) =>
        records.find(
          ({ name, control }) => name === record.name.replace(/^after/, prefix) && control === record.control,
        ),
      )
      const whole = `| ${label} | ${records.map(scored).join(' | ')} |`
      const modes = (record.modes ?? []).map(({ mode }) => {
        const cells = records.map((one) => percent(one?.modes?.find((own) => own.mode === mode)?.score))
        return `| … ${mode} | ${cells.join(' | ')} |`
      })
      const figures = (record.tasks ?? []).map(({ task, metric, unit }) => {
        const cells = records.map((one) => {
          const value = one?.tasks?.find((own) => own.task === task && own.metric === metric)?.value
          return value === undefined || value === null ? '–' : value.toFixed(1)
        })
        return `| … ${metric}${unit && `, ${unit}`} | ${cells.join(' | ')} |`
      })
      const rates = (record.control === 'none' ? groups : []).map((group) => {
        const cells = records.map((one) => percent(one?.criteria.find((own) => own.group === group)?.pass_rate))
        return `| … ${group} | ${cells.join(' | ')} |`
      })
      return [whole, ...modes, ...rates, ...figures]
    })
  return ['| score, % | before | after SFT | after RL |', '|---|---:|---:|---:|', ...rows].join('\n')
}

const percent = (score: number | undefined): string => (score === undefined ? '–' : (100 * score).toFixed(1))
const scored = (record: EvaluationRecord | undefined): string =>
  record ? `${percent(record.score)} [${record.interval.map(percent).join(', ')}]` : '–'
