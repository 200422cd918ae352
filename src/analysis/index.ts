/** What answers and runs say beside their scores; docs/analysis.md. */

export { type BestOf, bestOfN, expectedBest, sizesUpTo } from './bestOfN.ts'
export { meanCosineDistance, selfBleu } from './diversity.ts'
export { type HackingWatch, hackingWatch, type WatchPoint } from './hackingWatch.ts'
export { type Novelty, novelty, sequenceRatio } from './novelty.ts'
export {
  type AnswerGroup,
  bestRewarded,
  groupAnswers,
  passAtK,
  type VotedProblem,
  type VotingScores,
  vote,
  votingScores,
} from './voting.ts'
