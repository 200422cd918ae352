import type { Criterion, Verdict } from '../../rubrics/index.ts'
import type { Message } from '../prompts/message.ts'

/** One answer and the criteria that are to be decided about it. */
export interface JudgeTask {
  /** The conversation up to the answer. */
  readonly messages: readonly Message[]
  readonly answer: AnswerToJudge
  readonly criteria: readonly Criterion[]
  /** What is known of the truth: a transcript of what was heard, a label, a model answer. Shown to the judge. */
  readonly reference?: string
  /** Which of several independent judgements of the same task this is (0); each is asked for and kept by itself. */
  readonly repeat?: number
}

export interface AnswerToJudge {
  /** What was said or written; undefined for a recording that has no transcript. */
  readonly text?: string
  /** The spoken answer: a path, a data URL or an http(s) URL. Heard only by a judge that takes audio. */
  readonly recording?: string
}

/** Where in an answer a verdict finds its reason. */
export type Evidence =
  /** [start, end) in UTF-16 units of the answer's text, and what stands there. */
  | { readonly kind: 'words'; readonly start: number; readonly end: number; readonly text: string }
  /** [startSeconds, endSeconds) of the recording. */
  | { readonly kind: 'time'; readonly startSeconds: number; readonly endSeconds: number }

export interface JudgeVerdict extends Verdict {
  readonly evidence?: readonly Evidence[]
}

export interface Judge {
  /** Names it in reports, such as `gpt-4.1 (quoting)`. */
  readonly name: string
  /**
   * One verdict a criterion, in their order; `met: null` where the judge gave none that could be read.
   *
   * @throws JudgeError when no judgement can be had at all, BudgetSpent when the budget forbids another call, and
   * `signal.reason` when aborted. Replies that were paid for are in the cache by then.
   */
  judge(task: JudgeTask, options?: { readonly signal?: AbortSignal }): Promise<JudgeVerdict[]>
  metrics(): JudgeMetrics
  /** Lets go of the cache, and of a model that it holds. */
  close(): void | Promise<void>
}

/** What judging took, since the judge was made. */
export interface JudgeMetrics {
  /** Requests sent, failed ones included. */
  readonly calls: number
  /** Replies taken from the cache instead. */
  readonly cached: number
  /** Requests that were repeated, by reason: `429`, `timeout`, `network`, `unreadable`, … */
  readonly retries: Readonly<Record<string, number>>
  readonly verdicts: number
  /** Verdicts that stayed unknown. */
  readonly unknown: number
  readonly promptTokens: number
  readonly completionTokens: number
  /** In the currency of the prices given; null without prices. */
  readonly cost: number | null
  /** Seconds from sending a request to having read its reply; quantiles within 5 %. */
  readonly latencySeconds: { readonly mean: number; readonly p50: number; readonly p95: number; readonly max: number }
  /** Answers longer than the judge is shown; the rest of them was not judged. */
  readonly nCut: number
}
