import type { Command } from 'commander'
import type { Progress } from '../../progress/index.ts'
import { type AddCommand, examples } from '../command.ts'
import { type Io, printJson, printLine } from '../io.ts'
import { jsonOption, numberFrom, seedOption, wholeNumber } from '../options.ts'
import type { DataCraftServices } from './dataCraft.ts'
import { type WriterFlags, writerFlags, writerOptions } from './writerFlags.ts'

interface Files extends WriterFlags {
  readonly out: string
  readonly dropped?: string
  readonly field?: string
  readonly json: boolean
}

/** Adds to `rubato data` what has a model write: tags, scores, prompts, constraints. Each goes on where it was stopped. */
export const addDataWrite =
  (services: DataCraftServices): AddCommand =>
  (program, io) => {
    const command = program.commands.find((known) => known.name() === 'data') ?? program.command('data')
    addTag(command, io, services)
    addQuality(command, io, services)
    addReverse(command, io, services)
    addConstrain(command, io, services)
  }

const filesOf = (command: Command): Command =>
  command
    .argument('<files...>', 'JSON lines')
    .requiredOption('--out <file>', 'what is made')
    .option('--dropped <file>', 'records that nothing was made of, and why; beside --out when left out')
    .option('--field <name>', 'dotted field of the words; messages, text, question, prompt … when left out')

const ending = (command: Command, ...lines: readonly string[]): Command =>
  command.addOption(jsonOption().default(false)).addHelpText('after', examples(...lines))

function addTag(command: Command, io: Io, { craft }: DataCraftServices): void {
  const tag = filesOf(
    command
      .command('tag')
      .summary('have a model tag what each question asks for')
      .description('Adds tags of all intentions of a question, for rubato data sample (InsTag).'),
  )
    .option('--into <field>', 'field that the tags are written to', 'labels')
    .option('--vocabulary <tags>', 'tags that may be given, with commas; free ones when left out', (text) =>
      text.split(',').map((tag) => tag.trim().toLowerCase()),
    )
  ending(
    writerFlags(tag),
    'rubato data tag questions.jsonl --endpoint http://127.0.0.1:8000/v1 --model qwen3-32b --out tagged.jsonl',
  ).action(async (inputs: string[], flags: Files & { into: string; vocabulary?: string[] }) => {
    const { into, vocabulary } = flags
    await run(io, flags, inputs, async (shared) => {
      const { tagLines } = await craft()
      return tagLines({ ...shared, into, ...(vocabulary === undefined ? {} : { vocabulary }) })
    })
  })
}

function addQuality(command: Command, io: Io, { craft }: DataCraftServices): void {
  const quality = filesOf(
    command
      .command('quality')
      .summary('score texts by comparing them with anchors')
      .description(
        'Scores texts from 0 to 1 by comparing each with texts of known quality, in both orders, level by level (bisection).',
      ),
  )
    .requiredOption('--anchors <file>', 'JSON lines of {"text", "quality"}')
    .option('--per-level <n>', 'anchors of each level that a text is compared with', wholeNumber(1), 1)
    .option('--least <score>', 'drop what scores below', numberFrom(0))
    .option('--into <field>', 'field that the score is written to', 'quality')
    .addOption(seedOption('draws the anchors').default('0'))
  ending(
    writerFlags(quality),
    'rubato data quality train.jsonl --anchors anchors.jsonl --least 0.5 --endpoint http://127.0.0.1:8000/v1 --model qwen3-32b --out good.jsonl',
  ).action(
    async (
      inputs: string[],
      flags: Files & { anchors: string; perLevel: number; least?: number; into: string; seed: string },
    ) => {
      const { anchors, perLevel, least, into, seed } = flags
      await run(io, flags, inputs, async (shared) => {
        const { scoreQuality } = await craft()
        return scoreQuality({ ...shared, anchors, perLevel, into, seed, ...(least === undefined ? {} : { least }) })
      })
    },
  )
}

