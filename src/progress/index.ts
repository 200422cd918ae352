export { duration, figure } from './format.ts'
export { createProgress, type Progress, silentProgress, type Values } from './progress.ts'
export { resultsTable } from './results.ts'
export { renderFacts, renderTable } from './table.ts'
