import { mean } from '../common/statistics.ts'
import { ARMS, type AskedTask, QUESTIONS, SEEDS, TASKS } from './arms.ts'
import { claimsOf, figureOf, perSeed } from './claims.ts'
import type { ArmResult, Asked } from './runArm.ts'

/** What each task is called on the page, and its figure. */
const COLUMNS: Readonly<Record<AskedTask, { readonly name: string; readonly metric: string; readonly unit: string }>> =
  {
    'sound-classification': { name: 'name the sounds', metric: 'map', unit: 'mAP, % ↑' },
    caption: { name: 'describe', metric: 'cider', unit: 'CIDEr ↑' },
    transcription: { name: 'order', metric: 'wer', unit: 'WER, % ↓' },
    'word-times': { name: 'order with times', metric: 'aas', unit: 'AAS, ms ↓' },
  }

/** The page docs/results/prompts.md. */
export function resultsPage(results: readonly ArmResult[], machine: string): string {
  const nSeeds = Math.min(...ARMS.map(({ id }) => results.filter(({ arm }) => arm === id).length))
  const claims = claimsOf(results)
  const missing =
    nSeeds < SEEDS.length ? ` **Only ${nSeeds} of ${SEEDS.length} seeds were measured for every arm.**` : ''
  const minutes = results.reduce((sum, { seconds }) => sum + seconds, 0) / 60
  return `# Tags, words, and what they separate

Written by \`npm run bench:prompts\` on ${machine}; ${results.length} trainings from nothing, ${minutes.toFixed(0)} minutes in all.${missing}

The same clips with conflicting labels: scenes of two or three real recordings after each other are asked for their sounds by the
alphabet, for a sentence, for their order, and for their order with times. Every arm learns from the same clips for the same number of
steps; evaluated are clips of recordings that no training heard. "Held-out wordings" ask in words that no arm was trained on. The models are
small (well under a million parameters) and start from nothing, so they hear poorly: the *form* of an answer says whether the task was understood, the figures how
well it was done.

## What was expected, and what was found

| | expected (papers.md §12) | found, by seed |
|---|---|---|
${claims.map(({ says, figures, holds }) => `| ${holds === null ? '?' : holds ? '✓' : '✗'} | ${says} | ${figures} |`).join('\n')}

## Answers in the form that was asked for, %

${table(
  results,
  ({ byTask }, task) => (byTask[task] ? 100 * byTask[task].form : null),
  (task) => COLUMNS[task].name,
)}

## How well the tasks were done

Mean over seeds. A figure of answers in another task's form says little; "–" is a task that the arm did not learn, or that could not be measured: a
CIDEr of answers that are no captions, times where none were written.

${table(
  results,
  (asked, task) => figureOf(task, COLUMNS[task].metric)(asked),
  (task) => `${COLUMNS[task].name}: ${COLUMNS[task].unit}`,
)}
`
}

function table(
  results: readonly ArmResult[],
  cell: (asked: Asked, task: AskedTask) => number | null,
  head: (task: AskedTask) => string,
): string {
  const rows = ARMS.flatMap(({ id, title }) =>
    QUESTIONS.flatMap((question) => {
      const known = perSeed(results, id, question, () => 0).length
      if (known === 0) return []
      const cells = TASKS.map((task) => {
        const values = perSeed(results, id, question, (asked) => cell(asked, task)).filter(
          (value) => !Number.isNaN(value),
        )
        return values.length === 0 ? '–' : mean(values).toFixed(1)
      })
      return [`| ${title} | ${question === 'own' ? 'as trained' : 'held-out wordings'} | ${cells.join(' | ')} |`]
    }),
  )
  return [
    `| arm | asked | ${TASKS.map(head).join(' | ')} |`,
    `|---|---|${TASKS.map(() => '---:|').join('')}`,
    ...rows,
  ].join('\n')
}
