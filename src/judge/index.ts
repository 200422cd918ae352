export { BudgetSpent, JudgeError } from './error.ts'
export type { AnswerToJudge, Evidence, Judge, JudgeMetrics, JudgeTask, JudgeVerdict } from './judge.ts'
export { type OpenAiJudgeOptions, openAiJudge } from './openAiJudge.ts'
export { type JudgeTemplate, judgeTemplates } from './templates/index.ts'
