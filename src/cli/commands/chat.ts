import { createInterface } from 'node:readline/promises'
import type { Bits } from '../../../models/index.ts'
import { UsageError } from '../../errors.ts'
import type { ContentPart, Message } from '../../prompts/message.ts'
import { type AddCommand, examples } from '../command.ts'
import { checkDevice, type Device } from '../device.ts'
import { type Io, printJson, printLine } from '../io.ts'
import {
  baseOption,
  collect,
  deviceOption,
  jsonOption,
  numberFrom,
  quantiseOption,
  seedOption,
  wholeNumber,
} from '../options.ts'

export interface Chat {
  /** The answer to a conversation that ends with a user turn; `onText` is told of pieces as they come. */
  answer(messages: readonly Message[], onText: (piece: string) => void): Promise<string>
  close(): Promise<void>
}

/** What the command calls; loaded when it is needed. */
export interface ChatServices {
  readonly chat: () => Promise<{
    openChat(options: {
      /** A model folder, an adapter or a run folder. */
      model: string
      base?: string
      quantise?: Bits
      device: Device
      maxCompletionTokens: number
      temperature: number
      seed: string
      signal: AbortSignal
      /** Told of clips and answers that were cut. */
      onNotice: (line: string) => void
    }): Promise<Chat>
  }>
}

interface Options {
  readonly model: string
  readonly base?: string
  readonly quantise?: Bits
  readonly audio: readonly string[]
  readonly prompt?: string
  readonly system?: string
  readonly maxTokens: number
  readonly temperature: number
  readonly seed: string
  readonly device: Device
  readonly json: boolean
}

/** What is asked of a clip that comes without a question. */
const QUESTION = 'what do you hear?'

export const addChat =
  (services: ChatServices): AddCommand =>
  (program, io) => {
    program
      .command('chat')
      .summary('talk with a model about sound')
      .description(
        `Asks a model about clips. With --prompt it answers once; a clip without a prompt is asked "${QUESTION}", and on a terminal the conversation goes on from there.`,
      )
      .requiredOption('--model <model>', 'a model folder, an adapter, a run folder, a GGUF file or a hub id')
      .addOption(baseOption())
      .addOption(quantiseOption())
      .option('--audio <file>', 'a clip of the first turn; may be given several times', collect, [])
      .option('--prompt <text>', 'ask this, print the answer and stop')
      .option('--system <text>', 'a system turn before the first')
      .option('--max-tokens <n>', 'tokens after which an answer is cut', wholeNumber(1), 256)
      .option('--temperature <t>', '0 takes the likeliest token', numberFrom(0), 0)
      .addOption(seedOption('everything random follows from it').default('0'))
      .addOption(deviceOption())
      .addOption(jsonOption().default(false))
      .addHelpText(
        'after',
        examples(
          'rubato chat --model runs/quickstart --audio some.wav',
          'rubato chat --model runs/quickstart --audio some.wav --prompt "list the sounds."',
          'rubato chat --model runs/quickstart',
          'rubato chat --model Qwen/Qwen2-Audio-7B-Instruct --quantise 4 --audio some.wav',
          'rubato chat --model my-adapter --base Qwen/Qwen2.5-0.5B-Instruct --prompt "why is the sky blue?"',
        ),
      )
      .action(async (options: Options) => {
        const { audio, json } = options
        const prompt = options.prompt ?? (audio.length > 0 ? QUESTION : undefined)
        if (json && prompt === undefined) {
          throw new UsageError('--json: needs --audio or --prompt, a conversation by hand is for people.')
        }
        const goesOn = options.prompt === undefined && !json && (audio.length === 0 || io.stdin.isTTY === true)
        const stop = new AbortController()
        const { openChat } = await services.chat()
        let midLine = false // an answer is being written: a notice begins a line of its own
        const tell = (piece: string) => {
          midLine = true
          io.stdout.write(visible(piece))
        }
        const endLine = () => {
          midLine = false
          printLine(io.stdout, '')
        }
        const chat = await openChat({
          model: options.model,
          ...(options.base === undefined ? {} : { base: options.base }),
          ...(options.quantise && { quantise: options.quantise }),
          device: await checkDevice(options.device),
          maxCompletionTokens: options.maxTokens,
          temperature: options.temperature,
          seed: options.seed,
          signal: AbortSignal.any([io.signal, stop.signal]),
          onNotice: (line) => printLine(io.stderr, `${midLine && io.stdout.isTTY ? '\n' : ''}note: ${line}`),
        })
        try {
          let messages = systemTurn(options.system)
          if (prompt !== undefined) {
            const asked = [...messages, await userTurn(audio, prompt)]
            if (goesOn) printLine(io.stdout, `> ${prompt}`)
            const answer = await chat.answer(asked, json ? () => {} : tell)
            if (json) printJson(io.stdout, { prompt, answer })
            else endLine()
            messages = [...asked, { role: 'assistant', content: answer }]
          }
          if (goesOn) await converse(chat, messages, systemTurn(options.system), io, stop, tell, endLine)
        } finally {
          await chat.close()
        }
      })
  }

/** What a model says without the control characters that a terminal would obey. */
const visible = (text: string): string => text.replaceAll(/(?![\n\t])\p{Cc}/gu, '')

const HELP = '/audio FILE  add a clip to the next turn   /reset  begin anew   /exit  stop'

/** Turn by turn, until /exit, the end of the input, or Ctrl-C. */
async function converse(
  chat: Chat,
  messages: readonly Message[],
  fresh: readonly Message[],
  io: Io,
  stop: AbortController,
  tell: (piece: string) => void,
  endLine: () => void,
): Promise<void> {
  const lines = createInterface({ input: io.stdin, output: io.stdout, terminal: io.stdout.isTTY === true })
  // On a terminal the line editor is the one that sees Ctrl-C.
  lines.on('SIGINT', () => stop.abort())
  for (const signal of [io.signal, stop.signal]) signal.addEventListener('abort', () => lines.close(), { once: true })
  let clips: string[] = []
  printLine(io.stdout, HELP)
  lines.setPrompt('> ')
  lines.prompt()
  for await (const line of lines) {
    const text = line.trim()
    if (text === '/exit') break
    const clip = /^\/audio\s+(.+)$/.exec(text)?.[1]
    if (clip !== undefined) clips.push(clip)
    else if (text === '/reset') {
      messages = fresh
      clips = []
    } else if (text.startsWith('/')) printLine(io.stdout, HELP)
    else if (text !== '' || clips.length > 0) {
      try {
        const asked = [...messages, await userTurn(clips, text === '' ? QUESTION : text)]
        const answer = await chat.answer(asked, tell)
        endLine()
        messages = [...asked, { role: 'assistant', content: answer }]
      } catch (error) {
        // A clip that cannot be read ends the turn, not the conversation.
        if (!(error instanceof Error) || !['AudioError', 'UsageError'].includes(error.name)) throw error
        printLine(io.stdout, error.message)
      }
      clips = []
    }
    if (stop.signal.aborted || io.signal.aborted) break
    lines.prompt()
  }
  lines.close()
}

const systemTurn = (system: string | undefined): readonly Message[] =>
  system === undefined ? [] : [{ role: 'system', content: system }]

async function userTurn(clips: readonly string[], text: string): Promise<Message> {
  const { resolveClip } = await import('../../data/index.ts')
  const heard = clips.map((clip): ContentPart => ({ type: 'audio', path: resolveClip(clip, process.cwd()) }))
  return { role: 'user', content: [...heard, { type: 'text', text }] }
}
