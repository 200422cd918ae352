import { PassThrough } from 'node:stream'
import type { AddCommand } from '../../../src/cli/command.ts'
import { runCli } from '../../../src/cli/program.ts'

/** Runs a command line on streams of its own; what it said and how it ended. */
export async function call(
  commands: readonly AddCommand[],
  argv: readonly string[],
  {
    input = '',
    isTTY = false,
    signal = new AbortController().signal,
  }: { input?: string; isTTY?: boolean; signal?: AbortSignal } = {},
): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' }
  const listen = (key: 'out' | 'err') => {
    const stream = new PassThrough()
    stream.on('data', (chunk: Buffer) => {
      said[key] += chunk.toString('utf8')
    })
    return stream
  }
  const stdin = Object.assign(new PassThrough(), { isTTY })
  stdin.end(input)
  const code = await runCli(argv, { stdin, stdout: listen('out'), stderr: listen('err'), signal }, commands)
  await new Promise((resolve) => setImmediate(resolve))
  return { code, ...said }
}
