import type { Criterion } from '../../../rubrics/index.ts'

/** How a judge is asked. A new template is one file, and a line in `templates/index.ts`. */
export interface JudgeTemplate {
  readonly name: string
  /** One sentence, and where it comes from. */
  readonly about: string
  /** Whether a criterion is shown as `[points] criterion`. */
  readonly showPoints: boolean
  /** Whether system turns of the conversation are kept from the judge. */
  readonly dropSystem: boolean
  /**
   * The prompt about one criterion, with `<<conversation>>` and `<<rubric_item>>` where these belong: the slots of
   * simple-evals' grader, whose own text can be put here as it is.
   */
  readonly one: string
  /** The prompt about all criteria at once, numbered from 1; without it the template has no such form. */
  readonly all?: string
  /** What its source sends with a request, unless the judge's options say otherwise. */
  readonly sampling: JudgeSampling
}

export interface JudgeSampling {
  /** A system turn in front of the prompt. */
  readonly system?: string
  readonly temperature?: number
  readonly maxTokens?: number
  /** Further fields of the request. */
  readonly body?: Readonly<Record<string, unknown>>
}

/** A criterion as the judge reads it. */
export const rubricItem = ({ criterion, points }: Criterion, { showPoints }: JudgeTemplate): string =>
  showPoints ? `[${points}] ${criterion}` : criterion

/** Fills the slots in one pass, so that a conversation that holds a slot's name is not filled again. */
export const fillTemplate = (text: string, slots: Readonly<Record<string, string>>): string =>
  text.replace(/<<(\w+)>>/g, (whole, name: string) => (Object.hasOwn(slots, name) ? slots[name]! : whole))
