import { InvalidArgumentError } from 'commander'
import { type AddCommand, examples } from '../command.ts'
import { checkDevice, type Device } from '../device.ts'
import { printJson, printLine } from '../io.ts'
import { deviceOption, jsonOption, numberFrom, seedOption, wholeNumber } from '../options.ts'

/** What the command calls; loaded when it is needed. */
export interface ImproveServices {
  readonly improve: () => Promise<Pick<typeof import('../../selfImprove/index.ts'), 'improve'>>
}

interface Options {
  readonly model: string
  readonly data: string
  readonly out: string
  readonly rounds: number
  readonly samples: number
  readonly keep: number
  readonly temperature: number
  readonly topP: number
  readonly maxTokens: number
  readonly leastScore: number
  readonly leastAgreement: number
  readonly skipSolved: boolean
  readonly rewardModel?: string
  readonly sft?: Readonly<Record<string, unknown>>
  readonly eval?: string
  readonly seed: string
  readonly device: Device
  readonly json: boolean
}

export const addImprove =
  (services: ImproveServices): AddCommand =>
  (program, io) => {
    program
      .command('improve')
      .summary('let a model learn from its own right answers')
      .description(
        'Rejection sampling, round by round: the model answers each problem several times, right answers are told by rubric,\nreference or vote, the best are learnt, and the next round goes on with what came out. Goes on where it was stopped.',
      )
      .requiredOption('--model <model>', 'the model that is improved: a folder, a run folder or a hub id')
      .requiredOption('--data <file>', 'problems: samples with a rubric, a reference, or neither')
      .requiredOption('--out <folder>', 'folder of all rounds')
      .option('--rounds <n>', 'rounds', wholeNumber(1), 2)
      .option('--samples <n>', 'answers a problem and round', wholeNumber(1), 8)
      .option('--keep <n>', 'answers learnt a problem, at most', wholeNumber(1), 1)
      .option('--temperature <t>', 'of sampling', numberFrom(0), 0.7)
      .option('--top-p <share>', 'of sampling', numberFrom(0), 0.8)
      .option('--max-tokens <n>', 'tokens after which an answer is cut', wholeNumber(1), 256)
      .option('--least-score <score>', 'by the rubric, of an answer that counts as right', numberFrom(0), 1)
      .option('--least-agreement <share>', 'of the winning group, where answers are voted on', numberFrom(0), 0.5)
      .option('--skip-solved', 'leave out problems that every answer solves', false)
      .option('--reward-model <model>', 'chooses among right answers, and weighs votes')
      .option('--sft <json>', 'options of the sft stage, as in a recipe', jsonObject)
      .option('--eval <file>', 'samples with rubrics on which each round is scored before and after')
      .addOption(seedOption('everything random follows from it').default('0'))
      .addOption(deviceOption())
      .addOption(jsonOption().default(false))
      .addHelpText(
        'after',
        examples(
          'rubato improve --model runs/quickstart --data problems.jsonl --eval eval.jsonl --out runs/improved',
          `rubato improve --model my-model --data problems.jsonl --samples 16 --keep 2 --sft '{"learning_rate": 1e-4, "epochs": 2}' --out runs/improved`,
        ),
      )
      .action(async ({ json, eval: evalData, ...rest }: Options) => {
        const device = await checkDevice(rest.device)
        const [{ improve }, { createProgress }, { renderTable }] = await Promise.all([
          services.improve(),
          import('../../progress/index.ts'),
          import('../../progress/table.ts'),
        ])
        const progress = await createProgress({ mode: json ? 'silent' : 'people', stream: io.stderr })
        try {
          const rounds = await improve({
            ...rest,
            device,
            progress,
            signal: io.signal,
            ...(evalData === undefined ? {} : { evalData }),
          })
          progress.done()
          if (json) return printJson(io.stdout, rounds)
          const percent = (share: number | null) => (share === null ? '–' : (100 * share).toFixed(1))
          printLine(
            io.stdout,
            renderTable([
              ['round', 'right answers, %', 'problems solved', 'learnt', 'eval before, %', 'after, %'],
              ...rounds.map((one) => [
                String(one.round),
                percent(one.solved),
                `${one.solvable} of ${one.problems}`,
                String(one.learnt),
                percent(one.before),
                percent(one.after),
              ]),
            ]),
          )
          printLine(io.stdout, `${rounds.at(-1)!.model} holds the model of the last round`)
        } finally {
          progress.done()
        }
      })
  }

function jsonObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {}
  throw new InvalidArgumentError('Expected a JSON object.')
}
