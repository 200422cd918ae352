import { type AddCommand, examples } from '../command.ts'
import { printJson, printLine } from '../io.ts'
import { jsonOption, wholeNumber } from '../options.ts'

const FORMATS = ['chat', 'base'] as const
type Format = (typeof FORMATS)[number]

/** What the command calls; loaded when it is needed. */
export interface ComposeServices {
  readonly compose: () => Promise<{
    composeFolder(options: {
      audio: string
      language: string
      out: string
      pool: number
      seed: number
      tags: boolean
      format: Format
      onNotice: (line: string) => void
    }): Promise<{ folder: string; parameters: Readonly<Record<string, number>> }>
  }>
}

interface Options {
  readonly audio: string
  readonly language: string
  readonly out: string
  readonly pool: number
  readonly seed: number
  readonly tags: boolean
  readonly format: Format
  readonly json: boolean
}

export const addCompose =
  (services: ComposeServices): AddCommand =>
  (program, io) => {
    program
      .command('compose')
      .summary('join an encoder and a language model')
      .description(
        'Writes the encoder of one model, a fresh projector and a language model as one audio-language model, ready to be trained.',
      )
      .requiredOption(
        '--audio <model>',
        'whose encoder hears: a Whisper or an audio-language model, a folder or a hub id',
      )
      .requiredOption('--language <model>', 'a language model: a folder, a GGUF file or a hub id')
      .requiredOption('--out <folder>', 'folder to write')
      .option('--pool <n>', 'encoder positions (20 ms) averaged into one token', wholeNumber(1), 2)
      .option('--seed <n>', 'draws the first weights of the projector', wholeNumber(0), 0)
      .option('--tags', "add Qwen-Audio's 3,314 tokens, tags and times, to the vocabulary", false)
      .addOption(
        program
          .createOption(
            '--format <name>',
            'chat: turns and numbered clips; base: clip, prompt, answer, to pre-train in',
          )
          .choices(FORMATS)
          .default('chat'),
      )
      .addOption(jsonOption().default(false))
      .addHelpText(
        'after',
        examples(
          'rubato compose --audio openai/whisper-base --language HuggingFaceTB/SmolLM2-135M-Instruct --out models/listener',
          'rubato compose --audio models/whisper --language Qwen2.5-0.5B-Instruct.Q8_0.gguf --pool 5 --out models/listener',
        ),
      )
      .action(async ({ json, ...options }: Options) => {
        const { composeFolder } = await services.compose()
        const summary = await composeFolder({ ...options, onNotice: (line) => printLine(io.stderr, `note: ${line}`) })
        if (json) return printJson(io.stdout, summary)
        const parts = Object.entries(summary.parameters).map(([tower, n]) => `${tower} ${n.toLocaleString('en-US')}`)
        printLine(io.stdout, `${summary.folder}: parameters of ${parts.join(', ')}`)
      })
  }
