/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// Tasks to choose from, in words or as tags.
import { askJson, at, make } from './wire.ts'

interface Task {
  readonly id: string
  readonly label: string
  readonly words: string
  readonly tags: string
}

/** Shows the tasks; tags are offered when a model knows them. */
export async function taskPicker(languages: readonly string[], knowsTags: boolean): Promise<void> {
  const question = at<HTMLTextAreaElement>('question')
  const [asTags, spoken] = [at<HTMLInputElement>('as-tags'), at<HTMLSelectElement>('spoken')]
  at('tags-setting').hidden = !knowsTags
  spoken.append(...languages.map((code) => new Option(code === 'unknown' ? 'nobody speaks' : code, code)))
  asTags.onchange = () => {
    at('spoken-setting').hidden = !asTags.checked
  }
  const { tasks } = await askJson<{ tasks: Task[] }>('/api/tasks')
  at('tasks').append(
    ...tasks.map(({ id, label, words }) => {
      const chip = make('button', 'chip', label)
      chip.type = 'button'
      chip.onclick = async () => {
        question.value = asTags.checked ? await tagsOf(id, spoken.value) : words
        question.focus()
      }
      return chip
    }),
  )
}

async function tagsOf(id: string, language: string): Promise<string> {
  const { tasks } = await askJson<{ tasks: Task[] }>(`/api/tasks?language=${encodeURIComponent(language)}`)
  return tasks.find((task) => task.id === id)!.tags
}
