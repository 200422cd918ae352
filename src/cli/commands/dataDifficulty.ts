import type { Command } from 'commander'
import { examples } from '../command.ts'
import { checkDevice, type Device } from '../device.ts'
import { type Io, printJson, printLine } from '../io.ts'
import { deviceOption, jsonOption, numberFrom, seedOption, wholeNumber } from '../options.ts'

/** What the command calls; loaded when it is needed. */
export type DifficultyService = () => Promise<Pick<typeof import('../../difficulty.ts'), 'measureDifficulty'>>

interface Flags {
  readonly model: string
  readonly out: string
  readonly rubric?: string
  readonly answers: number
  readonly passing: number
  readonly temperature: number
  readonly maxTokens: number
  readonly limit?: number
  readonly seed: string
  readonly device: Device
  readonly json: boolean
}

export function addDifficulty(command: Command, io: Io, load: DifficultyService): void {
  command
    .command('difficulty')
    .summary('tell how hard samples are for a model, as tags that rl reads')
    .description(
      'Asks a model every sample several times, scores the answers by the verifiers of their rubrics, and writes the samples with the ' +
        'tags passed, answers, mean_reward and reward_variance, by which filter and order of an rl stage choose.',
    )
    .argument('<data>', 'samples as JSON lines')
    .requiredOption('--model <model>', 'a model folder, a run folder, a GGUF file or a hub id')
    .requiredOption('--out <file>', 'JSON lines to write, in the folder of the data')
    .option('--rubric <name>', 'rubric of samples that carry none: a name of the library, or a file')
    .option('--answers <n>', 'answers a sample', wholeNumber(2), 8)
    .option('--passing <score>', 'score from which an answer passes', numberFrom(0), 1)
    .option('--temperature <t>', 'divides the logits', numberFrom(0), 1)
    .option('--max-tokens <n>', 'tokens after which an answer is cut', wholeNumber(1), 256)
    .option('--limit <n>', 'ask no more samples than this', wholeNumber(1))
    .addOption(seedOption('everything random follows from it').default('0'))
    .addOption(deviceOption())
    .addOption(jsonOption().default(false))
    .addHelpText(
      'after',
      examples(
        'rubato data difficulty data/asked.jsonl --model runs/sft --out data/asked.difficulty.jsonl --answers 8',
      ),
    )
    .action(async (data: string, { maxTokens, limit, rubric, json, ...flags }: Flags) => {
      const device = await checkDevice(flags.device)
      const [{ measureDifficulty }, { createProgress, silentProgress }] = await Promise.all([
        load(),
        import('../../progress/index.ts'),
      ])
      const progress = json ? silentProgress : await createProgress({ mode: 'people', stream: io.stderr })
      const summary = await measureDifficulty({
        ...flags,
        data,
        device,
        maxCompletionTokens: maxTokens,
        progress,
        signal: io.signal,
        ...(limit === undefined ? {} : { limit }),
        ...(rubric === undefined ? {} : { rubric }),
      }).finally(() => progress.done())
      if (json) return printJson(io.stdout, summary)
      printLine(
        io.stdout,
        `${flags.out}: ${summary.samples} samples, ${(100 * summary.differing).toFixed(0)} % with answers that differ`,
      )
      for (const [n, count] of summary.passed.entries()) {
        printLine(io.stdout, `passed ${String(n).padStart(2)} of ${flags.answers}: ${count}`)
      }
    })
}
