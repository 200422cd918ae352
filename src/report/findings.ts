import { count, percent, signedPercent } from './format.ts'
import { type Difference, difference } from './pairs.ts'
import type { Evaluation, Run } from './readRun.ts'

/** One answer to "does it listen?": the same samples with the sound taken away or exchanged. */
export interface ListeningControl {
  control: 'silenced' | 'swapped'
  evaluation: Evaluation
  /** From the control to the real sound: positive when the sound helps. */
  gain: Difference
}

/** How much showing the rubric in the prompt adds to the score. */
export interface Lift {
  when: string
  evaluation: Evaluation
  gain: Difference
}

/** What the run shows, before any of it is drawn. */
export interface Findings {
  before: Evaluation | undefined
  after: Evaluation | undefined
  change: Difference | undefined
  listening: ListeningControl[]
  lifts: Lift[]
  verdict: string
  /** For the colour of the headline; `none` when nothing was measured. */
  tone: 'good' | 'bad' | 'unclear' | 'none'
}

/**
 * Compares the evaluations named "before" and "after", on the plain prompt with the real sound. Where those names are
 * missing, the first and last evaluations of that kind stand in, under their own names.
 */
export function findFindings(run: Run, random: () => number): Findings {
  const plain = run.evaluations.filter(({ control, best_of }) => control === 'none' && (best_of ?? 1) === 1)
  const after = plain.findLast((e) => e.name === 'after') ?? (plain.length > 1 ? plain.at(-1) : undefined)
  const before = plain.find((e) => e.name === 'before' && e !== after) ?? plain.find((e) => e !== after)
  const last = after ?? before
  const change = before && after && difference(before, after, random)
  const under = (evaluation: Evaluation | undefined, control: string) =>
    evaluation && run.evaluations.findLast((e) => e.name === evaluation.name && e.control === control)

  const listening = (['silenced', 'swapped'] as const).flatMap((control): ListeningControl[] => {
    const evaluation = under(last, control)
    return evaluation && last ? [{ control, evaluation, gain: difference(evaluation, last, random) }] : []
  })
  const lifts = [before, after].flatMap((evaluation): Lift[] => {
    const scaffolded = under(evaluation, 'scaffolded')
    return evaluation && scaffolded
      ? [{ when: evaluation.name, evaluation: scaffolded, gain: difference(evaluation, scaffolded, random) }]
      : []
  })
  return { before, after, change, listening, lifts, ...judge(before, after, change, listening) }
}

function judge(
  before: Evaluation | undefined,
  after: Evaluation | undefined,
  change: Difference | undefined,
  listening: ListeningControl[],
): Pick<Findings, 'verdict' | 'tone'> {
  if (!before && !after) {
    return { verdict: 'This run holds no evaluation, so whether it learnt anything was not measured.', tone: 'none' }
  }
  const heard = listeningClause(listening)
  if (!before || !after || !change) {
    const only = (after ?? before)!
    return {
      verdict: `Only one evaluation was kept (“${only.name}”, ${percent(only.score)}%), so nothing can be said about a change; ${heard.text}.`,
      tone: 'none',
    }
  }
  const figures = `${percent(before.score)}% to ${percent(after.score)}%`
  const measured = change.interval
    ? `${signedPercent(change.mean)} points, 95% interval ${signedPercent(change.interval[0])} to ${signedPercent(change.interval[1])}, ${count(change.nPairs, 'sample')}`
    : `${signedPercent(change.mean)} points, answers not paired, ${count(after.n_samples, 'sample')}`
  if (change.direction === 'higher') {
    return {
      verdict: `Training raised the score from ${figures} (${measured}), ${heard.joins === 'and' ? 'and' : 'but'} ${heard.text}.`,
      tone: heard.joins === 'and' ? 'good' : 'unclear',
    }
  }
  if (change.direction === 'lower') {
    return { verdict: `Training made the score worse, from ${figures} (${measured}); ${heard.text}.`, tone: 'bad' }
  }
  return {
    verdict: `No change that this evaluation could tell from chance: ${figures} (${measured}); ${heard.text}.`,
    tone: 'unclear',
  }
}

/** What the controls say, as half a sentence, and whether it supports a good result (`and`) or qualifies it (`but`). */
function listeningClause(controls: ListeningControl[]): { text: string; joins: 'and' | 'but' } {
  if (controls.length === 0) return { text: 'whether the model listens was not tested', joins: 'but' }
  const scores = controls
    .map(
      (c) =>
        `${percent(c.evaluation.score)}% with the sound ${c.control === 'silenced' ? 'silenced' : 'swapped for another clip'}`,
    )
    .join(', ')
  const deaf = controls.filter((c) => c.gain.direction !== 'higher')
  if (deaf.length === 0) return { text: `the model listens (${scores})`, joins: 'and' }
  if (deaf.length === controls.length) return { text: `it was not shown to listen (${scores})`, joins: 'but' }
  return { text: `only one of the two controls shows that it listens (${scores})`, joins: 'but' }
}
