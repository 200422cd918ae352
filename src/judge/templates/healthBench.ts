import { graderText, graderTextForAll } from './graderText.ts'
import type { JudgeTemplate } from './template.ts'

/**
 * HealthBench's grader (openai/simple-evals, `healthbench_eval.py`): a criterion as `[points] criterion`, system turns
 * kept; gpt-4.1-2025-04-14 below a system turn, at most 2,048 tokens, temperature 0.5, its sampler's default (papers.md
 * §9.1). It asks again without limit there; `attempts` sets the limit here.
 */
export const healthBench: JudgeTemplate = {
  name: 'healthbench',
  about: "HealthBench's grader: points shown, system turns kept.",
  showPoints: true,
  dropSystem: false,
  one: graderText,
  all: graderTextForAll,
  sampling: { system: 'You are a helpful assistant.', temperature: 0.5, maxTokens: 2048 },
}
