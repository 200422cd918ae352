import { readFileSync } from 'node:fs'
import { Command, type Option } from 'commander'
import type { AddCommand } from './command.ts'
import { type Failure, failureOf } from './failure.ts'
import { type Io, printLine } from './io.ts'

/**
 * Runs a command line and returns its exit code: 0 done, 1 the work failed, 2 the call was wrong, 3 (of `score`) some
 * verdicts are unknown, 130 it was stopped by Ctrl-C.
 *
 * @param argv words after the program's name
 */
export async function runCli(
  argv: readonly string[],
  io: Io,
  commands: readonly AddCommand[],
): Promise<Failure['exitCode']> {
  const program = new Command('rubato')
    .description('Trains audio-language models with rubrics.')
    .version(packageVersion())
    .addHelpText('after', '\nEach command has --help with an example.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // commander puts its suggestion on a line of its own
      outputError: (text, write) => write(`${text.trim().replaceAll('\n', ' ')}\n`),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
    })
    .configureHelp({ optionDescription })
  for (const add of commands) add(program, io)
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program)
  try {
    await program.parseAsync(argv, { from: 'user' })
    return 0
  } catch (error) {
    const { exitCode, message } = failureOf(error)
    if (message !== '') printLine(io.stderr, message)
    return exitCode
  }
}

/** What an option does, with its choices and its default where that says something. */
function optionDescription({ description, argChoices, defaultValue, defaultValueDescription }: Option): string {
  const shown = Array.isArray(defaultValue) ? defaultValue.join(', ') : String(defaultValue ?? '')
  const silent = defaultValue === undefined || defaultValue === false || shown === ''
  const notes = [
    ...(argChoices ? [argChoices.join(', ')] : []),
    ...(silent ? [] : [`default: ${defaultValueDescription ?? shown}`]),
  ]
  return notes.length > 0 ? `${description} (${notes.join('; ')})` : description
}

/** Of the package this file belongs to, in the sources and in `dist/`. */
function packageVersion(): string {
  for (const place of ['../../package.json', '../../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')) as Record<
        string,
        string
      >
      if (name === 'rubato' && version !== undefined) return version
    } catch {} // not there: the other place
  }
  return 'unknown'
}
