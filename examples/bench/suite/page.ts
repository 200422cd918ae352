import type { Claim } from '../common/claims.ts'
import type { Experiment, Outcome } from './experiment.ts'

/** An experiment with what has been measured of it, one outcome a seed. */
export interface MeasuredExperiment {
  readonly experiment: Experiment
  readonly outcomes: readonly Outcome[]
  readonly seconds: number
}

/** The words for what was found. */
export const verdictOf = ({ holds }: Claim): string =>
  holds === null ? 'not told apart' : holds ? 'met' : '**not met**'

/** The page docs/results/suite.md. */
export function resultsPage(measured: readonly MeasuredExperiment[], nSeeds: number, machine: string): string {
  const minutes = measured.reduce((sum, { seconds }) => sum + seconds, 0) / 60
  const short = measured.filter(({ outcomes }) => outcomes.length < nSeeds)
  return [
    '# The post-training suite: what the papers expect, and what was found',
    '',
    `Written by \`npm run bench:suite\`. Each experiment is a small one of ${nSeeds} seeds on tasks with letters (sort, turn round, shift) whose answers a program`,
    'decides, with a model of 0.1 million parameters that reads no sound. All experiments of a seed but the first begin with one checkpoint, of 300 steps of supervised fine-tuning.',
    'Everything is trained by recipes. Held-out problems are the same for all arms and seeds, answered greedily. An ordering is **met** when its 95 % interval lies on the',
    'expected side, **not met** when it lies on the other, and not told apart when it holds both. Intervals of scores draw seeds and samples anew, crossed; intervals of',
    'other figures draw seeds alone and are rough with three of them. The values stand seed by seed. Settings were tried on the first seed only.',
    '',
    ...(short.length > 0
      ? [
          `**Not measured with all seeds:** ${short.map(({ experiment, outcomes }) => `${experiment.id} (${outcomes.length} of ${nSeeds})`).join(', ')}.`,
          '',
        ]
      : []),
    ...measured.flatMap(section),
    '## Not comparable',
    '',
    'The papers train models of 0.5 to 72 billion parameters on text. What can be compared is the order of the arms, not its size.',
    '',
    `Measured on ${machine}, ${minutes.toFixed(0)} minutes in all.`,
    '',
  ].join('\n')
}

function section({ experiment, outcomes }: MeasuredExperiment): string[] {
  const head = [
    `## ${experiment.title}`,
    '',
    `${experiment.paper}. ${experiment.about} \`--only ${experiment.id}\``,
    '',
  ]
  if (outcomes.length === 0) return head
  return [
    ...head,
    '| | expected (papers.md §12) | measured, by seed |',
    '|---|---|---|',
    ...experiment
      .claims(outcomes)
      .map((claim) => `| ${verdictOf(claim)} | ${claim.says} | ${claim.figures.replaceAll('|', '\\|')} |`),
    '',
  ]
}
