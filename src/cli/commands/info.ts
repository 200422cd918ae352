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
      .summary('say what a model or a run is')
      .description('Says what a model folder or a run folder holds.')
      .argument('<path>', 'a model folder or a run folder')
      .addOption(jsonOption().default(false))
      .addHelpText('after', examples('rubato info runs/quickstart', 'rubato info my-model --json'))
      .action(async (path: string, { json }: { json: boolean }) => {
        const { infoOf } = await services.info()
        const info = await infoOf(path)
        if (json) return printJson(io.stdout, info)
        const { figure, renderTable } = await import('../../progress/index.ts')
        for (const [heading, facts] of Object.entries(info)) {
          const rows = Object.entries(facts).map(([name, value]) => [
            `  ${name}`,
            typeof value === 'number' ? figure(value) : value,
          ])
          printLine(io.stdout, `${heading}\n${renderTable(rows)}`)
        }
      })
  }
