export type { Checkpoint, Checkpoints } from './checkpoints.ts'
export { isBeingWritten, lockRun } from './lock.ts'
export type {
  AlarmRecord,
  AnswerRecord,
  EvaluationAnalysis,
  EvaluationRecord,
  RolloutRecord,
  RunSummary,
  StepMetrics,
} from './records.ts'
export {
  checkFree,
  createRun,
  type EvaluationEntry,
  freshRunPath,
  latestRunPath,
  openRun,
  type RunFolder,
} from './runFolder.ts'
