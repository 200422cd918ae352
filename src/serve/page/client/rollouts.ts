/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// The rollouts of a run: for a step and a prompt what was heard and asked, and every answer with its reward.
import { type ClipView, showClip } from './clipView.ts'
import type { Verdict } from './conversation.ts'
import { showVerdicts, summary } from './verdicts.ts'
import { ask, askJson, at, make } from './wire.ts'

interface Rollout {
  readonly sample_id: string
  readonly group_index: number
  readonly nClips: number
  readonly prompt: string
  readonly scaffold?: { ratio: number; text: string } | null
  readonly completion: string
  readonly verdicts: readonly Verdict[]
  readonly reward: number | null
  readonly advantage?: number | null
  readonly n_tokens?: number | null
}

export interface RolloutBrowser {
  /** Shows a run's newest step; of the run that is shown already only the choice of steps grows. */
  show(run: string, steps: readonly number[]): Promise<void>
}

export function rolloutBrowser(failed: (error: unknown) => void): RolloutBrowser {
  const [step, group] = [at<HTMLSelectElement>('step'), at<HTMLSelectElement>('group')]
  let run = ''
  let rollouts: readonly Rollout[] = []
  const clips: ClipView[] = []

  const showGroup = () => {
    for (const clip of clips.splice(0)) clip.remove()
    const chosen = rollouts.filter(({ sample_id }) => sample_id === group.value)
    const asked = make('div', 'asked')
    at('rollouts').replaceChildren(asked, ...chosen.map((rollout) => answerOf(rollout, chosen)))
    asked.append(make('p', '', chosen[0]?.prompt ?? ''))
    void addClips(chosen[0], asked).catch(failed)
  }
  const addClips = async (rollout: Rollout | undefined, parent: HTMLElement) => {
    const index = rollouts.indexOf(rollout!)
    for (let clip = 0; clip < (rollout?.nClips ?? 0); clip++) {
      const address = `/api/runs/${encodeURIComponent(run)}/rollouts/${step.value}/clips/${index}/${clip}`
      const blob = await ask(address).then(
        (response) => response.blob(),
        () => null, // the data may have been moved since
      )
      if (parent.isConnected && blob) clips.push(showClip({ name: `audio ${clip + 1}`, blob }, parent))
    }
  }
  const loadStep = async () => {
    const found = await askJson<{ rollouts: Rollout[]; nLeftOut: number }>(
      `/api/runs/${encodeURIComponent(run)}/rollouts/${step.value}`,
    )
    rollouts = found.rollouts
    const samples = [...new Set(rollouts.map(({ sample_id }) => sample_id))]
    group.replaceChildren(...samples.map((id) => new Option(id, id)))
    at('left-out').textContent = found.nLeftOut > 0 ? `${found.nLeftOut} more rollouts of this step are not shown.` : ''
    showGroup()
  }
  const move = (select: HTMLSelectElement, by: number) => {
    const to = select.selectedIndex + by
    if (to < 0 || to >= select.options.length) return
    select.selectedIndex = to
    select.dispatchEvent(new Event('change'))
  }
  step.onchange = () => void loadStep().catch(failed)
  group.onchange = showGroup
  for (const [id, select, by] of [
    ['step-before', step, -1],
    ['step-after', step, 1],
    ['group-before', group, -1],
    ['group-after', group, 1],
  ] as const) {
    at(id).onclick = () => move(select, by)
  }

  return {
    async show(name, steps) {
      const isNew = name !== run
      run = name
      at('rollouts-part').hidden = steps.length === 0
      if (steps.length === 0 || (!isNew && steps.length === step.options.length)) return
      const before = isNew ? '' : step.value
      step.replaceChildren(...steps.map((n) => new Option(String(n), String(n))))
      step.value = before === '' ? String(steps.at(-1)) : before
      if (before === '') await loadStep()
    },
  }
}

const number = (value: number | null | undefined): string =>
  value === null || value === undefined ? 'unknown' : value.toFixed(2)

function answerOf(rollout: Rollout, group: readonly Rollout[]): HTMLElement {
  const { completion, scaffold, reward, advantage, group_index } = rollout
  const box = make('article', 'answer')
  box.setAttribute('aria-label', `Answer ${group_index + 1}`)
  const head = make('header')
  const worth = make('span', 'score')
  worth.append('reward ', make('b', '', number(reward)))
  if (advantage !== null && advantage !== undefined) worth.append(' · advantage ', make('b', '', signed(advantage)))
  head.append(make('span', 'who', `answer ${group_index + 1}`), worth)
  box.append(head)
  if (advantage !== null && advantage !== undefined) box.append(bar(advantage, group))
  box.append(make('p', 'said', completion === '' ? '(nothing)' : completion))
  if (scaffold?.text) {
    const shown = make('details')
    shown.append(make('summary', '', `Saw ${Math.round(100 * scaffold.ratio)} % of the rubric`))
    shown.append(make('p', 'scaffold', scaffold.text))
    box.append(shown)
  } else box.append(make('p', 'note', 'Saw the plain prompt'))
  const { verdicts } = rollout
  const decided = make('details')
  const list = make('ul', 'verdicts')
  showVerdicts(list, verdicts)
  decided.append(make('summary', '', summary(verdicts) || 'no verdicts'), list)
  box.append(decided)
  return box
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`

/** How far an answer lies above or below its group. */
function bar(advantage: number, group: readonly Rollout[]): HTMLElement {
  const widest = Math.max(1e-9, ...group.map((one) => Math.abs(one.advantage ?? 0)))
  const track = make('div', 'advantage')
  const fill = make('i', advantage < 0 ? 'below' : 'above')
  fill.style.width = `${(50 * Math.abs(advantage)) / widest}%`
  track.append(fill)
  return track
}
