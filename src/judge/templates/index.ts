import { healthBench } from './healthBench.ts'
import { quoting } from './quoting.ts'
import { ruscarl } from './ruscarl.ts'
import type { JudgeTemplate } from './template.ts'
import { yesNo } from './yesNo.ts'

/** Every template. A new one is a new file and a line here. */
export const judgeTemplates: readonly JudgeTemplate[] = [quoting, ruscarl, healthBench, yesNo]

export { fillTemplate, type JudgeSampling, type JudgeTemplate, rubricItem } from './template.ts'
