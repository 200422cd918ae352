import { compareAnswers } from '../../../../src/index.ts'
import { askedData, base, heldOutData } from '../base.ts'
import type { Experiment } from '../experiment.ts'
import { scoresAbove } from '../orderings.ts'
import { RL } from '../reinforcement.ts'
import { MAX_TOKENS } from '../suite.ts'

const DPO = { epochs: 3, batch: 16, optimiser: 'muon', learning_rate: 3e-4, loss: { kind: 'dpo', beta: 0.1, sft: 0.2 } }

/** SFT, then DPO on answers that pass against answers that fail, then GRPO: each stage must raise the held-out score. */
export const chain: Experiment = {
  id: 'chain',
  title: 'SFT, DPO, GRPO',
  paper: 'Qwen2.5, arXiv 2412.15115',
  about: `The base answers 240 problems eight times each; answers that pass are chosen, answers that fail rejected (DPO, 3 passes); then GRPO, ${RL.steps} steps of 64 answers. Held out: 180 problems.`,
  file: import.meta.url,
  async run(suite) {
    const model = await base(suite)
    const data = askedData(suite, 240)
    const held = heldOutData(suite, 180)
    const options = { model, data, form: 'pairs' as const, samples: 8, maxTokens: MAX_TOKENS, seed: suite.seed }
    const pairs = await suite.made('pairs.jsonl', options, (out) => compareAnswers({ ...options, out }))
    const dpo = await suite.train({ name: 'dpo', model, data: pairs, stages: [{ preference: DPO }] })
    const grpo = await suite.train({ name: 'grpo', model: dpo.path, data, stages: [{ rl: RL }] })
    return {
      figures: { 'pair accuracy': Number(dpo.readMetrics().at(-1)!['rewards/accuracies']) },
      scores: {
        SFT: await suite.scores(model, held),
        DPO: await suite.scores(dpo.path, held),
        GRPO: await suite.scores(grpo.path, held),
      },
    }
  },
  claims: (outcomes) => [
    scoresAbove('DPO on pass/fail pairs raises what SFT reached', outcomes, 'DPO', 'SFT'),
    scoresAbove('GRPO raises what DPO reached', outcomes, 'GRPO', 'DPO'),
    scoresAbove('GRPO ends above SFT', outcomes, 'GRPO', 'SFT'),
  ],
}
