// The process whose memory `step.ts` measures: trains what a recipe says, and says how it went.
import { silentProgress } from '../../../src/progress/index.ts'
import { trainRun } from '../../../src/train/index.ts'

const [recipeFile, runFolder] = process.argv.slice(2) as [string, string]
const notes: string[] = []
await trainRun({ recipeFile, runFolder, progress: { ...silentProgress, note: (line) => notes.push(line) } })
process.send?.({ notes, peak: process.resourceUsage().maxRSS * 1024 })
