import type { Command } from 'commander'
import type { Io } from './io.ts'

/** A command: adds itself to the program. Its file is read for `--help`, so it loads what it needs when it runs. */
export type AddCommand = (program: Command, io: Io) => void

/** Closing lines of a command's help. */
export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`
