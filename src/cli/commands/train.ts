import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Progress } from '../../progress/index.ts'
import type { Recipe } from '../../recipe/index.ts'
import type { RunSummary } from '../../runs/index.ts'
import { type AddCommand, examples } from '../command.ts'
import { checkDevice, type Device } from '../device.ts'
import { printJson, printLine } from '../io.ts'
import { collect, deviceOption, jsonOption, seedOption, wholeNumber } from '../options.ts'

/** What the command calls; loaded when it is needed. */
export interface TrainServices {
  readonly train: () => Promise<{
    trainRun(options: {
      recipeFile: string
      overrides: readonly string[]
      resume: boolean
      device: Device
      progress: Progress
      signal: AbortSignal
      runFolder?: string
      /** Told where the run writes, once it has a folder. */
      onRun: (folder: string) => void
    }): Promise<RunSummary>
  }>
  /** Memory and time that a recipe takes, as lines of name and value. */
  readonly estimate?: () => Promise<{ estimate(recipe: Recipe): Promise<Readonly<Record<string, string>>> }>
}

interface Options {
  readonly set: readonly string[]
  readonly resume: boolean
  readonly run?: string
  readonly json: boolean
  readonly dryRun: boolean
  readonly device: Device
  readonly threads?: number
  readonly seed?: string
}

export const addTrain =
  (services: TrainServices): AddCommand =>
  (program, io) => {
    program
      .command('train')
      .summary('train what a recipe says')
      .description('Trains what a recipe says and keeps everything in a run folder, runs/NAME.')
      .argument('<recipe>', 'a recipe (YAML)')
      .option('--set <path=value>', 'change a field of the recipe; may be given several times', collect, [])
      .addOption(seedOption("the run's seed, in place of the recipe's"))
      .option('--resume', 'go on with the newest run of the recipe', false)
      .option('--run <folder>', 'the run folder, in place of runs/NAME')
      .addOption(deviceOption())
      .option('--threads <n>', 'threads to compute with (one a physical core)', wholeNumber(1))
      .option('--dry-run', 'print the recipe with everything filled in and what it takes, and stop', false)
      .addOption(jsonOption().default(false))
      .addHelpText(
        'after',
        '\nCtrl-C saves after the step at hand and prints the line that goes on.\nExit code: 0 done, 1 failed or stopped, 2 wrong call.',
      )
      .addHelpText(
        'after',
        examples(
          'rubato train examples/quickstart/recipe.yaml',
          "rubato train recipe.yaml --set 'stages[1].rl.group=4' --seed 7",
          'rubato train recipe.yaml --dry-run',
          'rubato train recipe.yaml --resume',
        ),
      )
      .action(async (recipeFile: string, options: Options) => {
        const seed = options.seed === undefined ? [] : [`seed=${options.seed}`]
        const overrides = [...options.set, ...seed]
        if (options.dryRun) return dryRun(recipeFile, overrides, options)
        const device = await checkDevice(options.device)
        const [{ createProgress }, { trainRun }] = await Promise.all([
          import('../../progress/index.ts'),
          services.train(),
        ])
        const progress = await createProgress(
          options.json ? { mode: 'json', stream: io.stdout } : { mode: 'people', stream: io.stderr },
        )
        let folder: string | undefined
        try {
          const summary = await trainRun({
            recipeFile,
            overrides,
            resume: options.resume,
            device,
            progress,
            signal: io.signal,
            ...(options.threads === undefined ? {} : { threads: options.threads }),
            onRun(place) {
              folder = place
            },
            ...(options.run === undefined ? {} : { runFolder: options.run }),
          })
          progress.done()
          if (options.json) printLine(io.stdout, JSON.stringify({ event: 'result', folder, summary }))
          else if (folder !== undefined) await conclude(folder)
        } finally {
          progress.done()
        }
      })

    /** What came out and where it is. */
    async function conclude(folder: string): Promise<void> {
      const [{ modeLines, resultsTable, taskLines }, { openRun }] = await Promise.all([
        import('../../progress/index.ts'),
        import('../../runs/index.ts'),
      ])
      const evaluations = openRun(folder).readEvaluations()
      if (evaluations.length > 0) {
        const more = [...modeLines(evaluations), ...taskLines(evaluations)]
        printLine(io.stdout, `\n${[resultsTable(evaluations), ...more].join('\n')}\n`)
      }
      const report = path.join(folder, 'report.html')
      if (existsSync(report)) printLine(io.stdout, `Look at ${report}.`)
      printLine(io.stdout, `Everything is in ${folder}.`)
    }

    async function dryRun(recipeFile: string, overrides: readonly string[], { json }: Options): Promise<void> {
      const { readRecipe, stringifyRecipe } = await import('../../recipe/index.ts')
      const recipe = await readRecipe(recipeFile, overrides)
      const estimated = async () => (await services.estimate?.())?.estimate(recipe)
      if (json) {
        const estimate = await estimated()
        return printJson(io.stdout, { recipe, ...(estimate ? { estimate } : {}) })
      }
      io.stdout.write(stringifyRecipe(recipe, process.cwd()))
      const estimate = await estimated() // says so when the data are wrong, as training would
      if (!estimate) return
      const { renderFacts } = await import('../../progress/index.ts')
      printLine(
        io.stdout,
        `\n# What it takes, in as far as that can be known before:\n${renderFacts(estimate).replaceAll(/^/gm, '# ')}`,
      )
    }
  }
