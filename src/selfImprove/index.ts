/** Self-improvement by rejection sampling; docs/data-craft.md. */

export { type CompareAnswersOptions, type ComparedAnswers, compareAnswers } from './compareAnswers.ts'
export { type ImproveOptions, type ImproveRound, improve } from './improve.ts'
export type { AnsweredProblem } from './sampleAnswers.ts'
export { type SampledAnswer, type Selection, type SelectOptions, selectAnswers } from './select.ts'
