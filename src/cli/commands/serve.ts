import type { Bits } from '../../../models/index.ts'
import { UsageError } from '../../errors.ts'
import { type AddCommand, examples } from '../command.ts'
import { checkDevice, type Device } from '../device.ts'
import { printJson, printLine } from '../io.ts'
import { baseOption, collect, deviceOption, jsonOption, quantiseOption, wholeNumber } from '../options.ts'
import { type JudgeFlags, judgeFlags, judgeOptions } from './judgeFlags.ts'

interface Options extends JudgeFlags {
  readonly model: readonly string[]
  readonly base?: string
  readonly quantise?: Bits
  readonly whisper?: string
  readonly host: string
  readonly port: number
  readonly runs: string
  readonly clips?: string
  readonly maxWaiting: number
  readonly device: Device
  readonly json: boolean
}

/** What the command calls; loaded when it is needed. */
export interface ServeServices {
  readonly serve: () => Promise<typeof import('../../serve/serve.ts')>
}

export const addServe =
  (services: ServeServices): AddCommand =>
  (program, io) => {
    const command = program
      .command('serve')
      .summary('serve models as OpenAI’s API, with a demo page')
      .description(
        'Answers /v1/chat/completions, /v1/audio/transcriptions and /v1/models, and shows a page to talk with the models and to look at runs. Listens on this machine alone unless --host says otherwise, which takes a token in RUBATO_TOKEN.',
      )
      .option(
        '--model <model>',
        'a model folder, an adapter, a run folder, a GGUF file or a hub id; several to compare',
        collect,
        [],
      )
      .addOption(baseOption())
      .addOption(quantiseOption())
      .option('--whisper <model>', 'a Whisper that transcribes: a folder or a hub id')
      .option('--host <address>', 'where to listen', '127.0.0.1')
      .option('--port <n>', '0 takes a free one', wholeNumber(0), 8000)
      .option('--runs <folder>', 'whose runs the page shows', 'runs')
      .option('--clips <folder>', 'whose recordings the page offers to begin with')
      .option('--max-waiting <n>', 'requests that may wait; the next is refused', wholeNumber(1), 256)
      .addOption(deviceOption())
      .addOption(jsonOption().default(false))
    judgeFlags(command)
      .addHelpText(
        'after',
        examples(
          'rubato serve --model runs/quickstart',
          'rubato serve --model runs/before --model runs/after --whisper openai/whisper-base',
          'RUBATO_TOKEN=$(openssl rand -hex 16) rubato serve --model runs/quickstart --host 0.0.0.0',
        ),
      )
      .action(async (options: Options) => {
        if (options.model.length === 0 && options.whisper === undefined) {
          throw new UsageError('serve: nothing to serve. Give --model or --whisper.')
        }
        const notice = (line: string) => printLine(io.stderr, `note: ${line}`)
        const judged = await judgeOptions(options, notice)
        const judge = judged && (await (await import('../../judge/openJudge.ts')).openJudge(judged))
        const { startServer } = await services.serve()
        const server = await startServer({
          models: options.model,
          host: options.host,
          port: options.port,
          runs: options.runs,
          maxWaiting: options.maxWaiting,
          device: await checkDevice(options.device),
          onNotice: notice,
          ...(options.base !== undefined && { base: options.base }),
          ...(options.quantise && { quantise: options.quantise }),
          ...(options.whisper !== undefined && { whisper: options.whisper }),
          ...(options.clips !== undefined && { clips: options.clips }),
          ...(process.env.RUBATO_TOKEN && { token: process.env.RUBATO_TOKEN }),
          ...(judge && { judge }),
        })
        if (options.json) printJson(io.stdout, { url: server.url })
        else printLine(io.stdout, `Listening: ${server.url} (API: ${server.url}/v1). Ctrl-C ends it.`)
        await new Promise<void>((resolve) => {
          if (io.signal.aborted) resolve()
          io.signal.addEventListener('abort', () => resolve(), { once: true })
        })
        await server.close()
        await judge?.close()
      })
  }
