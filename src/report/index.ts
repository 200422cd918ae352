export { ReportError } from './readRun.ts'
export { type ReportOptions, writeReport } from './writeReport.ts'
