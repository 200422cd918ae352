import { graph, type Objective, type Tensor } from '../../../../models/index.ts'
import { logSigmoid } from '../preference/preferenceObjective.ts'

const { add, cast, equal, less, mul, neg, reshape, scale, sub, sum } = graph

/** What the loss of a reward model is told. */
export interface RewardLossOptions {
  /** Weight a of the regression to absolute scores; 0 leaves rewards free up to a shift of each list. */
  readonly pointwise: number
  /** Weight of the pull of a list's mean reward to 0 (TRL's `center_rewards_coefficient`, arXiv 2312.09244). */
  readonly centre: number
}

/**
 * Loss of rankings: Bradley–Terry over all valid pairs of a list at once (Qwen2.5-Math, arXiv 2409.12122, §3.1, whose lists
 * are k right and n − k wrong answers), with a regression to absolute scores where there are any (Baichuan Alignment,
 * arXiv 2410.14940).
 *
 *   L = mean over lists of  −1/|P|·Σ_(i,j)∈P ln σ(rᵢ − rⱼ)  +  a·2/n·Σᵢ (rᵢ − r̂ᵢ)²  +  c·(2/n·Σᵢ rᵢ)²
 *
 * P are the pairs of which i ranks above j, n the answers of the list. For a list of two the second term is
 * a·[(r_w − r̂_w)² + (r_l − r̂_l)²], Baichuan's, and the third c·(r_w + r_l)², TRL's. Where all rewards are equal the first
 * is ln 2, whatever the list. An answer without an absolute score weighs nothing in the second.
 *
 * Reads, an answer, of the state behind its last token: `list`, its list's number from 1; `order`, higher is better;
 * `pair_weight`, 1/(lists·|P|) of its list; with a > 0 `score` (r̂) and `score_weight`, 2/(lists·n) or 0; with c > 0
 * `centre_weight`, 1/lists on the first answer of a list, and `list_share`, 2/n. All are 0 on padding.
 *
 * Metrics by TRL's names: `accuracy` (share of pairs that are ordered rightly, lists counting alike), `margin` (mean
 * rᵢ − rⱼ of pairs), and beside them `pairwise_loss`, `pointwise_loss` with a > 0.
 */
export function rewardLoss({ pointwise, centre }: RewardLossOptions): Objective {
  return {
    name: `reward(${pointwise},${centre})`,
    build({ scalars, value }) {
      const rewards = scalars()
      const weight = rows(value('pair_weight'))
      const above = mul(cast(less(columns(value('order')), rows(value('order'))), 'float32'), sameList(value('list')))
      const margins = sub(rows(rewards), columns(rewards))
      const mean = (t: Tensor) => sum(mul(mul(t, above), weight))
      const pairwise = neg(mean(logSigmoid(margins)))
      const metrics: Record<string, Tensor> = {
        pairwise_loss: pairwise,
        accuracy: mean(cast(less(graph.scalar(0), margins), 'float32')),
        margin: mean(margins),
      }
      let loss = pairwise
      if (pointwise > 0) {
        const off = sub(rewards, value('score'))
        const regression = sum(mul(mul(off, off), value('score_weight')))
        metrics.pointwise_loss = regression
        loss = add(loss, scale(regression, pointwise))
      }
      if (centre > 0) {
        const own = mul(rewards, value('list_share'))
        const middles = sum(mul(sameList(value('list')), columns(own)), [1]) // of each answer's list
        loss = add(loss, scale(sum(mul(mul(middles, middles), value('centre_weight'))), centre))
      }
      return { loss, metrics }
    },
  }
}

const rows = (t: Tensor): Tensor => reshape(t, [-1, 1])
const columns = (t: Tensor): Tensor => reshape(t, [1, -1])

/** 1 where two answers are of one list: [M] → [M, M]. */
const sameList = (list: Tensor): Tensor => cast(equal(rows(list), columns(list)), 'float32')
