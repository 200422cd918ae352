import { checkValue } from '../../rubrics/index.ts'
import { UsageError } from '../errors.ts'
import { seededRandom } from '../random.ts'
import { renderTags } from '../tags/index.ts'
import { askOf, taskNamed } from './ask.ts'
import { tasks } from './list.ts'
import { promptOf, promptStyleFields } from './promptStyle.ts'
import type { Task } from './task.ts'

export interface TaskDescription {
  readonly name: string
  readonly about: string
  /** Of an ask with the task's defaults. */
  readonly tags: string
  readonly metrics: readonly string[]
  /** Wordings, drawn by the seed and different from each other. */
  readonly prompts: readonly string[]
}

/** What stands for the parts that a task cannot be asked without. */
const PLACES = { question: '…', phrase: '…' }

/** Tasks as a person reads them; all when no name is given. @throws UsageError for an unknown task or language */
export function describeTasks(
  names: readonly string[],
  options: { paraphrases: 'train' | 'held-out' | 'all'; languages: readonly string[]; count: number; seed: string },
): TaskDescription[] {
  const checked = checkValue(promptStyleFields, { paraphrases: options.paraphrases, languages: options.languages })
  if (!checked.ok) throw new UsageError(checked.problems.join('\n'))
  const shown: readonly Task[] = names.length > 0 ? names.map(taskNamed) : tasks
  return shown.map((task) => {
    const ask = askOf({
      name: task.name,
      ...Object.fromEntries((task.needs ?? []).map((need) => [need, PLACES[need]])),
    })
    const random = seededRandom(options.seed).child(task.name)
    const prompts = new Set<string>()
    // A bank may hold fewer wordings than are asked for.
    for (let draw = 0; draw < 50 * options.count && prompts.size < options.count; draw++) {
      prompts.add(promptOf(task, ask, checked.value, random))
    }
    return {
      name: task.name,
      about: task.about,
      tags: renderTags(task.tags(ask)) + (task.afterTags?.(ask) ?? ''),
      metrics: task.metrics.map(({ name }) => name),
      prompts: [...prompts],
    }
  })
}
