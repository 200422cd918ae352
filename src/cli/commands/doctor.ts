import { type AddCommand, examples } from '../command.ts'
import { printJson, printLine } from '../io.ts'
import { jsonOption } from '../options.ts'

export const addDoctor = (): AddCommand => (program, io) => {
  program
    .command('doctor')
    .summary('check that this machine is ready')
    .description(
      'Checks Node, ONNX Runtime and its devices, ffmpeg, memory and disk; says what to do about what is missing.',
    )
    .option('--bench', 'measure matrix products as well (some seconds)', false)
    .addOption(jsonOption().default(false))
    .addHelpText('after', examples('rubato doctor', 'rubato doctor --bench --json'))
    .action(async ({ bench, json }: { bench: boolean; json: boolean }) => {
      const { examine } = await import('../doctor/examine.ts')
      const { RunError } = await import('../../errors.ts')
      const findings = await examine({ bench })
      if (json) printJson(io.stdout, findings)
      else {
        const { default: colors } = await import('picocolors')
        const marks = { ok: colors.green('✓'), warning: colors.yellow('!'), failed: colors.red('✗') }
        const width = Math.max(...findings.map(({ what }) => what.length))
        for (const { what, state, found, advice } of findings) {
          printLine(
            io.stdout,
            `${marks[state]} ${what.padEnd(width)}  ${found}${advice ? colors.dim(` — ${advice}`) : ''}`,
          )
        }
      }
      const failed = findings.filter(({ state }) => state === 'failed').map(({ what }) => what)
      if (failed.length > 0) throw new RunError(`not ready: ${failed.join(', ')}.`)
      if (!json) printLine(io.stdout, 'Ready.')
    })
}
