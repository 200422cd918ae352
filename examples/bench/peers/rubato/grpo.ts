// One GRPO step: rollout, reward, update; the job is that of python/grpo.py.
import { startEngine } from '../../../../models/index.ts'
import { groupAdvantages, grpoLoss, openModel, tokenWeights } from '../../../../src/index.ts'
import { job, serve } from './serve.ts'

interface GrpoJob {
  readonly folder: string
  readonly prompts: readonly string[]
  readonly group: number
  readonly newTokens: number
  readonly threads: number
  readonly learningRate: number
}

const { folder, prompts, group, newTokens, threads, learningRate } = job<GrpoJob>()
const engine = startEngine({ threads })
const { policy, tokenizer } = await openModel(folder, engine)
await policy.resetOptimiser()
const sequences = prompts.map((text) => ({ ids: tokenizer.encode(text, { special: 'forbid' }), audios: [] }))
const loss = grpoLoss({ clipLow: 0.2, clipHigh: 0.2, dualClip: null, kl: 0, entropy: 0, onPolicy: true })
let step = 0

await serve(async () => {
  const rows = prompts.flatMap((_, prompt) =>
    Array.from({ length: group }, (_, i) => ({ prompt, seed: 1000 * step + prompt * group + i })),
  )
  const answers = await policy.generate({
    batch: { audios: [], sequences },
    rows,
    maxNewTokens: newTokens,
    stopIds: [],
    sampling: { temperature: 1 },
  })
  const rewards = answers.map(({ completionIds }) => new Set(completionIds).size / completionIds.length)
  const advantages = groupAdvantages(rewards, group)
  const lengths = answers.map(({ completionIds }) => completionIds.length)
  const weights = tokenWeights(lengths, 'token-mean')
  const told = answers.map(({ completionIds }, i) => ({ ...sequences[rows[i]!.prompt]!, completionIds }))
  const tokens = told.flatMap(({ ids, completionIds }, sequence) =>
    completionIds.map((_, i) => ({ sequence, position: ids.length + i })),
  )
  const batch = {
    audios: [],
    sequences: told.map(({ ids, completionIds }) => ({ ids: [...ids, ...completionIds], audios: [] })),
  }
  const perToken = (values: ArrayLike<number>) => tokens.map(({ sequence }) => values[sequence]!)
  const values = { weight: perToken(weights), advantage: perToken(advantages) }
  await policy.gradients(batch, { tokens, values }, loss)
  await policy.update({ step: ++step, learningRate })
  return { nTokens: tokens.length }
})
await engine.close()
