/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// Tasks to choose from, in words or as tags; and questions to begin with.
import { askJson, at } from './wire.ts'

interface Task {
  readonly name: string
  readonly about: string
  readonly prompt: string | null
}

/** Fills the choice of tasks; tags are offered when a model knows them. */
export async function taskPicker(languages: readonly string[], knowsTags: boolean): Promise<void> {
  const question = at<HTMLTextAreaElement>('question')
  const [choice, asTags, spoken] = [
    at<HTMLSelectElement>('task'),
    at<HTMLInputElement>('as-tags'),
    at<HTMLSelectElement>('spoken'),
  ]
  let draw = 0
  const load = async () => {
    const style = asTags.checked ? 'tags' : 'words'
    const language = asTags.checked && spoken.value !== '' ? `&language=${spoken.value}` : ''
    return (await askJson<{ tasks: Task[] }>(`/api/tasks?style=${style}&draw=${draw}${language}`)).tasks
  }
  const ask = (text: string) => {
    question.value = text
    question.focus()
  }
  for (const chip of document.querySelectorAll<HTMLElement>('.chip[data-ask]')) {
    chip.onclick = () => ask(chip.dataset.ask ?? '')
  }
  at('tags-setting').hidden = !knowsTags
  spoken.append(
    new Option('as usual', ''),
    ...languages.map((code) => new Option(code === 'unknown' ? 'nobody speaks' : code, code)),
  )
  asTags.onchange = () => {
    at('spoken-setting').hidden = !asTags.checked
  }
  choice.onchange = async () => {
    const { value } = choice
    choice.selectedIndex = 0
    draw++ // chosen again, a task is worded otherwise
    const found = (await load()).find(({ name }) => name === value)
    ask(found?.prompt ?? '')
    at('status').textContent = found?.prompt === null ? 'This task makes no sense in that language.' : ''
  }
  choice.append(
    ...(await load()).map(({ name, about }) =>
      Object.assign(new Option(name.replaceAll('-', ' '), name), { title: about }),
    ),
  )
}
