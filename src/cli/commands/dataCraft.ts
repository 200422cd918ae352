import { type Command, Option } from 'commander'
import type { FilterReport } from '../../craft/index.ts'
import type { Progress } from '../../progress/index.ts'
import { type AddCommand, examples } from '../command.ts'
import { type Io, printJson, printLine } from '../io.ts'
import { collect, jsonOption, numberFrom, seedOption, wholeNumber } from '../options.ts'

/** What the commands call; loaded when it is needed. */
export interface DataCraftServices {
  readonly craft: () => Promise<typeof import('../../craft/index.ts')>
}

/** Adds what cleans, samples and writes data to `rubato data`. */
export const addDataCraft =
  (services: DataCraftServices): AddCommand =>
  (program, io) => {
    const command =
      program.commands.find((known) => known.name() === 'data') ??
      program.command('data').summary('work on training data')
    addDecontaminate(command, io, services)
    addDedupe(command, io, services)
    addSample(command, io, services)
  }

interface Files {
  readonly out: string
  readonly dropped?: string
  readonly field?: string
  readonly json: boolean
}

/** Options that commands which keep or drop lines share. */
const filterOptions = (command: Command): Command =>
  command
    .argument('<files...>', 'JSON lines')
    .requiredOption('--out <file>', 'lines that are kept, as they were')
    .option('--dropped <file>', 'lines that were dropped, and why; beside --out when left out')
    .option('--field <name>', 'dotted field of the words; messages, text, question, prompt … when left out')

function addDecontaminate(command: Command, io: Io, { craft }: DataCraftServices): void {
  filterOptions(
    command
      .command('decontaminate')
      .summary('drop what holds a test question, or nearly')
      .description(
        'Drops records that hold a text of a test set, or nearly.\nRules: lcs (Qwen2.5): a common subsequence of 13 words and 0.6 of the shorter text; ngram: 13 words in a row;\nngram-lcs (Qwen2.5-Math): both, the share above 0.6.',
      ),
  )
    .requiredOption('--against <file>', 'JSON lines of a test set; several times for several', collect)
    .option('--against-field <name>', 'dotted field of the words in the test sets')
    .addOption(new Option('--rule <name>', 'what counts as held').choices(['lcs', 'ngram', 'ngram-lcs']).default('lcs'))
    .option('--n <words>', 'words in a row of ngram', wholeNumber(1), 13)
    .option('--least <words>', 'least common subsequence of lcs', wholeNumber(1), 13)
    .option('--ratio <share>', 'its least share of the shorter text', numberFrom(0), 0.6)
    .addOption(jsonOption().default(false))
    .addHelpText(
      'after',
      examples(
        'rubato data decontaminate train.jsonl --against gsm8k.jsonl --out clean.jsonl',
        'rubato data decontaminate train.jsonl --against eval.jsonl --rule ngram-lcs --out clean.jsonl',
      ),
    )
    .action(
      async (
        inputs: string[],
        options: Files & {
          against: string[]
          againstField?: string
          rule: 'lcs' | 'ngram' | 'ngram-lcs'
          n: number
          least: number
          ratio: number
        },
      ) => {
        const { decontaminate } = await craft()
        const { json, ...rest } = options
        const report = await withProgress(io, json, (progress) =>
          decontaminate({ ...rest, inputs, progress, signal: io.signal }),
        )
        if (report.tooShort > 0 && !json) {
          const short = `${report.tooShort} of ${report.tests} test texts are shorter than the rule can find`
          printLine(io.stderr, `warning: ${short}, and protect nothing. Lower --least or --n.`)
        }
        show(io, json, report, `against ${report.tests} test texts`)
      },
    )
}

