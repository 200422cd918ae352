import { askedData, base, heldOutData, MODEL, SFT, taughtData } from '../base.ts'
import type { Experiment } from '../experiment.ts'
import { scoresAbove } from '../orderings.ts'
import { RL } from '../reinforcement.ts'

const ARMS = ['adamw', 'on-dare', 'on-ties'] as const
/** AdamW's rate; the arms share it. */
const LEARNING_RATE = 1e-3

/** Reinforcement learning in one domain: what it gains there, and what is lost in another. */
export const onlineMerging: Experiment = {
  id: 'online-merging',
  title: 'Online merging',
  paper: 'Qwen2, arXiv 2407.10671; Online Merging Optimizers, arXiv 2405.17931',
  about: `GRPO on sorting alone, ${RL.steps} steps, by AdamW and by AdamW merged at every step (OnDARE, OnTIES; weight 1e-4, half of the coordinates) with the way from a model of one step to the base. Held out: 120 problems of sorting, 120 of turning round.`,
  file: import.meta.url,
  async run(suite) {
    const model = await base(suite)
    const begun = await suite.train({
      name: 'begun',
      model: MODEL,
      data: taughtData(suite),
      stages: [{ sft: { ...SFT, steps: 1, learning_rate: 1e-9, min_learning_rate: 0 } }],
    })
    const data = askedData(suite, 240, { domains: ['sort'] })
    const [sort, turn] = (['sort', 'turn'] as const).map((domain) => heldOutData(suite, 120, { domains: [domain] }))
    const scores: Record<string, number[]> = {
      'base, sort': await suite.scores(model, sort!),
      'base, turn': await suite.scores(model, turn!),
    }
    for (const optimiser of ARMS) {
      const merging =
        optimiser === 'adamw' ? {} : { online_merging: { base: { model: begun.path }, weight: 1e-4, keep: 0.5 } }
      const rl = { ...RL, optimiser, learning_rate: LEARNING_RATE, ...merging }
      const run = await suite.train({ name: optimiser, model, data, stages: [{ rl }] })
      scores[`${optimiser}, sort`] = await suite.scores(run.path, sort!)
      scores[`${optimiser}, turn`] = await suite.scores(run.path, turn!)
    }
    return { figures: {}, scores }
  },
  claims: (outcomes) => [
    scoresAbove('reinforcement learning raises what is trained', outcomes, 'adamw, sort', 'base, sort'),
    ...(['on-dare', 'on-ties'] as const).flatMap((optimiser) => [
      scoresAbove(`${optimiser} keeps more of the held-out ability`, outcomes, `${optimiser}, turn`, 'adamw, turn'),
      scoresAbove(`${optimiser} gains about as much (less 0.05)`, outcomes, `${optimiser}, sort`, 'adamw, sort', {
        margin: 0.05,
      }),
    ]),
  ],
}
