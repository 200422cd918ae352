import { createInterface } from 'node:readline/promises'
import { UsageError } from '../../errors.ts'
import type { ContentPart, Message } from '../../prompts/message.ts'
import { type AddCommand, examples } from '../command.ts'
import { checkDevice, type Device } from '../device.ts'
import { type Io, printJson, printLine } from '../io.ts'
import { collect, deviceOption, jsonOption, numberFrom, seedOption, wholeNumber } from '../options.ts'

export interface Chat {
  /** The answer to a conversation that ends with a user turn; `onText` is told of pieces as they come. */
  answer(messages: readonly Message[], onText: (piece: string) => void): Promise<string>
  close(): Promise<void>
}

/** What the command calls; loaded when it is needed. */
export interface ChatServices {
  readonly chat: () => Promise<{
    openChat(options: {
      /** A model folder, a run folder or a name on the hub. */
      model: string
      device: Device
      maxCompletionTokens: number
      temperature: number
      seed: string
      signal: AbortSignal
    }): Promise<Chat>
  }>
}

interface Options {
  readonly audio: readonly string[]
  readonly prompt?: string
  readonly system?: string
  readonly maxTokens: number
  readonly temperature: number
  readonly seed: string
  readonly device: Device
  readonly json: boolean
}

export const addChat =
  (services: ChatServices): AddCommand =>
  (program, io) => {
    program
      .command('chat')
      .summary('talk with a model about sound')
      .description('Asks a model about clips: once with --prompt, else turn by turn.')
      .argument('<model>', 'a model folder, a run folder, or a name on the hub')
      .option('--audio <file>', 'a clip of the first turn; may be given several times', collect, [])
      .option('--prompt <text>', 'ask this once, print the answer and stop')
      .option('--system <text>', 'a system turn before the first')
      .option('--max-tokens <n>', 'tokens after which an answer is cut', wholeNumber(1), 256)
      .option('--temperature <t>', '0 takes the likeliest token', numberFrom(0), 0)
      .addOption(seedOption('everything random follows from it').default('0'))
      .addOption(deviceOption())
      .addOption(jsonOption().default(false))
      .addHelpText(
        'after',
        examples(
          'rubato chat runs/quickstart --audio door.wav --prompt "What is heard?"',
          'rubato chat runs/quickstart',
        ),
      )
      .action(async (model: string, options: Options) => {
        if (options.json && options.prompt === undefined) {
          throw new UsageError('--json: needs --prompt, a conversation by hand is for people.')
        }
        const device = await checkDevice(options.device)
        const { openChat } = await services.chat()
        const chat = await openChat({
          model,
          device,
          maxCompletionTokens: options.maxTokens,
          temperature: options.temperature,
          seed: options.seed,
          signal: io.signal,
        })
        try {
          if (options.prompt === undefined) await converse(chat, options, io)
          else await askOnce(chat, options.prompt, options, io)
        } finally {
          await chat.close()
        }
      })
  }

async function askOnce(chat: Chat, prompt: string, { audio, system, json }: Options, io: Io): Promise<void> {
  const messages = [...systemTurn(system), await userTurn(audio, prompt)]
  if (json) return printJson(io.stdout, { answer: await chat.answer(messages, () => {}) })
  await chat.answer(messages, (piece) => io.stdout.write(piece))
  printLine(io.stdout, '')
}

const HELP = '/audio FILE  add a clip to the next turn   /reset  begin anew   /exit  stop'

/** Turn by turn, until /exit, the end of the input, or Ctrl-C. */
async function converse(chat: Chat, { audio, system }: Options, io: Io): Promise<void> {
  const lines = createInterface({ input: io.stdin, output: io.stdout, terminal: io.stdout.isTTY === true })
  io.signal.addEventListener('abort', () => lines.close(), { once: true })
  let messages = systemTurn(system)
  let clips = [...audio]
  printLine(io.stdout, HELP)
  lines.setPrompt('> ')
  lines.prompt()
  for await (const line of lines) {
    const text = line.trim()
    if (text === '/exit') break
    const clip = /^\/audio\s+(.+)$/.exec(text)?.[1]
    if (clip !== undefined) clips.push(clip)
    else if (text === '/reset') {
      messages = systemTurn(system)
      clips = []
    } else if (text.startsWith('/')) printLine(io.stdout, HELP)
    else if (text !== '' || clips.length > 0) {
      try {
        const asked = [...messages, await userTurn(clips, text)]
        const answer = await chat.answer(asked, (piece) => io.stdout.write(piece))
        printLine(io.stdout, '')
        messages = [...asked, { role: 'assistant', content: answer }]
      } catch (error) {
        // A clip that cannot be read ends the turn, not the conversation.
        if (!(error instanceof Error) || !['AudioError', 'UsageError'].includes(error.name)) throw error
        printLine(io.stdout, error.message)
      }
      clips = []
    }
    lines.prompt()
  }
  lines.close()
}

const systemTurn = (system: string | undefined): Message[] =>
  system === undefined ? [] : [{ role: 'system', content: system }]

async function userTurn(clips: readonly string[], text: string): Promise<Message> {
  const { resolveClip } = await import('../../data/index.ts')
  const heard = clips.map((clip): ContentPart => ({ type: 'audio', path: resolveClip(clip, process.cwd()) }))
  return { role: 'user', content: [...heard, ...(text === '' ? [] : [{ type: 'text' as const, text }])] }
}
