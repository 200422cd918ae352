import type { Bits } from '../../../models/index.ts'
import type { JudgeSource } from '../../judge/openJudge.ts'
import type { Progress } from '../../progress/index.ts'
import type { EvaluationRecord } from '../../runs/index.ts'
import { type AddCommand, examples } from '../command.ts'
import { checkDevice, type Device } from '../device.ts'
import { printJson, printLine } from '../io.ts'
import { baseOption, deviceOption, jsonOption, quantiseOption, seedOption, wholeNumber } from '../options.ts'
import { type JudgeFlags, judgeFlags, judgeOptions } from './judgeFlags.ts'

const CONTROLS = ['none', 'scaffolded', 'silenced', 'swapped'] as const
type Control = (typeof CONTROLS)[number]
const STYLES = ['words', 'tags', 'paper-tags', 'none'] as const
type PromptStyleName = (typeof STYLES)[number]
const PARAPHRASES = ['train', 'held-out', 'all'] as const
type ParaphrasesName = (typeof PARAPHRASES)[number]

/** What the command calls; loaded when it is needed. */
export interface EvalServices {
  readonly evaluate: () => Promise<{
    evaluateModel(options: {
      /** A model folder, an adapter or a run folder. */
      model: string
      base?: string
      quantise?: Bits
      data: string
      rubric?: string
      controls: readonly Control[]
      limit?: number
      /** Answers a sample of the control `none`. */
      answersPerSample: number
      /** Model that novelty is measured against. */
      reference?: string
      maxCompletionTokens: number
      seed: string
      device: Device
      progress: Progress
      signal: AbortSignal
      /** File that the judged answers are written to. */
      answersFile?: string
      judge?: JudgeSource
      failRubricMentions: boolean
      /** How samples that name a task are asked. */
      prompts: { style: PromptStyleName; paraphrases: ParaphrasesName; languages: ['en'] }
      /** Asks the samples of these tasks only. */
      tasks?: readonly string[]
    }): Promise<EvaluationRecord[]>
  }>
}

interface Options extends JudgeFlags {
  readonly model: string
  readonly base?: string
  readonly quantise?: Bits
  readonly data: string
  readonly rubric?: string
  readonly controls: readonly Control[]
  readonly limit?: number
  readonly answersPerSample: number
  readonly reference?: string
  readonly maxTokens: number
  readonly answers?: string
  readonly failRubricMention: boolean
  readonly prompts: PromptStyleName
  readonly paraphrases: ParaphrasesName
  readonly tasks?: readonly string[]
  readonly seed: string
  readonly device: Device
  readonly json: boolean
}

export const addEval =
  (services: EvalServices): AddCommand =>
  (program, io) => {
    const command = program
      .command('eval')
      .summary('score a model on samples with rubrics')
      .description("Asks a model every sample and scores the answers by the samples' rubrics.")
      .requiredOption('--model <model>', 'a model folder, an adapter, a run folder, a GGUF file or a hub id')
      .addOption(baseOption())
      .addOption(quantiseOption())
      .requiredOption('--data <file>', 'samples: JSON lines or an audio folder')
      .option('--rubric <name>', 'rubric of samples that carry none: a name of the library, or a file')
      .addOption(
        program
          .createOption('--controls <names...>', 'silenced and swapped show whether the model listens')
          .choices(CONTROLS)
          .default(['none', 'silenced', 'swapped']),
      )
      .option('--limit <n>', 'ask no more samples than this', wholeNumber(1))
      .option('--answers-per-sample <n>', 'several tell best-of-N, entropy and diversity', wholeNumber(1), 1)
      .option('--reference <folder>', 'the model before training: how new the answers are to it')
      .option('--max-tokens <n>', 'tokens after which an answer is cut', wholeNumber(1), 256)
      .option('--answers <file>', 'keep the judged answers as JSON lines')
      .option(
        '--fail-rubric-mention',
        'an answer that talks about its rubric or judge meets no positive criterion',
        false,
      )
    judgeFlags(command)
      .addOption(
        program
          .createOption('--prompts <style>', 'how samples that name a task are asked')
          .choices(STYLES)
          .default('words'),
      )
      .addOption(
        program
          .createOption('--paraphrases <which>', 'wordings that ask them: those of training, or those held out from it')
          .choices(PARAPHRASES)
          .default('train'),
      )
      .option('--tasks <names...>', 'ask the samples of these tasks only')
      .addOption(seedOption('everything random follows from it').default('0'))
      .addOption(deviceOption())
      .addOption(jsonOption().default(false))
      .addHelpText(
        'after',
        examples(
          'rubato eval --model runs/quickstart --data data/quickstart/eval.jsonl --limit 40',
          'rubato eval --model my-model --data eval.jsonl --rubric audio-analysis --controls none --json',
          'rubato eval --model runs/mine --data speech.jsonl --prompts words --paraphrases held-out --controls none',
          'rubato eval --model runs/mine --data eval.jsonl --judge http://127.0.0.1:8000/v1 --judge-model qwen3-32b',
          'rubato eval --model runs/mine --data eval.jsonl --controls none --answers-per-sample 16 --reference my-model',
        ),
      )
      .action(async (options: Options) => {
        const device = await checkDevice(options.device)
        const [
          { analysisLines, createProgress, modeLines, resultsTable, silentProgress, taskLines },
          { evaluateModel },
        ] = await Promise.all([import('../../progress/index.ts'), services.evaluate()])
        const warn = (message: string) => printLine(io.stderr, `warning: ${message}`)
        const judge = await judgeOptions(options, warn)
        const silent = { ...silentProgress, warn }
        const progress = options.json ? silent : await createProgress({ mode: 'people', stream: io.stderr })
        const { model, data, rubric, controls, limit, answersPerSample, reference, maxTokens, answers, seed, json } =
          options
        try {
          const records = await evaluateModel({
            model,
            data,
            controls,
            answersPerSample,
            maxCompletionTokens: maxTokens,
            seed,
            device,
            progress,
            signal: io.signal,
            failRubricMentions: options.failRubricMention,
            ...(judge === undefined ? {} : { judge }),
            ...(options.base === undefined ? {} : { base: options.base }),
            ...(options.quantise && { quantise: options.quantise }),
            ...(rubric === undefined ? {} : { rubric }),
            ...(limit === undefined ? {} : { limit }),
            ...(reference === undefined ? {} : { reference }),
            ...(answers === undefined ? {} : { answersFile: answers }),
            prompts: { style: options.prompts, paraphrases: options.paraphrases, languages: ['en'] },
            ...(options.tasks === undefined ? {} : { tasks: options.tasks }),
          })
          progress.done()
          if (json) printJson(io.stdout, records)
          else {
            printLine(io.stdout, resultsTable(records))
            for (const line of [...modeLines(records), ...taskLines(records)]) printLine(io.stdout, line)
            for (const line of analysisLines(records)) printLine(io.stdout, line)
          }
        } finally {
          progress.done()
        }
      })
  }
