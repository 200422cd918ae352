// What the server tells of runs, and what differs between them. Nothing here touches the document.

export interface Listed {
  readonly name: string
  readonly started: string | null
  readonly state: 'finished' | 'training' | 'stopped'
  readonly seconds: number | null
  readonly nSteps: number
  readonly nAlarms: number
  readonly scores: readonly { name: string; score: number }[]
}

export interface Panel {
  readonly title: string
  readonly about: string
  readonly steps: readonly number[]
  readonly series: readonly { label: string; values: readonly (number | null)[] }[]
  readonly main: boolean
}

export interface Evaluation {
  readonly name: string
  readonly control: string
  readonly score: number
  readonly interval?: readonly [number, number] | null
  readonly n_samples: number
}

export interface Run {
  readonly name: string
  readonly state: Listed['state']
  readonly hasReport: boolean
  readonly recipe: Readonly<Record<string, string>>
  readonly evaluations: readonly Evaluation[]
  readonly alarms: readonly { step?: number | null; alarm: string; message: string }[]
  readonly stages: readonly { label: string; panels: readonly Panel[] }[]
  readonly steps: readonly number[]
  readonly problems: readonly string[]
}

/** Rows of a table, a value a run; null where a run has none. */
export interface Row<Value> {
  readonly label: string
  readonly values: readonly (Value | null)[]
}

/** Fields of the recipes that are not alike in all runs. */
export function recipeDifferences(runs: readonly Pick<Run, 'recipe'>[]): Row<string>[] {
  const keys = new Set(runs.flatMap(({ recipe }) => Object.keys(recipe)))
  return [...keys]
    .map((label) => ({ label, values: runs.map(({ recipe }) => recipe[label] ?? null) }))
    .filter(({ values }) => new Set(values).size > 1)
}

/** Scores of the evaluations that any of the runs has. */
export function scoreTable(runs: readonly Pick<Run, 'evaluations'>[]): Row<Evaluation>[] {
  const label = ({ name, control }: Evaluation) => (control === 'none' ? name : `${name}, ${control}`)
  const labels = new Set(runs.flatMap(({ evaluations }) => evaluations.map(label)))
  return [...labels].map((wanted) => ({
    label: wanted,
    // An evaluation that was done again, as when a run went on, stands once: the last counts.
    values: runs.map(({ evaluations }) => evaluations.findLast((one) => label(one) === wanted) ?? null),
  }))
}

/** Panels of the same stage and title over each other: the first line of each, named after its run. */
export function overlaid(runs: readonly Run[]): { stage: string; panel: Panel }[] {
  const found = new Map<string, { stage: string; of: { run: string; panel: Panel }[] }>()
  for (const { name, stages } of runs) {
    for (const { label, panels } of stages) {
      for (const panel of panels.filter(({ main }) => main)) {
        const key = `${label} ${panel.title}`
        if (!found.has(key)) found.set(key, { stage: label, of: [] })
        found.get(key)!.of.push({ run: name, panel })
      }
    }
  }
  return [...found.values()]
    .filter(({ of }) => of.length > 1)
    .map(({ stage, of }) => {
      const steps = [...new Set(of.flatMap(({ panel }) => panel.steps))].sort((a, b) => a - b)
      const series = of.map(({ run, panel }) => {
        const at = new Map(panel.steps.map((step, i) => [step, panel.series[0]!.values[i] ?? null]))
        return { label: run, values: steps.map((step) => at.get(step) ?? null) }
      })
      const { title, about, main } = of[0]!.panel
      const first = of[0]!.panel.series
      return {
        stage,
        panel: { title, about: first.length > 1 ? `${about} Shown: ${first[0]!.label}.` : about, main, steps, series },
      }
    })
}
