import type { Command } from 'commander'
import { type AddCommand, examples } from '../command.ts'
import { EndsWith } from '../failure.ts'
import { type Io, printJson, printLine } from '../io.ts'
import { collect, jsonOption, seedOption, wholeNumber } from '../options.ts'
import { type JudgeFlags, judgeFlags, judgeOptions } from './judgeFlags.ts'

/** What the commands call; loaded when it is needed. */
export interface RubricServices {
  readonly craft: () => Promise<typeof import('../../rubricCraft/index.ts')>
}

const FORMATS = ['healthbench', 'promptfoo', 'ruscarl'] as const
type Format = (typeof FORMATS)[number]
/** Lines about what was left out; a data set has one a sample. */
const SHOWN = 10

export const addRubric =
  (services: RubricServices): AddCommand =>
  (program, io) => {
    const command = program
      .command('rubric')
      .summary('lint, convert, calibrate and write rubrics')
      .description(
        'Work on rubrics: find what makes them hard to judge, convert them, and hold a judge against people.',
      )
    addLint(command, io, services)
    addImport(command, io, services)
    addExport(command, io, services)
    addCalibrate(command, io, services)
    addSynth(command, io, services)
  }

function addLint(command: Command, io: Io, { craft }: RubricServices): void {
  command
    .command('lint')
    .summary('find what makes rubrics hard to judge alike')
    .description(
      'Finds what makes rubrics hard to judge alike.\nExit code: 0 no error, 1 an error was found, 2 wrong call.',
    )
    .argument('[rubrics...]', 'names of the library, or files; all of the library when left out')
    .option('--allow <rule>', 'a rule that is not applied; several times for several', collect)
    .option('--strict', 'a warning is an error', false)
    .addOption(jsonOption().default(false))
    .addHelpText('after', examples('rubato rubric lint rubrics/support.yaml', 'rubato rubric lint --strict'))
    .action(async (names: string[], options: { allow?: string[]; strict: boolean; json: boolean }) => {
      const { lintRubrics, lintLines } = await craft()
      const linted = await lintRubrics(names, options.allow === undefined ? {} : { allow: options.allow })
      const findings = linted.flatMap(({ findings }) => findings)
      const nErrors = findings.filter(({ severity }) => severity === 'error').length
      if (options.json) printJson(io.stdout, linted)
      else {
        for (const line of lintLines(linted)) printLine(io.stdout, line)
        const rubrics = linted.length === 1 ? '1 rubric' : `${linted.length} rubrics`
        printLine(io.stdout, `${rubrics}: ${nErrors} errors, ${findings.length - nErrors} warnings`)
      }
      if (nErrors > 0 || (options.strict && findings.length > 0)) throw new EndsWith(1)
    })
}

function addImport(command: Command, io: Io, { craft }: RubricServices): void {
  command
    .command('import')
    .summary("make rubrics of HealthBench lines, RuscaRL's rows or promptfoo assertions")
    .description(
      "Writes the rubrics of a HealthBench file (JSON lines), of RuscaRL's rows (Parquet) or a promptfoo configuration as YAML, one file each.",
    )
    .argument(
      '<file>',
      'a .jsonl file of HealthBench or RuscaRL, a .parquet file of RuscaRL, or a promptfoo configuration',
    )
    .addOption(command.createOption('--from <format>', 'told by the ending when left out').choices(FORMATS))
    .option('--out <folder>', 'where the rubrics are written', 'rubrics')
    .option('--overwrite', 'replace files that are there', false)
    .addOption(jsonOption().default(false))
    .addHelpText(
      'after',
      examples(
        'rubato rubric import healthbench.jsonl --out rubrics/health',
        'rubato rubric import train.parquet --out rubrics/health',
        'rubato rubric import promptfooconfig.yaml',
      ),
    )
    .action(async (file: string, options: { from?: Format; out: string; overwrite: boolean; json: boolean }) => {
      const { importRubrics } = await craft()
      const { from, out: folder, overwrite } = options
      const found = await importRubrics(file, { folder, overwrite, ...(from === undefined ? {} : { from }) })
      if (options.json) return printJson(io.stdout, found)
      for (const line of found.left) printLine(io.stderr, `warning: left out: ${line}`)
      for (const written of found.written) printLine(io.stdout, written)
    })
}

function addExport(command: Command, io: Io, { craft }: RubricServices): void {
  command
    .command('export')
    .summary("write rubrics as HealthBench lines, RuscaRL's rows or promptfoo tests")
    .description(
      "Writes rubrics as HealthBench lines or as a promptfoo configuration, and samples with their rubrics as RuscaRL's rows (Parquet).",
    )
    .argument('<rubrics...>', 'names of the library, or files; for ruscarl also data files (.jsonl) of samples')
    .addOption(command.createOption('--to <format>', 'the format').choices(FORMATS).makeOptionMandatory())
    .option('--out <file>', 'where it is written; standard output when left out')
    .addHelpText(
      'after',
      examples(
        'rubato rubric export voice-assistant --to promptfoo --out promptfooconfig.yaml',
        'rubato rubric export data/quickstart/train.jsonl --to ruscarl --out train.parquet',
      ),
    )
    .action(async (names: string[], { to, out }: { to: Format; out?: string }) => {
      const { exportRubrics } = await craft()
      const { text, left } = await exportRubrics(names, to)
      for (const line of left.slice(0, SHOWN)) printLine(io.stderr, `warning: ${line}`)
      if (left.length > SHOWN) printLine(io.stderr, `warning: and ${left.length - SHOWN} more of that kind`)
      if (out === undefined) io.stdout.write(text)
      else await (await import('node:fs/promises')).writeFile(out, text)
    })
}

