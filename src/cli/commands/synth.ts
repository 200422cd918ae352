import { type AddCommand, examples } from '../command.ts'
import { printJson, printLine } from '../io.ts'
import { jsonOption } from '../options.ts'

/** What the command calls; loaded when it is needed. */
export interface SynthServices {
  readonly synth: () => Promise<Pick<typeof import('../../synth/index.ts'), 'readSynthRecipe' | 'synthesise'>>
}

interface Options {
  readonly out: string
  readonly json: boolean
}

export const addSynth =
  (services: SynthServices): AddCommand =>
  (program, io) => {
    program
      .command('synth')
      .summary('write questions and answers with models alone')
      .description(
        'Writes questions from the template that stands before one, filters them (language, seeds, solvability, difficulty), answers\nthem, and speaks them where asked (ScaleQuest). What was stopped, or ran out of budget, goes on with the same command.',
      )
      .argument('<recipe>', 'a synthesis in YAML; docs/data-craft.md says what may stand in it')
      .requiredOption('--out <folder>', 'folder of everything that is made')
      .addOption(jsonOption().default(false))
      .addHelpText('after', examples('rubato synth synth.yaml --out data/synth'))
      .action(async (file: string, { out, json }: Options) => {
        const [{ readSynthRecipe, synthesise }, { createProgress }] = await Promise.all([
          services.synth(),
          import('../../progress/index.ts'),
        ])
        const recipe = readSynthRecipe(file)
        const progress = await createProgress({ mode: json ? 'silent' : 'people', stream: io.stderr })
        try {
          const summary = await synthesise({ recipe, out, progress, signal: io.signal })
          progress.done()
          if (json) return printJson(io.stdout, summary)
          for (const { name, read, kept, dropped } of summary.parts) {
            printLine(io.stdout, `${name}: ${kept} of ${read}`)
            for (const [reason, n] of Object.entries(dropped)) {
              printLine(io.stdout, `  ${((100 * n) / Math.max(1, read)).toFixed(1)} % dropped, ${reason}`)
            }
          }
          printLine(io.stdout, summary.samples)
        } finally {
          progress.done()
        }
      })
  }
