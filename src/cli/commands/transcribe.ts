import { type AddCommand, examples } from '../command.ts'
import { checkDevice, type Device } from '../device.ts'
import { printJson, printLine } from '../io.ts'
import { deviceOption, jsonOption } from '../options.ts'

const TASKS = ['transcribe', 'translate'] as const

/** What the command calls; loaded when it is needed. */
export interface TranscribeServices {
  readonly transcribe: () => Promise<{
    openTranscriber(options: { model: string; device: Device; onNotice: (line: string) => void }): Promise<{
      transcribe(
        file: string,
        options: { language?: string; task: (typeof TASKS)[number]; timestamps: boolean },
      ): Promise<{
        text: string
        language: string | null
        segments: readonly { start: number; end: number; text: string }[]
      }>
      close(): Promise<void>
    }>
  }>
}

interface Options {
  readonly model: string
  readonly language?: string
  readonly task: (typeof TASKS)[number]
  readonly timestamps: boolean
  readonly device: Device
  readonly json: boolean
}

export const addTranscribe =
  (services: TranscribeServices): AddCommand =>
  (program, io) => {
    program
      .command('transcribe')
      .summary('write down what is said in recordings')
      .description('Writes down what is said in recordings of any length, with Whisper, one recording after another.')
      .argument('<files...>', 'recordings')
      .option('--model <model>', 'a Whisper: a folder or a hub id', 'openai/whisper-base')
      .option('--language <name>', 'code or English name of what is spoken; heard when left out')
      .addOption(
        program.createOption('--task <task>', 'translate writes in English').choices(TASKS).default('transcribe'),
      )
      .option('--timestamps', 'print a line a phrase, with its seconds', false)
      .addOption(deviceOption())
      .addOption(jsonOption().default(false))
      .addHelpText(
        'after',
        examples(
          'rubato transcribe talk.mp3',
          'rubato transcribe *.wav --model models/whisper-base --language german --timestamps',
          'rubato transcribe talk.mp3 --task translate --json',
        ),
      )
      .action(async (files: readonly string[], options: Options) => {
        const { task, timestamps, language, json } = options
        const { openTranscriber } = await services.transcribe()
        const transcriber = await openTranscriber({
          model: options.model,
          device: await checkDevice(options.device),
          onNotice: (line) => printLine(io.stderr, `note: ${line}`),
        })
        const all: object[] = []
        try {
          for (const file of files) {
            if (io.signal.aborted) break
            const asked = { task, timestamps: timestamps || json, ...(language === undefined ? {} : { language }) }
            const transcript = await transcriber.transcribe(file, asked)
            if (json) {
              all.push({ file, ...transcript })
              continue
            }
            if (files.length > 1) printLine(io.stdout, `${all.length > 0 ? '\n' : ''}${file}`)
            all.push(transcript)
            if (timestamps) {
              for (const { start, end, text } of transcript.segments) {
                printLine(io.stdout, `${start.toFixed(2).padStart(8)} ${end.toFixed(2).padStart(8)}  ${text}`)
              }
            } else printLine(io.stdout, transcript.text)
          }
          if (json) printJson(io.stdout, all)
        } finally {
          await transcriber.close()
        }
      })
  }
