import type { JudgeSource } from '../../judge/openJudge.ts'
import type { Progress } from '../../progress/index.ts'
import type { RunScoreOptions } from '../../score/runScore.ts'
import { type AddCommand, examples } from '../command.ts'
import { EndsWith } from '../failure.ts'
import { type Io, printJson, printLine } from '../io.ts'
import { collect, jsonOption, numberFrom, seedOption, wholeNumber } from '../options.ts'
import { type JudgeFlags, judgeFlags, judgeOptions } from './judgeFlags.ts'

/** What the command calls; loaded when it is needed. */
export interface ScoreServices {
  readonly score: () => Promise<Pick<typeof import('../../score/runScore.ts'), 'runScore' | 'runCompare'>>
  readonly transcriber: (model: string) => Promise<{
    readonly transcribe: NonNullable<RunScoreOptions['transcribe']>
    close(): Promise<void>
  }>
}

interface Options extends JudgeFlags {
  readonly rubric?: string
  readonly text?: string
  readonly question?: string
  readonly reference?: string
  readonly compare: boolean
  readonly minScore?: number
  readonly require?: readonly string[]
  readonly allowUnknown: boolean
  readonly transcriber?: string
  readonly failRubricMention: boolean
  readonly limit?: number
  readonly junit?: string
  readonly markdown?: string
  readonly html?: string
  readonly out?: string
  readonly seed: string
  readonly json: boolean
}

export const addScore =
  (services: ScoreServices): AddCommand =>
  (program, io) => {
    const command = program
      .command('score')
      .summary('score answers against a rubric')
      .description(
        'Scores answers against a rubric: verifiers decide the criteria that name one, a judge the others.\nExit code: 0 passed, 1 failed, 2 wrong call, 3 some verdicts are unknown.',
      )
      .argument('[files...]', 'answers: JSON lines of many, recordings, or texts (.txt, .md)')
      .option('--rubric <name>', 'a rubric of the library or a file, for answers that carry none')
      .option('--text <answer>', 'an answer as words')
      .option('--question <text>', 'what single answers reply to')
      .option('--reference <text>', 'what is known of the truth, for single answers')
      .option('--compare', 'the two files are two systems on the same prompts: a paired comparison', false)
      .option('--min-score <score>', 'fail below this mean score', numberFrom(Number.NEGATIVE_INFINITY))
      .option(
        '--require <ids>',
        'criteria that every answer must pass, by id, with commas',
        (ids: string, before?: string[]) =>
          ids
            .split(',')
            .filter(Boolean)
            .reduce((all, id) => collect(id.trim(), all), before ?? []),
      )
      .option(
        '--transcriber <model>',
        'writes down recordings: a Whisper (folder or hub id), or the base URL of a server',
      )
      .option(
        '--fail-rubric-mention',
        'an answer that talks about its rubric or judge meets no positive criterion',
        false,
      )
      .option('--allow-unknown', 'exit with 0 where unknown verdicts do not touch what is demanded', false)
      .option('--limit <n>', 'score no more answers than this', wholeNumber(1))
    judgeFlags(command)
      .option('--junit <file>', 'write JUnit XML')
      .option('--markdown <file>', 'write Markdown for a pull request')
      .option('--html <file>', 'write a page with players, complete in itself')
      .option('--out <file>', 'write the scored answers as JSON lines')
      .addOption(seedOption('seeds the bootstrap').default('0'))
      .addOption(jsonOption().default(false))
      .addHelpText(
        'after',
        examples(
          'rubato score --text "It is half past nine." --rubric voice-assistant',
          'rubato score reply.wav --rubric voice-assistant --transcriber openai/whisper-base --min-score 0.6',
          'rubato score answers.jsonl --rubric rubrics/support.yaml --judge http://127.0.0.1:8000/v1 --judge-model qwen3-32b --html report.html',
          'rubato score --compare before.jsonl after.jsonl --rubric voice-assistant',
        ),
      )
      .action((files: readonly string[], options: Options) => score(services, io, files, options))
  }

async function score(services: ScoreServices, io: Io, files: readonly string[], options: Options): Promise<void> {
  const { UsageError } = await import('../../errors.ts')
  const [{ runScore, runCompare }, { createProgress, silentProgress }, tables] = await Promise.all([
    services.score(),
    import('../../progress/index.ts'),
    import('../../score/format/table.ts'),
  ])
  const warn = (message: string) => printLine(io.stderr, `warning: ${message}`)
  const judge: JudgeSource | undefined = await judgeOptions(options, warn)
  const single = files.length + (options.text === undefined ? 0 : 1) === 1 && !/\.(jsonl|ndjson)$/i.test(files[0] ?? '')
  const progress: Progress =
    options.json || single ? { ...silentProgress, warn } : await createProgress({ mode: 'people', stream: io.stderr })
  const transcriber = options.transcriber === undefined ? undefined : await services.transcriber(options.transcriber)
  const { rubric, question, reference, seed, limit, minScore, require, failRubricMention, text, json } = options
  const shared = {
    seed,
    progress,
    signal: io.signal,
    failRubricMentions: failRubricMention,
    ...(rubric === undefined ? {} : { rubric }),
    ...(question === undefined ? {} : { question }),
    ...(reference === undefined ? {} : { reference }),
    ...(limit === undefined ? {} : { limit }),
    ...(judge === undefined ? {} : { judge }),
    ...(transcriber === undefined ? {} : { transcribe: transcriber.transcribe }),
  }
  try {
    if (options.compare) {
      const [a, b, ...more] = files
      if (a === undefined || b === undefined || more.length > 0) {
        throw new UsageError(`score --compare: expected two files of JSON lines, got ${files.length}.`)
      }
      const comparison = await runCompare({ ...shared, files: [a, b] })
      progress.done()
      if (json) printJson(io.stdout, comparison)
      else printLine(io.stdout, tables.comparisonTable(comparison))
      if (comparison.a.nUnknown + comparison.b.nUnknown > 0) throw new EndsWith(3)
      return
    }
    const { report, outcome } = await runScore({
      ...shared,
      files,
      demand: {
        allowUnknown: options.allowUnknown,
        ...(minScore === undefined ? {} : { minScore }),
        ...(require === undefined ? {} : { require }),
      },
      write: Object.fromEntries(
        (['junit', 'markdown', 'html'] as const)
          .map((form) => [form, options[form]] as const)
          .concat([['jsonl' as never, options.out]])
          .filter(([, file]) => file !== undefined),
      ),
      ...(text === undefined ? {} : { text }),
    })
    progress.done()
    if (json) printJson(io.stdout, { ...report, ...outcome })
    else {
      printLine(io.stdout, tables.scoreTable(report))
      for (const reason of outcome.outcome === 'fail' ? outcome.reasons : []) printLine(io.stderr, `failed: ${reason}`)
    }
    if (outcome.outcome !== 'pass') throw new EndsWith(outcome.outcome === 'fail' ? 1 : 3)
  } finally {
    progress.done()
    await transcriber?.close()
  }
}
