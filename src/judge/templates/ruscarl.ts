import { graderText, graderTextForAll } from './graderText.ts'
import type { JudgeTemplate } from './template.ts'

/**
 * RuscaRL's training grader (IANNXANG/RuscaRL, `health_bench/healthbench_reward_fn.py`): criteria without their points,
 * no system turns; Qwen3-32B without thinking, at the sampling settings of its reward function (papers.md §1.3).
 * Differs in what becomes of a reply that never parses: unknown here, false there.
 */
export const ruscarl: JudgeTemplate = {
  name: 'ruscarl',
  about: "RuscaRL's training grader: points hidden, system turns dropped.",
  showPoints: false,
  dropSystem: true,
  one: graderText,
  all: graderTextForAll,
  sampling: {
    temperature: 0.7,
    maxTokens: 2048,
    body: {
      top_p: 0.8,
      top_k: 20,
      min_p: 0,
      presence_penalty: 1.5,
      chat_template_kwargs: { enable_thinking: false },
    },
  },
}
