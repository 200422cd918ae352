import { z } from 'zod'
import type { Random } from './random.ts'
import { RubricError } from './rubricError.ts'
import type { Criterion, Rubric } from './schema.ts'

const DEFAULTS = { full_reveal_count: 1, steepness: 125, midpoint: 0.2, power: 2 }

/** The setting that each kind of factor reads; one that nothing reads is refused. */
const READ_BY = {
  full_reveal_count: ['group', 'binary'],
  steepness: ['step', 'sigmoid'],
  midpoint: ['step', 'sigmoid'],
  power: ['step', 'power'],
} as const

/**
 * How much of the rubric a rollout sees and how it is worded; embeds in a recipe. Defaults are those of RuscaRL's
 * recommended script (papers.md §1.4). Settings of a factor that is not chosen are refused, and only those of the
 * chosen ones are filled in.
 */
export const scaffoldSchema = z
  .strictObject({
    group: z.enum(['linear', 'binary']).default('linear').describe('share by place in the group'),
    full_reveal_count: z
      .int()
      .nonnegative()
      .optional()
      .describe('binary: rollouts a group that see the whole rubric (1)'),
    step: z
      .enum(['sigmoid', 'linear', 'power', 'constant'])
      .default('sigmoid')
      .describe('share by progress of training'),
    steepness: z.number().positive().optional().describe('sigmoid: steepness α (125)'),
    midpoint: z.number().min(0).max(1).optional().describe('sigmoid: progress at which half is shown, t₀ (0.2)'),
    power: z.number().positive().optional().describe('power: exponent n (2)'),
    style: z
      .enum(['full', 'compact'])
      .default('full')
      .describe('compact: one short line a criterion, for small models'),
    choice: z
      .enum(['random', 'math'])
      .default('random')
      .describe(
        "which criteria a share is: drawn, or RuscaRL's math_linear: the last but one always, the last only with all, of the others the first",
      ),
    turn: z
      .enum(['own', 'merged'])
      .default('own')
      .describe("own: a system turn of its own before the conversation's; merged: one turn with both"),
    base: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe('system turn of rollouts that are shown nothing; null leaves their prompt as it is'),
    show_points: z.boolean().default(true).describe('say what each criterion is worth'),
    warning: z.boolean().default(true).describe('forbid mentioning the criteria in the answer'),
  })
  .superRefine((options, context) => {
    for (const [key, [factor, kind]] of Object.entries(READ_BY)) {
      if (options[key as keyof typeof READ_BY] === undefined || options[factor] === kind) continue
      const message = `read only when ${factor} is ${kind}, and it is ${options[factor]}. Remove it, or write ${factor}: ${kind}.`
      context.addIssue({ code: 'custom', path: [key], message })
    }
  })
  .transform((options) => {
    const filled = { ...options }
    for (const key of Object.keys(READ_BY) as (keyof typeof READ_BY)[]) {
      const [factor, kind] = READ_BY[key]
      if (options[factor] === kind) filled[key] ??= DEFAULTS[key]
    }
    return filled
  })

export type ScaffoldOptions = z.output<typeof scaffoldSchema>

/**
 * Share of the rubric by place in the group, from all at `index` 0 to nothing at the last (papers.md §1.4, with i =
 * index + 1).
 *
 *   linear  λ = (G − i) / (G − 1)        binary  λ = 1 for the first `full_reveal_count`, else 0
 *
 * A group of one is never scaffolded: 0.
 */
export function groupFactor(
  index: number,
  groupSize: number,
  options: Pick<ScaffoldOptions, 'group' | 'full_reveal_count'>,
): number {
  if (!Number.isInteger(index) || index < 0 || index >= groupSize) {
    throw new RubricError(
      `groupFactor: index ${index} is outside a group of ${groupSize}. Write 0 to ${groupSize - 1}.`,
    )
  }
  if (groupSize === 1) return 0
  if (options.group === 'linear') return (groupSize - 1 - index) / (groupSize - 1)
  return index < (options.full_reveal_count ?? DEFAULTS.full_reveal_count) ? 1 : 0
}

/**
 * Share of the rubric by progress t = clamp((step − 1) / (T − 1), 0, 1) (papers.md §1.4).
 *
 *   sigmoid  1 / (1 + exp(α(t − t₀)))      linear  1 − t      power  (1 − t)ⁿ      constant  1
 *
 * @param step  1-based, as in the paper's code
 */
export function stepFactor(
  step: number,
  totalSteps: number,
  options: Pick<ScaffoldOptions, 'step' | 'steepness' | 'midpoint' | 'power'>,
): number {
  const t = Math.min(1, Math.max(0, (step - 1) / Math.max(1, totalSteps - 1)))
  const { steepness = DEFAULTS.steepness, midpoint = DEFAULTS.midpoint, power = DEFAULTS.power } = options
  return {
    sigmoid: () => 1 / (1 + Math.exp(steepness * (t - midpoint))),
    linear: () => 1 - t,
    power: () => (1 - t) ** power,
    constant: () => 1,
  }[options.step]()
}

/** Share of the rubric that one rollout sees: λ_step · λ_group (papers.md §1.4). */
export function scaffoldRatio(
  at: { step: number; totalSteps: number; index: number; groupSize: number },
  options: ScaffoldOptions,
): number {
  return stepFactor(at.step, at.totalSteps, options) * groupFactor(at.index, at.groupSize, options)
}

/** Number of criteria shown: round(ratio · N), halves to even as Python rounds. */
export const nShown = (ratio: number, nCriteria: number): number =>
  Math.min(nCriteria, roundHalfToEven(ratio * nCriteria))

/**
 * The criteria that one rollout sees (papers.md §1.4). Draw anew for each rollout.
 *
 *   random  all in file order when `ratio` ≥ 1, else `nShown` of them, drawn uniformly without replacement and in the
 *           order of the draw
 *   math    RuscaRL's `math_linear`, for rubrics that end with the format and the final answer: of all before these two
 *           the first `nShown`, then the last when `ratio` ≥ 1, then always the last but one. Draws nothing.
 *
 * @throws RubricError when `ratio` is negative or not a number
 */
export function drawScaffold(
  rubric: Rubric,
  ratio: number,
  random: Random,
  choice: ScaffoldOptions['choice'] = 'random',
): Criterion[] {
  if (!(ratio >= 0)) throw new RubricError(`drawScaffold: ratio ${ratio}. Write a number from 0 to 1.`)
  const pool = [...rubric.criteria]
  if (choice === 'math') {
    const others = pool.slice(0, -2)
    const [format, answer] = pool.length > 1 ? pool.slice(-2) : [undefined, pool[0]]
    return [
      ...others.slice(0, nShown(ratio, others.length)),
      ...(answer && ratio >= 1 ? [answer] : []),
      ...(format ? [format] : []),
    ]
  }
  if (ratio >= 1) return pool
  const count = nShown(ratio, pool.length)
  for (let i = 0; i < count; i++) {
    const j = i + Math.floor(random() * (pool.length - i))
    ;[pool[i], pool[j]] = [pool[j]!, pool[i]!] // Fisher–Yates, stopped after `count`
  }
  return pool.slice(0, count)
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}
