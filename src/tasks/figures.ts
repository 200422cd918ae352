import type { Language } from '../tags/index.ts'
import { taskNamed } from './ask.ts'

/** What a sample's task is measured by: the task, right answers, and the language of the answer. */
export interface Asked {
  readonly task: string
  readonly references: readonly string[]
  readonly language: Language
}

export interface Completed {
  readonly answer: string
  /** Left out of samples without a task. */
  readonly asked?: Asked
}

/** One figure of one task over its answers; a part of an evaluation's record. */
export interface TaskFigure {
  readonly task: string
  readonly metric: string
  /** Null where these answers cannot tell. */
  readonly value: number | null
  readonly unit: '%' | 'ms' | ''
  readonly better: 'higher' | 'lower'
  readonly n: number
  /** Answers left out: they are not what the task's answers look like. */
  readonly n_unread?: number
  readonly parts?: Readonly<Record<string, number | null>>
}

/** Every metric of every task that answers were given to; answers of samples without a reference are left out. */
export function taskFigures(completed: readonly Completed[]): TaskFigure[] {
  const byTask = new Map<string, { answer: string; references: readonly string[]; language: Language }[]>()
  for (const { answer, asked } of completed) {
    if (!asked || asked.references.length === 0) continue
    const own = byTask.get(asked.task) ?? []
    own.push({ answer, references: asked.references, language: asked.language })
    byTask.set(asked.task, own)
  }
  return [...byTask].flatMap(([task, judged]) =>
    taskNamed(task).metrics.map(({ name, unit, better, measure }): TaskFigure => {
      const { value, n, nUnread, parts } = measure(judged)
      return {
        task,
        metric: name,
        value,
        unit,
        better,
        n,
        ...(nUnread === undefined ? {} : { n_unread: nUnread }),
        ...(parts ? { parts } : {}),
      }
    }),
  )
}
