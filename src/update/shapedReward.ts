/**
 * A verifier's score and a reward model's number as one reward (Qwen2.5-Math, arXiv 2409.12122, §3.2).
 *
 *   r = σ(α·r_m) + (r_v − 1)
 *
 * With r_v 0 or 1 a right answer earns (0, 1) and a wrong one (−1, 0), whatever the reward model says: it only orders answers
 * of a kind. Of a rubric's score between them, r_v, the ranges overlap.
 *
 * @param modelReward  r_m, any number
 * @param verified     r_v
 * @param alpha        how soon σ is full (0.5, as in the paper)
 */
export const shapedReward = (modelReward: number, verified: number, alpha = 0.5): number =>
  1 / (1 + Math.exp(-alpha * modelReward)) + (verified - 1)
