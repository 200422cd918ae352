import { readFile } from 'node:fs/promises'
import { libraryExamples, libraryRubrics, loadRubric, parseExamples } from '../../../rubrics/index.ts'
import { shortPath, UsageError } from '../../errors.ts'
import { type JudgeSource, openJudge } from '../../judge/openJudge.ts'
import { seededRandom } from '../../random.ts'
import { type Calibration, calibrate } from './calibrate.ts'
import { type Against, judgeExamples } from './judgeExamples.ts'
import { type Judgement, readJudgements } from './judgement.ts'

export interface CalibrateOptions {
  readonly seed: string
  readonly signal: AbortSignal
}

/** A calibration from judgements in a file of JSON lines. */
export async function calibrateFile(file: string, options: CalibrateOptions): Promise<Calibration> {
  return calibrate(await readJudgements(file), seededRandom(options.seed))
}

/**
 * A calibration of a judge on examples with labels: those of a rubric of the library, or of a file beside a rubric of one's
 * own.
 *
 * @throws UsageError for a rubric without examples, and what `openJudge` and its judge throw
 */
export async function calibrateJudge(
  source: JudgeSource,
  options: CalibrateOptions & { rubric: string; examplesFile?: string; repeats: number; against?: Against },
): Promise<{ calibration: Calibration; judgements: readonly Judgement[] }> {
  const { rubric: name, examplesFile, repeats, against = 'people', seed, signal } = options
  const rubric = await loadRubric(name)
  const examples =
    examplesFile !== undefined
      ? parseExamples(await readFile(examplesFile, 'utf8'), rubric, { file: shortPath(examplesFile) })
      : await examplesOf(name)
  const judge = await openJudge(source)
  try {
    const together = source.ask === 'all'
    const judgements = await judgeExamples(judge, rubric, examples, { repeats, together, against, signal })
    if (judgements.length === 0) {
      const who = against === 'people' ? 'verifiers decide all of it' : 'no verifier decides any of it from words alone'
      throw new UsageError(`${name}: ${who}. There is nothing to calibrate.`)
    }
    return { calibration: calibrate(judgements, seededRandom(seed)), judgements }
  } finally {
    judge.close()
  }
}

function examplesOf(name: string) {
  if (libraryRubrics().includes(name)) return libraryExamples(name)
  throw new UsageError(`${name}: is no rubric of the library. Give its judged answers with --examples.`)
}
