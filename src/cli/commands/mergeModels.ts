import type { Progress } from '../../progress/index.ts'
import { type AddCommand, examples } from '../command.ts'
import { type Io, printJson, printLine } from '../io.ts'
import { collect, jsonOption, seedOption, wholeNumber } from '../options.ts'

/** What the command calls; loaded when it is needed. */
export interface MergeModelsServices {
  readonly merge: () => Promise<typeof import('../../merge/index.ts')>
}

interface Options {
  readonly recipe?: string
  readonly method?: string
  readonly base?: string
  readonly weights?: readonly number[]
  readonly parameter?: readonly string[]
  readonly out: string
  readonly dtype?: string
  readonly tokenizer?: string
  readonly allow?: readonly string[]
  readonly sweep?: readonly string[]
  readonly eval?: string
  readonly rubric?: string
  readonly maxTokens: number
  readonly limit?: number
  readonly overwrite: boolean
  readonly seed: string
  readonly json: boolean
}

export const addMergeModels =
  (services: MergeModelsServices): AddCommand =>
  (program, io) => {
    program
      .command('merge-models')
      .summary('merge the weights of several models')
      .description(
        'Merges models of one shape into one: linear, task_arithmetic, ties, dare_linear, dare_ties, slerp, model_stock.\nTensors are read piece by piece, so no model need fit into memory. Reads recipes of mergekit.',
      )
      .argument('[models...]', 'folders, run folders, GGUF files or hub ids; with --recipe they stand there')
      .option('--recipe <file>', 'a merge in YAML, in the keys of mergekit')
      .option('--method <name>', 'how weights become one (linear)')
      .option('--base <model>', 'the model that differences are taken to; t = 0 of slerp')
      .option('--weights <numbers>', 'one a model, with commas', numbers)
      .option('--parameter <key=value>', 'density, lambda, t, normalize, rescale, filter_wise; several times', collect)
      .requiredOption('--out <folder>', 'folder to write')
      .option('--dtype <type>', 'float32, bfloat16 or float16; as the base or first model when left out')
      .option('--tokenizer <model>', 'whose tokenizer is kept; that of the base or first model when left out')
      .option('--allow <key>', 'a key of config.json in which models may differ; several times', collect)
      .option('--sweep <key=from:to:step>', 'try values, such as weight=0.1:0.9:0.2; several times for a grid', collect)
      .option('--eval <data>', 'with --sweep: samples with rubrics; the best candidate becomes --out')
      .option('--rubric <name>', 'with --eval: rubric of samples that carry none')
      .option('--limit <n>', 'with --eval: ask no more samples than this', wholeNumber(1))
      .option('--max-tokens <n>', 'with --eval: tokens after which an answer is cut', wholeNumber(1), 256)
      .option('--overwrite', 'replace the folder that is there', false)
      .addOption(seedOption('draws of DARE').default('0'))
      .addOption(jsonOption().default(false))
      .addHelpText(
        'after',
        examples(
          'rubato merge-models runs/chat runs/hearing --weights 0.4,0.6 --out models/both',
          'rubato merge-models runs/chat runs/hearing --method ties --base my-model --parameter density=0.3 --out models/both',
          'rubato merge-models --recipe mergekit.yaml --out models/merged',
          'rubato merge-models runs/a runs/b --method slerp --base runs/a --sweep t=0.1:0.9:0.2 --eval eval.jsonl --out models/best',
        ),
      )
      .action((models: readonly string[], options: Options) => merge(services, io, models, options))
  }

async function merge(services: MergeModelsServices, io: Io, models: readonly string[], options: Options) {
  const [{ mergeModels, mergeRecipeFrom, sweepMerges, sweepTable }, { createProgress, silentProgress }] =
    await Promise.all([services.merge(), import('../../progress/index.ts')])
  const { out, overwrite, json, sweep, allow = [] } = options
  const recipe = mergeRecipeFrom(models, options)
  const silent: Progress = { ...silentProgress, warn: (message) => printLine(io.stderr, `warning: ${message}`) }
  const progress = json ? silent : await createProgress({ mode: 'people', stream: io.stderr })
  try {
    if (sweep !== undefined || options.eval !== undefined) {
      const { eval: data, rubric, limit, maxTokens, seed } = options
      const swept = await sweepMerges({
        recipe,
        out,
        overwrite,
        allow,
        sweep: sweep ?? [],
        data,
        maxCompletionTokens: maxTokens,
        seed,
        progress,
        signal: io.signal,
        ...(rubric === undefined ? {} : { rubric }),
        ...(limit === undefined ? {} : { limit }),
      })
      progress.done()
      return json ? printJson(io.stdout, swept) : printLine(io.stdout, sweepTable(swept))
    }
    const summary = await mergeModels({ recipe, out, overwrite, allow, progress })
    progress.done()
    if (json) return printJson(io.stdout, summary)
    const { folder, method, tensors, parameters, seconds } = summary
    const size = `${tensors} tensors, ${parameters.toLocaleString('en-US')} parameters`
    printLine(io.stdout, `${folder}: ${summary.models.join(' + ')} by ${method}, ${size}, ${seconds.toFixed(1)} s`)
  } finally {
    progress.done()
  }
}

const numbers = (text: string): number[] => text.split(',').map(Number)
