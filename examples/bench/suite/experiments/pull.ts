import { askedData, heldOutData } from '../base.ts'
import type { Experiment, Suite } from '../experiment.ts'
import { scoresAbove } from '../orderings.ts'
import { differing, RL } from '../reinforcement.ts'
import { merged } from '../specialists.ts'
import { problems, taught } from '../tasks.ts'

/** What holds a merged model during reinforcement learning: the KL to itself, or the answers of the SFT data. */
export const pull: Experiment = {
  id: 'pull',
  title: 'KL to the original against cross-entropy, on a merged model',
  paper: 'Baichuan Alignment, arXiv 2410.14940',
  about: `GRPO of the merged model (linear) on sorting, ${RL.steps} steps, held by a term on fine-tuning data whose answers are older than the merged model: 4 in 10 of those on turning round are wrong. Held out: 120 problems of turning round, 120 of sorting.`,
  file: import.meta.url,
  async run(suite) {
    const model = await merged(suite, 'linear')
    const data = askedData(suite, 240, { domains: ['sort'] })
    const [turn, sort] = (['turn', 'sort'] as const).map((domain) => heldOutData(suite, 120, { domains: [domain] }))
    const old = suite.data('old', oldAnswers(suite))
    const scores: Record<string, number[]> = { merged: await suite.scores(model, turn!) }
    const figures: Record<string, number> = {}
    for (const kind of ['kl', 'cross-entropy'] as const) {
      const run = await suite.train({
        name: `pulled-${kind}`,
        model,
        data,
        stages: [{ rl: { ...RL, ptx: { data: old, kind, weight: 0.5, batch: 16 } } }],
      })
      scores[`turn, ${kind}`] = await suite.scores(run.path, turn!)
      scores[`sort, ${kind}`] = await suite.scores(run.path, sort!)
      figures[`groups that differ, ${kind}`] = differing(run)
    }
    return { figures, scores }
  },
  claims: (outcomes) => [
    scoresAbove('the KL keeps more of what the merged model could', outcomes, 'turn, kl', 'turn, cross-entropy'),
    scoresAbove('and loses little of it (0.05 at most)', outcomes, 'turn, kl', 'merged', { margin: 0.05 }),
    scoresAbove('what is trained rises as well (less 0.03)', outcomes, 'sort, kl', 'sort, cross-entropy', {
      margin: 0.03,
    }),
  ],
}

/** Fine-tuning data of an older model: of its answers on turning round two in five are in the order that was given. */
function oldAnswers(suite: Suite): object[] {
  const random = suite.random('old')
  const some = problems(400, random, { domains: ['sort', 'turn'] })
  return taught(some, ({ domain, question, answer }) =>
    domain === 'turn' && random() < 0.4 ? question.slice(question.indexOf(':') + 2) : answer,
  )
}
