import type { Command } from 'commander'
import { type AddCommand, examples } from '../command.ts'
import { type Io, printJson, printLine } from '../io.ts'
import { jsonOption, seedOption, wholeNumber } from '../options.ts'
import { addDifficulty, type DifficultyService } from './dataDifficulty.ts'

/** What the commands call; loaded when it is needed. */
export interface DataServices {
  readonly importing: () => Promise<Pick<typeof import('../../data/import/importData.ts'), 'importData'>>
  readonly difficulty: DifficultyService
  readonly tasks: () => Promise<Pick<typeof import('../../tasks/index.ts'), 'describeTasks'>>
}

export const addData =
  (services: DataServices): AddCommand =>
  (program, io) => {
    const command = program
      .command('data')
      .summary('import data sets, and show how tasks are asked')
      .description('Works on data: writes data sets of other forms as JSON lines, and shows tasks and their prompts.')
    addImport(command, io, services)
    addTasks(command, io, services)
    addDifficulty(command, io, services.difficulty)
  }

interface ImportFlags {
  readonly out: string
  readonly from?: string
  readonly audio?: string
  readonly language?: string
  readonly everyCaption: boolean
  readonly json: boolean
}

/** Lines that were left out and are shown. */
const SHOWN = 5

function addImport(command: Command, io: Io, { importing }: DataServices): void {
  command
    .command('import')
    .summary('write a data set of another form as JSON lines')
    .description(
      'Writes a data set as JSON lines that recipes read: Common Voice (TSV), LibriSpeech (trans.txt), AudioCaps and Clotho (CSV), ' +
        'R1-AQA and ms-swift (JSON lines), and word times of aligners (JSON, CTM, TextGrid). Lines that cannot be used are left out, counted and shown. Audio folders need no import.',
    )
    .argument('<source>', 'a file, or a folder')
    .requiredOption('--out <file>', 'JSON lines to write')
    .option(
      '--from <format>',
      'common-voice, librispeech, audiocaps, clotho, r1-aqa, ms-swift or word-times; told by the file when left out',
    )
    .option('--audio <folder>', 'where the clips are, when not where the format has them')
    .option('--language <code>', 'what is spoken, where the source does not say')
    .option(
      '--every-caption',
      'a line for every caption, to train on; else one a clip, its captions as references',
      false,
    )
    .addOption(jsonOption().default(false))
    .addHelpText(
      'after',
      examples(
        'rubato data import cv-corpus/de/test.tsv --out data/german.jsonl',
        'rubato data import LibriSpeech/dev-clean --out data/dev-clean.jsonl',
        'rubato data import clotho_captions_evaluation.csv --audio evaluation --out data/clotho.jsonl',
        'rubato data import aligned/ --from word-times --audio clips --out data/timed.jsonl',
      ),
    )
    .action(async (source: string, { json, ...flags }: ImportFlags) => {
      const { importData } = await importing()
      const summary = await importData({ source, ...flags })
      if (json) return printJson(io.stdout, summary)
      const tasks = Object.entries(summary.tasks).map(([task, n]) => `${n} ${task}`)
      printLine(io.stdout, `${summary.file}: ${summary.lines} lines from ${summary.format} (${tasks.join(', ')})`)
      for (const { file, line, reason } of summary.bad.slice(0, SHOWN)) {
        printLine(io.stderr, `left out: ${file}:${line} ${reason}`)
      }
      const more = summary.bad.length - SHOWN
      if (more > 0) printLine(io.stderr, `left out: ${more} more; --json shows them all`)
      if (summary.bad.length > 0) printLine(io.stderr, `${summary.bad.length} lines left out in all`)
    })
}

interface TaskFlags {
  readonly paraphrases: 'train' | 'held-out' | 'all'
  readonly languages: readonly string[]
  readonly count: number
  readonly seed: string
  readonly json: boolean
}

function addTasks(command: Command, io: Io, { tasks: load }: DataServices): void {
  command
    .command('tasks')
    .summary('list tasks, with their tags, their metrics and words they are asked by')
    .description(
      'Lists what "task" in a data file may name: its tags, its metrics, and some of the words it is asked by.',
    )
    .argument('[names...]', 'tasks to show; all when left out')
    .addOption(
      command
        .createOption('--paraphrases <which>', 'wordings to show')
        .choices(['train', 'held-out', 'all'])
        .default('train'),
    )
    .option('--languages <codes...>', 'languages of the wordings', ['en'])
    .option('--count <n>', 'wordings a task', wholeNumber(1), 2)
    .addOption(seedOption('draws the wordings').default('0'))
    .addOption(jsonOption().default(false))
    .addHelpText(
      'after',
      examples('rubato data tasks', 'rubato data tasks caption --paraphrases held-out --languages de fr'),
    )
    .action(async (names: string[], flags: TaskFlags) => {
      const { describeTasks } = await load()
      const described = describeTasks(names, flags)
      if (flags.json) return printJson(io.stdout, described)
      for (const { name, about, tags, metrics, prompts } of described) {
        printLine(io.stdout, `${name}: ${about}`)
        printLine(io.stdout, `  tags     ${tags}`)
        printLine(io.stdout, `  metrics  ${metrics.join(', ')}`)
        for (const prompt of prompts) printLine(io.stdout, `  words    ${prompt}`)
      }
    })
}
