import { type AddCommand, examples } from '../command.ts'
import { printJson, printLine } from '../io.ts'
import { jsonOption } from '../options.ts'

/** Facts by heading: `{ "Model": { "parameters": "3.7 M", … } }`. */
export type Info = Readonly<Record<string, Readonly<Record<string, string | number>>>>

/** What the command calls; loaded when it is needed. */
export interface InfoServices {
  readonly info: () => Promise<{
    /** Facts of a model folder, a run folder, a recipe, a data file or a rubric. */
    infoOf(path: string): Promise<Info>
  }>
}

export const addInfo =
  (services: InfoServices): AddCommand =>
  (program, io) => {
    program
      .command('info')
      .summary('say what a model, a run, a recipe, data or a rubric is')
      .description('Says what a model folder, a run folder, a recipe, a file of samples or a rubric holds.')
      .argument('<path>', 'a folder or a file, or the name of a rubric of the library')
      .addOption(jsonOption().default(false))
      .addHelpText(
        'after',
        examples('rubato info runs/quickstart', 'rubato info data/train.jsonl', 'rubato info voice-assistant --json'),
      )
      .action(async (path: string, { json }: { json: boolean }) => {
        const { infoOf } = await services.info()
        const info = await infoOf(path)
        if (json) return printJson(io.stdout, info)
        const { renderFacts } = await import('../../progress/index.ts')
        const text = (value: string | number) =>
          // A learning rate has few digits, all of them small; a count of parameters has many.
          typeof value === 'number' ? value.toLocaleString('en-US', { maximumFractionDigits: 12 }) : value
        const parts = Object.entries(info).map(([heading, facts]) => {
          const lines = renderFacts(
            Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, text(value)])),
          )
          return `${heading}\n${lines.replaceAll(/^/gm, '  ')}`
        })
        printLine(io.stdout, parts.join('\n\n'))
      })
  }
