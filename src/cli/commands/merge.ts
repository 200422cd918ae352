import { type AddCommand, examples } from '../command.ts'
import { printJson, printLine } from '../io.ts'
import { jsonOption } from '../options.ts'

const DTYPES = ['F32', 'F16', 'BF16'] as const
type DType = (typeof DTYPES)[number]

/** What the command calls; loaded when it is needed. */
export interface MergeServices {
  readonly adapter: () => Promise<{
    mergeAdapterFolder(options: {
      adapter: string
      base?: string
      out: string
      dtype?: DType
      onNotice: (line: string) => void
    }): Promise<{
      folder: string
      base: string
      linears: number
      replaced: number
      parameters: number
      types: Readonly<Record<string, number>>
    }>
  }>
}

interface Options {
  readonly base?: string
  readonly out: string
  readonly dtype?: DType
  readonly json: boolean
}

export const addMerge =
  (services: MergeServices): AddCommand =>
  (program, io) => {
    program
      .command('merge')
      .summary('put an adapter into the weights of its base')
      .description(
        'Writes the model that an adapter was trained on with the adapter in its weights: a folder that every command and transformers opens, and that needs no adapter any more.',
      )
      .argument('<adapter>', 'an adapter in PEFT’s format, or a run that trained one: a folder or a hub id')
      .requiredOption('--out <folder>', 'folder to write')
      .option('--base <model>', 'model to merge into, in place of the one that adapter_config.json names')
      .addOption(
        program
          .createOption('--dtype <type>', 'what weights are written as; each as the base stores it when left out')
          .choices(DTYPES),
      )
      .addOption(jsonOption().default(false))
      .addHelpText(
        'after',
        examples(
          'rubato merge runs/spoken-answers --out models/spoken-answers',
          'rubato merge some/adapter --base Qwen/Qwen2.5-0.5B-Instruct --out models/merged --dtype BF16',
        ),
      )
      .action(async (adapter: string, { base, out, dtype, json }: Options) => {
        const { mergeAdapterFolder } = await services.adapter()
        const summary = await mergeAdapterFolder({
          adapter,
          out,
          onNotice: (line) => printLine(io.stderr, `note: ${line}`),
          ...(base === undefined ? {} : { base }),
          ...(dtype === undefined ? {} : { dtype }),
        })
        if (json) return printJson(io.stdout, summary)
        const { folder, linears, replaced, parameters, types } = summary
        const changed = [`${linears} linears updated`, ...(replaced > 0 ? [`${replaced} tensors replaced`] : [])]
        printLine(
          io.stdout,
          `${folder}: ${parameters.toLocaleString('en-US')} parameters as ${Object.keys(types).join(' and ')}, ${summary.base} with ${changed.join(' and ')}`,
        )
      })
  }
