export { ReportError } from './readRun.ts'
export { type OtherAnswers, type ReportOptions, writeReport } from './writeReport.ts'
