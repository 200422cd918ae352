import type { Verdict } from '../../rubrics/index.ts'
import type { Mode } from '../prompts/mode.ts'
import type { TaskFigure } from '../tasks/index.ts'

/** What a stage measured in one step, under TRL's names; written as a line of `metrics.jsonl`. */
export interface StepMetrics {
  readonly stage: string
  /** Step within the stage, 1-based. */
  readonly step: number
  /** Step within the run, 1-based. */
  readonly global_step: number
  /** Since the start of the run; time between a stop and its resumption is not counted. */
  readonly seconds: number
  readonly [name: string]: number | string
}

/** One answer of a training step; a line of `rollouts/step-000012.jsonl`. */
export interface RolloutRecord {
  readonly sample_id: string
  readonly group_index: number
  readonly audio: readonly string[]
  /** As a person reads it; see `plainText`. */
  readonly prompt: string
  /** What was shown of the rubric: ids of criteria, and the text as the model read it. */
  readonly scaffold: { readonly ratio: number; readonly shown: readonly string[]; readonly text: string | null }
  readonly completion: string
  readonly verdicts: readonly Verdict[]
  readonly reward: number
  readonly advantage: number
  readonly n_tokens: number
  readonly finish_reason: 'stop' | 'length'
  /** What a reward model gave, and the rubric's score that it was shaped with. */
  readonly model_reward?: number
  readonly score?: number
}

/** One evaluation of one control; a line of `evaluations.jsonl`. */
export interface EvaluationRecord {
  /** `before`, `after`, or a name of the recipe. */
  readonly name: string
  readonly stage: string
  readonly step: number
  readonly global_step?: number
  readonly control: 'none' | 'scaffolded' | 'silenced' | 'swapped'
  /** Of how many answers a sample the best counts; one when left out. */
  readonly best_of?: number
  readonly score: number
  readonly interval: readonly [number, number]
  readonly n_samples: number
  readonly n_unknown?: number
  /** By criterion tag `group:`, or id. */
  readonly criteria: readonly {
    readonly group: string
    readonly pass_rate: number
    readonly n: number
    readonly sign: 1 | -1
  }[]
  /** Score by mode, where samples are of several: voice chat, audio analysis, text. */
  readonly modes?: readonly { readonly mode: Mode; readonly score: number; readonly n: number }[]
  /** Metrics of the tasks that were asked; see docs/tasks.md. */
  readonly tasks?: readonly TaskFigure[]
  /** What the answers say beside their score, where they can say it; names: docs/analysis.md. */
  readonly analysis?: EvaluationAnalysis
  readonly answers_file?: string
}

/** Null is what these answers cannot show. */
export interface EvaluationAnalysis {
  /** Answers a sample. */
  readonly n_answers: number
  readonly best_of:
    | readonly { readonly n: number; readonly score: number; readonly interval: readonly [number, number] }[]
    | null
  /** Nats a token. */
  readonly entropy: number | null
  /** 1 − Self-BLEU, mean over samples. */
  readonly diversity: number | null
  /** Of the sequence ratio to the policy before the last stage of reinforcement learning, or to a model that was named. */
  readonly novelty: {
    readonly mean: number
    readonly median: number
    readonly above_2: number
    readonly above_10: number
    readonly above_100: number
    readonly n: number
  } | null
}

/** One judged answer of an evaluation; a line of `answers/before-none.jsonl`. */
export interface AnswerRecord {
  readonly sample_id: string
  readonly audio: readonly string[]
  readonly prompt: string
  readonly scaffold?: string | null
  /** What is known of the truth; left out where nothing is. */
  readonly reference?: string
  readonly completion: string
  readonly verdicts: readonly Verdict[]
  readonly score: number
  readonly rubric: unknown
}

/** Something that a person should look at; a line of `alarms.jsonl`. */
export interface AlarmRecord {
  readonly step: number
  readonly global_step?: number
  readonly stage?: string
  readonly alarm: string
  readonly message: string
}

/** `summary.json`: written when a run ends, in whatever way. */
export interface RunSummary {
  readonly name: string
  readonly seed: number | string
  /** ISO 8601 dates. */
  readonly started: string
  readonly finished: string | null
  readonly seconds: number
  readonly time_by_stage: Readonly<Record<string, number>>
  readonly alarms: number
  /** Scores by control. */
  readonly before?: Readonly<Record<string, number>>
  readonly after?: Readonly<Record<string, number>>
  readonly lift?: number
  readonly [name: string]: unknown
}
