import { aboveZero, type Claim, gainText, percent, signed } from '../common/claims.ts'
import { mean, pairedGain } from '../common/statistics.ts'
import type { Ground } from './ground.ts'
import type { ArmResult, Curve } from './runArm.ts'

/** Results of one ground: by arm, then by seed in the ground's order. Arms that were not run are missing. */
export type Measured = ReadonlyMap<string, readonly ArmResult[]>

export const scoresOf = (results: readonly ArmResult[]): number[][] => results.map(({ scores }) => [...scores])

/** Every claim that the arms at hand can be held against. */
export function claimsOf(ground: Ground, measured: Measured): Claim[] {
  const claims: Claim[] = []
  const of = (arm: string) => measured.get(arm)
  const [none, sigmoid] = [of('none'), of('sigmoid')]
  if (!none || !sigmoid) return claims
  claims.push(lift(sigmoid))
  if (ground.sparse) claims.push(unexplored(none), learnt(ground.sparse, none, sigmoid))
  claims.push(internalised(ground, sigmoid))
  claims.push(above('RuscaRL ends above GRPO without scaffold', none, sigmoid))
  for (const [arm, title] of [
    ['constant', 'a scaffold that is kept on'],
    ['linear', 'linear decay'],
  ] as const) {
    const other = of(arm)
    if (!other) continue
    claims.push(above(`sigmoid decay ends above ${title}`, other, sigmoid))
    claims.push(above(`${title} ends below GRPO without scaffold`, other, none))
  }
  for (const arm of ['plain/scaffold', 'scaffold/scaffold']) {
    const other = of(arm)
    if (other) claims.push(above(`the ratio plain/plain ends above ${arm}`, other, sigmoid))
  }
  const sampled = of('plain/scaffold')
  if (sampled) claims.push(clipped(sampled, sigmoid))
  for (const [arm, clean] of [
    ['none', none],
    ['sigmoid', sigmoid],
  ] as const) {
    const title = arm === 'none' ? 'GRPO without scaffold' : 'RuscaRL'
    const [negated, halved] = [of(`${arm} negated`), of(`${arm} halved`)]
    if (negated) claims.push(above(`a negated rubric destroys ${title}`, negated, clean))
    if (halved) claims.push(above(`half of the criteria removed costs ${title} something`, halved, clean))
  }
  return claims
}

/** The ones that CI insists on: what a sparse ground is there to show. */
export const isDemanded = ({ says }: Claim): boolean => says.startsWith(SPARSE)
const SPARSE = 'sparse: '

function lift(results: readonly ArmResult[]): Claim {
  const lifts = results.map(({ before }) => before.shown - before.plain)
  return {
    says: 'the policy follows criteria that it is shown (scaffold lift above 0), without which nothing below could work',
    holds: lifts.every((value) => value > 0.02),
    figures: `lift ${lifts.map(signed).join(', ')}`,
  }
}

function unexplored(none: readonly ArmResult[]): Claim {
  const [met, verdicts] = [sum(none, 'met'), sum(none, 'verdicts')]
  return {
    says: `${SPARSE}a policy that is shown nothing hardly ever meets the criteria in the first quarter of its training`,
    holds: met / verdicts < 0.001,
    figures: `${met} of ${verdicts.toLocaleString('en')} verdicts`,
  }
}

const sum = (results: readonly ArmResult[], key: 'met' | 'verdicts'): number =>
  results.reduce((total, { sparse }) => total + (sparse?.[key] ?? 0), 0)

/** Criteria that the one learns with every seed, and the other with none. */
function learnt(groups: readonly string[], none: readonly ArmResult[], sigmoid: readonly ArmResult[]): Claim {
  const rates = (results: readonly ArmResult[], group: string) =>
    results.map(({ criteria }) => criteria.find((one) => one.group === group)?.after ?? 0)
  const only = groups.filter(
    (group) =>
      rates(none, group).every((rate) => rate <= 0.02) && rates(sigmoid, group).every((rate) => rate >= LEARNT),
  )
  const told = groups.map((group) => {
    const by = (results: readonly ArmResult[]) => rates(results, group).map(percent).join(', ')
    return `${group} ${by(sigmoid)} against ${by(none)}`
  })
  return {
    says: `${SPARSE}some of them are learnt with the scaffold by every seed, and without it by none`,
    holds: only.length > 0,
    figures: `${only.join(', ') || 'none'}; held-out answers that meet them, by seed, RuscaRL against GRPO: ${told.join('; ')}`,
  }
}

/** Share of held-out answers from which on a criterion counts as learnt. */
const LEARNT = 0.25

function internalised({ midpoint }: Ground, sigmoid: readonly ArmResult[]): Claim {
  const phases = sigmoid.map(({ curves }) => {
    const shown = curves.plain.slice(0, Math.floor(midpoint * curves.plain.length))
    return [meanOf(shown.slice(0, 5)), meanOf(shown.slice(-5))] as const
  })
  return {
    says: 'the plain prompt improves while the scaffold is still shown (it is internalised)',
    holds: phases.every(([first, last]) => last > first),
    figures: `plain training reward ${phases.map(([first, last]) => `${first.toFixed(2)} → ${last.toFixed(2)}`).join(', ')}`,
  }
}

function clipped(sampled: readonly ArmResult[], plain: readonly ArmResult[]): Claim {
  const share = (results: readonly ArmResult[]) => mean(results.map((result) => curveMean(result, 'clipped')))
  const ratios = sampled.map((result) => curveMean(result, 'ratio'))
  return {
    says: 'the ratio plain/scaffold clips many tokens',
    holds: share(sampled) > share(plain) + 0.05,
    figures: `clipped ${percent(share(sampled))} against ${percent(share(plain))} of plain/plain; mean ratio ${ratios.map((value) => value.toFixed(2)).join(', ')}`,
  }
}

/** Whether b ends above a on held-out plain prompts, as far as the interval tells. */
function above(says: string, a: readonly ArmResult[], b: readonly ArmResult[]): Claim {
  const gain = pairedGain(scoresOf(a), scoresOf(b))
  return { says, holds: aboveZero(gain), figures: gainText(gain) }
}

const curveMean = ({ curves }: ArmResult, name: Curve): number => meanOf(curves[name])
const meanOf = (values: readonly (number | null)[]): number => mean(values.filter((value) => value !== null))
