import type { Random } from '../../random.ts'
import { type Agreement, agreementOf, agreementOfTable, type Pair, tableOf } from './agreement.ts'
import { groupBy, itemOf } from './group.ts'
import type { Judgement } from './judgement.ts'
import { type Threshold, thresholdOf } from './threshold.ts'

export interface CriterionCalibration extends Agreement {
  readonly criterion: string
  readonly unknown: number
  readonly flipRate: number | null
}

export interface Calibration extends Agreement {
  /** Verdicts that could not be read; they are in no share. */
  readonly unknown: number
  /** 95 % bounds of κ, from a bootstrap over answers; null where κ is. */
  readonly kappaInterval: readonly [number, number] | null
  /**
   * Share of the pairs of repeated calls, for the same criterion and answer, whose verdicts differ; null without repeats.
   */
  readonly flipRate: number | null
  /**
   * How much more the judge gives than people, as a share of verdicts, for the longer half of the answers less that for
   * the shorter half; 0 is fair. null where lengths are not given or all alike.
   */
  readonly lengthBias: number | null
  /** The same for criteria that stand late in a call less those that stand early. */
  readonly positionBias: number | null
  /** Where to draw the line between met and unmet; null where the judge says yes or no once. */
  readonly threshold: Threshold | null
  /** The worst κ first, those without one last. */
  readonly criteria: readonly CriterionCalibration[]
}

/**
 * How far a judge can be trusted, from verdicts that people gave too: agreement and Cohen's κ over all calls and for each
 * criterion, how often it changes its mind, whether it prefers long answers or early criteria, and a threshold.
 *
 * @param random  draws the bootstrap
 */
export function calibrate(
  judgements: readonly Judgement[],
  random: Random,
  options: { nDraws?: number } = {},
): Calibration {
  const criteria = [...groupBy(judgements, ({ criterion }) => criterion)].map(([criterion, list]) => ({
    criterion,
    ...summary(list),
  }))
  return {
    ...summary(judgements),
    kappaInterval: kappaInterval(judgements, random, options.nDraws ?? 1000),
    lengthBias: biasBy(judgements, ({ words }) => words),
    positionBias: biasBy(judgements, ({ position }) => position),
    threshold: thresholdOf(judgements),
    criteria: criteria.sort((a, b) => (a.kappa ?? 2) - (b.kappa ?? 2)),
  }
}

const summary = (judgements: readonly Judgement[]) => ({
  ...agreementOf(pairsOf(judgements)),
  unknown: judgements.filter(({ judge }) => judge === null).length,
  flipRate: flipRateOf(judgements),
})

const pairsOf = (judgements: readonly Judgement[]): Pair[] =>
  judgements.flatMap(({ human, judge }) => (judge === null ? [] : [{ human, judge }]))

/** Of n calls of which k say met, k(n − k) of the n(n − 1)/2 pairs differ. */
function flipRateOf(judgements: readonly Judgement[]): number | null {
  let [differ, all] = [0, 0]
  for (const [, calls] of groupBy(judgements, itemOf)) {
    const known = pairsOf(calls)
    const met = known.filter(({ judge }) => judge).length
    differ += met * (known.length - met)
    all += (known.length * (known.length - 1)) / 2
  }
  return all === 0 ? null : differ / all
}

/** Whole answers are drawn, since verdicts on one answer are not independent. */
function kappaInterval(judgements: readonly Judgement[], random: Random, nDraws: number): [number, number] | null {
  const answers = [...groupBy(judgements, ({ answer }) => answer).values()].map((list) => tableOf(pairsOf(list)))
  if (agreementOf(pairsOf(judgements)).kappa === null || answers.length < 2) return null
  const draws = Array.from({ length: nDraws }, () => {
    const drawn = tableOf([])
    for (let i = 0; i < answers.length; i++) {
      const table = answers[Math.floor(random() * answers.length)]!
      drawn.both += table.both
      drawn.neither += table.neither
      drawn.falseMet += table.falseMet
      drawn.falseUnmet += table.falseUnmet
    }
    return agreementOfTable(drawn).kappa
  })
  const known = draws.filter((kappa) => kappa !== null).sort((a, b) => a - b)
  if (known.length === 0) return null
  const at = (share: number) => known[Math.round(share * (known.length - 1))]!
  return [at(0.025), at(0.975)]
}

function biasBy(judgements: readonly Judgement[], keyOf: (judgement: Judgement) => number | undefined): number | null {
  const known = judgements.flatMap((judgement) => {
    const key = keyOf(judgement)
    return key === undefined || judgement.judge === null
      ? []
      : [{ key, excess: Number(judgement.judge) - Number(judgement.human) }]
  })
  const keys = known.map(({ key }) => key).sort((a, b) => a - b)
  const middle = (keys[(keys.length - 1) >> 1]! + keys[keys.length >> 1]!) / 2
  const [low, high] = [known.filter(({ key }) => key < middle), known.filter(({ key }) => key > middle)]
  // With two values the median may be one of them: then its own side is the one that is left empty.
  const rest = known.filter(({ key }) => key === middle)
  const [early, late] = [low.length === 0 ? rest : low, high.length === 0 ? rest : high]
  if (early.length === 0 || late.length === 0 || (low.length === 0 && high.length === 0)) return null
  const mean = (list: readonly { excess: number }[]) => list.reduce((sum, { excess }) => sum + excess, 0) / list.length
  return mean(late) - mean(early)
}