function addDedupe(command: Command, io: Io, { craft }: DataCraftServices): void {
  filterOptions(
    command
      .command('dedupe')
      .summary('drop what repeats an earlier record')
      .description(
        'Drops records that repeat an earlier one: by the same words, or nearly (MinHash in bands; every pair found is compared exactly).',
      ),
  )
    .addOption(new Option('--by <what>', 'what counts as a repetition').choices(['near', 'exact']).default('near'))
    .option('--threshold <similarity>', 'least Jaccard similarity of runs of words', numberFrom(0), 0.8)
    .option('--shingle <words>', 'words of a run', wholeNumber(1), 5)
    .option('--permutations <n>', 'values of a signature, at most', wholeNumber(1), 128)
    .addOption(seedOption('draws the orders of MinHash').default('0'))
    .addOption(jsonOption().default(false))
    .addHelpText(
      'after',
      examples(
        'rubato data dedupe a.jsonl b.jsonl --out unique.jsonl',
        'rubato data dedupe questions.jsonl --threshold 0.6 --shingle 3 --out unique.jsonl',
      ),
    )
    .action(
      async (
        inputs: string[],
        options: Files & {
          by: 'near' | 'exact'
          threshold: number
          shingle: number
          permutations: number
          seed: string
        },
      ) => {
        const { dedupe } = await craft()
        const { json, ...rest } = options
        const report = await withProgress(io, json, (progress) =>
          dedupe({ ...rest, inputs, progress, signal: io.signal }),
        )
        show(io, json, report)
      },
    )
}

function addSample(command: Command, io: Io, { craft }: DataCraftServices): void {
  command
    .command('sample')
    .summary('take records whose tags are diverse or balanced')
    .description(
      'Takes records by their tags. diverse: many tags first, each record only if it brings a new one, round by round (InsTag);\nbalanced: as many of each tag as of every other.',
    )
    .argument('<files...>', 'JSON lines with tags')
    .requiredOption('--out <file>', 'lines that are taken, as they were')
    .requiredOption('--count <n>', 'how many are taken', wholeNumber(1))
    .option('--by <field>', 'dotted field of the tags: a list, a text, or an object of texts', 'tags')
    .addOption(
      new Option('--how <way>', 'what the taken ones shall be').choices(['diverse', 'balanced']).default('diverse'),
    )
    .addOption(seedOption('draws among equals').default('0'))
    .addOption(jsonOption().default(false))
    .addHelpText(
      'after',
      examples(
        'rubato data sample tagged.jsonl --count 10000 --by labels --out diverse.jsonl',
        'rubato data sample train.jsonl --count 2000 --by tags.domain --how balanced --out balanced.jsonl',
      ),
    )
    .action(
      async (
        inputs: string[],
        options: { out: string; count: number; by: string; how: 'diverse' | 'balanced'; seed: string; json: boolean },
      ) => {
        const { sampleLines } = await craft()
        const { json, ...rest } = options
        const found = await sampleLines({ ...rest, inputs })
        if (json) return printJson(io.stdout, found)
        const { read, taken, untagged, tags, out } = found
        if (untagged > 0)
          printLine(io.stderr, `warning: ${untagged} of ${read} records have no tags and were not taken`)
        printLine(io.stdout, `${out}: ${taken} of ${read} records, ${tags.taken} of ${tags.read} tags`)
      },
    )
}

async function withProgress<T>(io: Io, json: boolean, work: (progress: Progress) => Promise<T>): Promise<T> {
  const { createProgress } = await import('../../progress/index.ts')
  const progress = await createProgress({ mode: json ? 'silent' : 'people', stream: io.stderr })
  try {
    return await work(progress)
  } finally {
    progress.done()
  }
}

function show(io: Io, json: boolean, report: FilterReport, more?: string): void {
  if (json) {
    printJson(io.stdout, report)
    return
  }
  const { read, kept, dropped, bytes, seconds, out, droppedFile } = report
  const rate = `${(bytes / 1e6 / seconds).toFixed(1)} MB/s`
  printLine(io.stdout, `${out}: kept ${kept} of ${read} records${more ? ` ${more}` : ''} (${rate})`)
  for (const [reason, n] of Object.entries(dropped)) {
    const share = ((100 * n) / read).toFixed(1)
    printLine(io.stdout, `${droppedFile}: dropped ${n} (${share} %), ${reason}`)
  }
}
