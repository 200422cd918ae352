import { z } from 'zod'

/** Low-rank updates that train in place of the weights they stand beside. */
export const adapterSchema = z
  .strictObject({
    type: z.literal('lora').default('lora').describe('low-rank updates, y = x·Wᵀ + scale·x·Aᵀ·Bᵀ (arXiv 2106.09685)'),
    rank: z.int().positive().default(16).describe('rank of an update'),
    alpha: z.number().positive().optional().describe('an update is scaled by alpha / rank (2 × rank)'),
    rslora: z
      .boolean()
      .default(false)
      .describe('scaled by alpha / √rank instead, so that updates do not fade as the rank grows (arXiv 2312.03732)'),
    dropout: z
      .number()
      .min(0)
      .lt(1)
      .default(0)
      .describe('share of its inputs that an update does not see while it trains'),
    towers: z
      .array(z.enum(['encoder', 'projector', 'decoder']))
      .min(1)
      .default(['decoder'])
      .describe('towers whose linears get updates: encoder, projector, decoder'),
    targets: z
      .array(z.string().min(1))
      .min(1)
      .default(['*'])
      .describe(
        'which linears of them, by the ends of their names: q_proj, self_attn.*, layers.1?.mlp.down_proj; * is all',
      ),
    train_whole: z
      .array(z.enum(['encoder', 'projector']))
      .default([])
      .describe('towers whose own weights train along, all of them: a fresh projector, mostly'),
    quantise: z
      .union([z.literal(4), z.literal(8)])
      .nullable()
      .default(null)
      .describe(
        'bits that the linears of the model are held in while the adapter trains (arXiv 2305.14314); null holds them as they are. An adapter stands beside the whole model afterwards',
      ),
  })
  .superRefine(({ towers = [], train_whole = [] }, context) => {
    const both = train_whole.find((tower) => (towers as readonly string[]).includes(tower))
    if (!both) return
    const message = `${both} trains whole and would get updates as well. Name it in towers or in train_whole.`
    context.addIssue({ code: 'custom', path: ['train_whole'], message })
  })
  .transform((adapter) => ({ ...adapter, alpha: adapter.alpha ?? 2 * adapter.rank }))

export type AdapterOptions = z.output<typeof adapterSchema>
