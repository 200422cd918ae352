import { claimLine, gainText, percent } from '../common/claims.ts'
import { mean, pairedGain } from '../common/statistics.ts'
import { ARMS, type Arm } from './arms.ts'
import { claimsOf, type Measured, scoresOf } from './claims.ts'
import type { Ground } from './ground.ts'
import type { ArmResult } from './runArm.ts'

export interface GroundOnPage {
  readonly ground: Ground
  readonly measured: Measured
  /** Names of plots, relative to the page. */
  readonly plots: { readonly curves: string; readonly scores: string }
}

/** The page `docs/results/ruscarl.md`: what was measured, and in plain words where the paper's ordering holds. */
export function resultsPage(grounds: readonly GroundOnPage[], missing: readonly Ground[], machine: string): string {
  return [
    '# RuscaRL on our own ground',
    '',
    'Written by `npm run bench:ruscarl`, which trains every arm below and says what it found, whatever it is. All arms of a seed start from one',
    'checkpoint and take as many steps; scores are of held-out samples on the plain prompt, greedy. Every criterion is decided by a program.',
    '**Paired differences** are means over seeds and samples, with a 95 % interval that draws both anew (seeds and samples crossed). With three seeds such an',
    'interval is rough: read the seeds too. The scaffold is shown as `group: linear`; the baseline is the same with nothing shown.',
    '',
    ...grounds.flatMap(section),
    ...missing.flatMap(({ title, about }) => [`## ${title}`, '', `${about} **Not measured yet.**`, '']),
    '## Not comparable',
    '',
    "The paper's models have billions of parameters and judges that are models, on HealthBench; these have 0.1 and 1.3 million, and verifiers. What can be compared is the",
    'order of the arms. The 95 % interval is over seeds and samples of this data, not over tasks.',
    '',
    `Measured on ${machine}.`,
    '',
  ].join('\n')
}

function section({ ground, measured, plots }: GroundOnPage): string[] {
  const claims = claimsOf(ground, measured)
  const seconds = [...measured.values()].flat().reduce((sum, result) => sum + result.seconds, 0)
  return [
    `## ${ground.title}`,
    '',
    `${ground.about} Seeds ${ground.seeds.join(', ')}.`,
    '',
    ...claims.map(claimLine),
    '',
    ...table(ground, measured),
    '',
    `![Reward of plain training answers by step](${plots.curves})`,
    '',
    `Reward of the training answers that were shown nothing, mean of ${WINDOW_TEXT} and of the seeds; shaded from the lowest to the highest seed. The dashed line is where the sigmoid falls.`,
    '',
    `![Held-out scores of every arm](${plots.scores})`,
    '',
    'A point is a seed, a bar the mean of the seeds, the dashed line the checkpoints before reinforcement learning.',
    '',
    ...criteriaTable(measured),
    '',
    `The arms took ${Math.round(seconds / 60)} minutes, each on a core of its own; fine-tuning of the checkpoints is not counted.`,
    '',
  ]
}

const WINDOW_TEXT = 'the last five steps'
function table(ground: Ground, measured: Measured): string[] {
  const baseline = measured.get('none')
  const rows = ARMS.flatMap((arm) => {
    const results = measured.get(arm.id)
    return results ? [row(arm, results, baseline)] : []
  })
  const seeds = ground.seeds.map((seed) => `seed ${seed}`).join(' | ')
  return [
    `| arm | ${seeds} | mean | against GRPO without scaffold | rubric shown | novelty |`,
    `|---|${ground.seeds.map(() => '---').join('|')}|---|---|---|---|`,
    before(measured, ground),
    ...rows,
  ]
}

function before(measured: Measured, ground: Ground): string {
  const results = measured.get('sigmoid') ?? []
  const [plain, shown] = [results.map(({ before }) => before.plain), results.map(({ before }) => before.shown)]
  const cells = ground.seeds.map((_, i) => plain[i]?.toFixed(3) ?? '')
  return `| before reinforcement learning | ${cells.join(' | ')} | ${mean(plain).toFixed(3)} | | ${mean(shown).toFixed(3)} | |`
}

function row({ id, title }: Arm, results: readonly ArmResult[], baseline: readonly ArmResult[] | undefined): string {
  const plain = results.map(({ after }) => after.plain)
  const shown = mean(results.map(({ after }) => after.shown))
  const against = baseline && id !== 'none' ? gainText(pairedGain(scoresOf(baseline), scoresOf(results))) : ''
  const ratios = results.flatMap(({ novelty }) => novelty ?? [])
  const novelty = ratios.length > 0 ? mean(ratios).toFixed(1) : ''
  return `| ${title} | ${plain.map((score) => score.toFixed(3)).join(' | ')} | **${mean(plain).toFixed(3)}** | ${against} | ${shown.toFixed(3)} | ${novelty} |`
}

/** Share of held-out answers that meet the criteria of a group, plain prompt. */
function criteriaTable(measured: Measured): string[] {
  const arms = ARMS.filter(({ id, about }) => about === 'schedule' && measured.has(id))
  const groups = measured.get('none')![0]!.criteria
  const rate = (results: readonly ArmResult[], group: string, when: 'before' | 'after') =>
    percent(mean(results.flatMap(({ criteria }) => criteria.find((one) => one.group === group)?.[when] ?? [])))
  return [
    `| held-out answers that meet | before | ${arms.map(({ title }) => title).join(' | ')} |`,
    `|---|---|${arms.map(() => '---').join('|')}|`,
    ...groups.map(({ group, sign }) => {
      const cells = arms.map(({ id }) => rate(measured.get(id)!, group, 'after'))
      return `| ${group}${sign < 0 ? ' (costs points)' : ''} | ${rate(measured.get('none')!, group, 'before')} | ${cells.join(' | ')} |`
    }),
  ]
}
