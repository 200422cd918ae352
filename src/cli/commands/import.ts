import { type AddCommand, examples } from '../command.ts'
import { printJson, printLine } from '../io.ts'
import { jsonOption } from '../options.ts'

const DTYPES = ['F32', 'F16', 'BF16'] as const
type DType = (typeof DTYPES)[number]

/** What the command calls; loaded when it is needed. */
export interface ImportServices {
  readonly importModel: () => Promise<{
    importModel(options: { file: string; out?: string; dtype: DType }): Promise<{
      folder: string
      parameters: number
      packed: Readonly<Record<string, number>>
    }>
  }>
}

interface Options {
  readonly out?: string
  readonly dtype: DType
  readonly json: boolean
}

export const addImport =
  (services: ImportServices): AddCommand =>
  (program, io) => {
    program
      .command('import')
      .summary('write the model of a GGUF file as a Hugging Face folder')
      .description(
        'Writes a GGUF file as a folder that train, chat and eval open and transformers loads: config, weights, tokenizer, chat template.',
      )
      .argument('<file>', 'a GGUF file')
      .option('--out <folder>', "folder to write; the file's name when left out")
      .addOption(
        program
          .createOption('--dtype <type>', 'what weights are written as; F32 holds every packed number exactly')
          .choices(DTYPES)
          .default('F32'),
      )
      .addOption(jsonOption().default(false))
      .addHelpText(
        'after',
        examples(
          'rubato import SmolLM2-135M-Instruct.Q4_1.gguf --out models/smollm2',
          'rubato import Qwen2.5-0.5B-Instruct.Q8_0.gguf --dtype BF16',
        ),
      )
      .action(async (file: string, { out, dtype, json }: Options) => {
        const { importModel } = await services.importModel()
        const summary = await importModel({ file, dtype, ...(out === undefined ? {} : { out }) })
        if (json) return printJson(io.stdout, summary)
        const packed = Object.entries(summary.packed).map(([type, n]) => `${n} ${type}`)
        const parameters = summary.parameters.toLocaleString('en-US')
        printLine(io.stdout, `${summary.folder}: ${parameters} parameters, from ${packed.join(', ')} tensors`)
      })
  }