function addReverse(command: Command, io: Io, { craft }: DataCraftServices): void {
  const reverse = filesOf(
    command
      .command('reverse')
      .summary('have a model write the prompt that a good text answers')
      .description(
        'Writes the prompt to which a good text is the answer, round by round until it asks for all that the text keeps to.',
      ),
  ).option('--rounds <n>', 'rounds before a text is dropped', wholeNumber(1), 3)
  ending(
    writerFlags(reverse),
    'rubato data reverse essays.jsonl --field text --endpoint http://127.0.0.1:8000/v1 --model qwen3-32b --out reversed.jsonl',
  ).action(async (inputs: string[], flags: Files & { rounds: number }) => {
    await run(io, flags, inputs, async (shared) => {
      const { reverseLines } = await craft()
      return reverseLines({ ...shared, rounds: flags.rounds })
    })
  })
}

function addConstrain(command: Command, io: Io, { craft }: DataCraftServices): void {
  const constrain = filesOf(
    command
      .command('constrain')
      .summary('add constraints to prompts, with a rubric that checks them')
      .description(
        'Adds constraints of more than 30 types to prompts, and a rubric whose verifiers decide those that a program can.\nWithout --model they follow the prompt as sentences; with it a model writes both as one request.',
      ),
  )
    .option('--count <n>', 'constraints a prompt', wholeNumber(1), 3)
    .option('--variants <n>', 'samples of each prompt', wholeNumber(1), 1)
    .option('--verifiable', 'only constraints that a program decides', false)
    .addOption(seedOption('draws the constraints').default('0'))
  ending(
    writerFlags(constrain),
    'rubato data constrain questions.jsonl --count 2 --verifiable --out constrained.jsonl',
    'rubato data constrain questions.jsonl --endpoint http://127.0.0.1:8000/v1 --model qwen3-32b --out constrained.jsonl',
  ).action(
    async (inputs: string[], flags: Files & { count: number; variants: number; verifiable: boolean; seed: string }) => {
      const { count, variants, verifiable: verifiableOnly, seed } = flags
      const { constrainLines } = await craft()
      const own = { count, variants, verifiableOnly, seed }
      if ((await writerOptions(flags)) !== undefined) {
        await run(io, flags, inputs, (shared) => constrainLines({ ...shared, ...own }))
        return
      }
      const { out, dropped, field } = flags
      const report = await withProgress(io, flags.json, (progress) =>
        constrainLines({
          inputs,
          out,
          progress,
          signal: io.signal,
          ...own,
          ...(dropped === undefined ? {} : { dropped }),
          ...(field === undefined ? {} : { field }),
        }),
      )
      show(io, flags.json, report)
    },
  )
}

type Report = Awaited<ReturnType<Awaited<ReturnType<DataCraftServices['craft']>>['constrainLines']>>
type Shared = Parameters<Awaited<ReturnType<DataCraftServices['craft']>>['reverseLines']>[0]

async function run(
  io: Io,
  flags: Files,
  inputs: readonly string[],
  work: (shared: Shared) => Promise<Report>,
): Promise<void> {
  const { UsageError } = await import('../../errors.ts')
  const writer = await writerOptions(flags)
  if (writer === undefined) throw new UsageError('--model: who writes? Name a model, and its server with --endpoint.')
  const { out, dropped, field, json } = flags
  const report = await withProgress(io, json, (progress) =>
    work({
      inputs,
      out,
      progress,
      signal: io.signal,
      writer: { ...writer, onNotice: (line) => progress.warn(line) },
      ...(dropped === undefined ? {} : { dropped }),
      ...(field === undefined ? {} : { field }),
    }),
  )
  show(io, json, report)
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

function show(io: Io, json: boolean, report: Report): void {
  if (json) {
    printJson(io.stdout, report)
    return
  }
  const { read, kept, dropped, out, droppedFile } = report
  printLine(io.stdout, `${out}: ${kept} from ${read} records`)
  for (const [reason, n] of Object.entries(dropped)) {
    printLine(io.stdout, `${droppedFile}: dropped ${n} (${((100 * n) / read).toFixed(1)} %), ${reason}`)
  }
  if (!('writer' in report)) return
  const { calls, cached, promptTokens, completionTokens, cost } = report.writer
  const money = cost === null ? '' : `, cost ${cost.toPrecision(3)}`
  printLine(
    io.stdout,
    `${calls} requests, ${cached} from the cache, ${promptTokens} tokens read, ${completionTokens} written${money}`,
  )
}