interface CalibrateFlags extends JudgeFlags {
  readonly examples?: string
  readonly repeats: number
  readonly against: 'people' | 'verifiers'
  readonly keep?: string
  readonly seed: string
  readonly json: boolean
}

function addCalibrate(command: Command, io: Io, { craft }: RubricServices): void {
  const calibrate = command.command('calibrate')
  calibrate
    .summary('hold a judge against what people say')
    .description(
      'Holds a judge against labels of people: agreement and Cohen’s κ, over all and by criterion, how often it changes its\nmind, whether it prefers long answers or late criteria, and where to draw the line between met and unmet.',
    )
    .argument(
      '<judgements>',
      'JSON lines of {answer, criterion, human, judge}; or, with --judge, a rubric with judged examples',
    )
    .option('--examples <file>', 'judged answers of a rubric of your own, as in rubrics/examples/')
    .option('--repeats <n>', 'ask the judge so often about each', wholeNumber(1), 3)
    .addOption(
      calibrate
        .createOption('--against <whose>', 'labels of people, or verdicts of the verifiers that criteria name')
        .choices(['people', 'verifiers'])
        .default('people'),
    )
    .option('--keep <file>', 'write what the judge said as JSON lines')
  judgeFlags(calibrate)
    .addOption(seedOption('seeds the bootstrap').default('0'))
    .addOption(jsonOption().default(false))
    .addHelpText(
      'after',
      examples(
        'rubato rubric calibrate judgements.jsonl',
        'rubato rubric calibrate customer-call --judge http://127.0.0.1:8000/v1 --judge-model qwen3-32b',
        'rubato rubric calibrate voice-assistant --against verifiers --judge models/smollm2.gguf --judge-decide yes-no --repeats 1',
      ),
    )
    .action(async (what: string, flags: CalibrateFlags) => {
      const { calibrateFile, calibrateJudge, calibrationTable } = await craft()
      const judge = await judgeOptions(flags, (message) => printLine(io.stderr, `warning: ${message}`))
      const { seed, repeats, against, examples: examplesFile } = flags
      const shared = { seed, signal: io.signal }
      const calibration =
        judge === undefined
          ? await calibrateFile(what, shared)
          : await (async () => {
              const more = examplesFile === undefined ? {} : { examplesFile }
              const found = await calibrateJudge(judge, { ...shared, ...more, rubric: what, repeats, against })
              if (flags.keep !== undefined) await keep(flags.keep, found.judgements)
              return found.calibration
            })()
      if (flags.json) printJson(io.stdout, calibration)
      else printLine(io.stdout, calibrationTable(calibration, flags.against))
    })
}

interface SynthFlags extends JudgeFlags {
  readonly out: string
  readonly limit?: number
  readonly json: boolean
}

function addSynth(command: Command, io: Io, { craft }: RubricServices): void {
  const synth = command.command('synth')
  synth
    .summary('have a model write a rubric for each sample')
    .description(
      'Has a model write a rubric of 5 to 15 criteria for each sample, from its question and its good answer: its reference, its last turn, or one\nthat is written first. The flags of the judge name the model that writes. What was written is kept and not paid for twice.',
    )
    .argument('<data>', 'samples: JSON lines or an audio folder')
    .requiredOption('--out <file>', 'the samples with their rubrics, as JSON lines')
    .option('--limit <n>', 'read no more samples than this', wholeNumber(1))
  judgeFlags(synth)
    .addOption(jsonOption().default(false))
    .addHelpText(
      'after',
      examples(
        'rubato rubric synth questions.jsonl --judge http://127.0.0.1:8000/v1 --judge-model qwen3-32b --out train.jsonl',
      ),
    )
    .action(async (data: string, flags: SynthFlags) => {
      const [{ synthRubrics }, { loadSamples }, { UsageError }] = await Promise.all([
        craft(),
        import('../../data/index.ts'),
        import('../../errors.ts'),
      ])
      const writer = await judgeOptions(flags, (message) => printLine(io.stderr, `warning: ${message}`))
      if (writer?.kind !== 'server') {
        throw new UsageError('rubric synth: needs --judge, the address of a server whose model writes.')
      }
      const { kind: _, template: _reads, ...server } = writer
      const { limit, out } = flags
      const { samples } = await loadSamples(data, limit === undefined ? {} : { limit })
      if (samples.length === 0) throw new UsageError(`${data}: no samples.`)
      await keep(out, []) // found out now when it cannot be
      const found = await synthRubrics(samples, server, { signal: io.signal })
      await keep(out, found.samples)
      if (flags.json) return printJson(io.stdout, { written: found.samples.length, left: found.left, ...found.metrics })
      for (const line of found.left.slice(0, SHOWN)) printLine(io.stderr, `warning: left out: ${line}`)
      const { calls, cached, cost } = found.metrics
      const paid = cost === null ? '' : `, ${cost.toPrecision(3)} spent`
      printLine(
        io.stdout,
        `${out}: ${found.samples.length} of ${samples.length} samples; ${calls} calls, ${cached} from the cache${paid}`,
      )
    })
}

async function keep(file: string, judgements: readonly object[]): Promise<void> {
  const { writeFile } = await import('node:fs/promises')
  await writeFile(file, judgements.map((one) => `${JSON.stringify(one)}\n`).join(''))
}
