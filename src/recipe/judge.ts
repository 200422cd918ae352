import { z } from 'zod'

const verifiers = z.strictObject({
  kind: z.literal('verifiers').describe('every criterion is decided by the verifier it names; needs no model'),
})

/** Fields of every judge that is a model: it decides the criteria that name no verifier. */
const modelFields = {
  template: z
    .string()
    .min(1)
    .default('quoting')
    .describe('how it is asked: quoting, ruscarl or healthbench (docs/judges.md)'),
  ask: z.enum(['each', 'all']).default('each').describe('one call a criterion, or one for all criteria of an answer'),
  guard: z
    .boolean()
    .default(true)
    .describe('the answer stands in a block that it cannot close; false gives the published form to the letter'),
  max_answer_chars: z
    .int()
    .min(100)
    .default(20_000)
    .describe('characters of an answer that it is shown; the middle of a longer one is cut out and counted'),
  temperature: z.number().nonnegative().optional().describe("divides its logits (the template's own)"),
  max_tokens: z.int().positive().optional().describe("tokens after which a reply is cut (the template's own)"),
  fail_rubric_mentions: z
    .boolean()
    .default(false)
    .describe('an answer that talks about its rubric or its judge meets no criterion that earns points'),
  cache: z
    .string()
    .min(1)
    .optional()
    .describe('SQLite file that keeps its replies, so that none is paid twice (judge.sqlite in the run folder)'),
}

const server = z
  .strictObject({
    kind: z.literal('server').describe("a model behind a server that speaks OpenAI's chat protocol"),
    url: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
      .describe('base address such as http://127.0.0.1:8000/v1, or several that serve the same'),
    model: z.string().min(1).describe('the model, as the server names it'),
    key: z
      .string()
      .min(1)
      .optional()
      .describe('environment variable that holds the key (RUBATO_JUDGE_KEY; OPENAI_API_KEY at api.openai.com)'),
    ...modelFields,
    audio: z
      .enum(['none', 'input_audio', 'audio_url'])
      .default('none')
      .describe('how the clips of the conversation are sent; none sends words only'),
    concurrency: z.int().positive().default(16).describe('requests at once, each server'),
    attempts: z.int().positive().default(10).describe('tries at a verdict before it is unknown'),
    timeout_seconds: z.number().positive().default(120).describe('for one request, its last byte included'),
    prices: z
      .strictObject({
        input: z.number().nonnegative().describe('of a million tokens read'),
        output: z.number().nonnegative().describe('of a million tokens written'),
      })
      .optional()
      .describe('what tokens cost, to count it'),
    budget: z
      .strictObject({
        calls: z.int().positive().optional().describe('requests, failed ones included'),
        money: z.number().positive().optional().describe('in the currency of prices'),
      })
      .default({})
      .describe('the run saves and stops before it spends more; counted anew when it goes on'),
  })
  .superRefine(({ budget, prices }, context) => {
    if (budget.money === undefined || prices !== undefined) return
    const message = 'needs prices, {input, output} of a million tokens, to be counted. Add them.'
    context.addIssue({ code: 'custom', path: ['budget', 'money'], message })
  })

const engine = z.strictObject({
  kind: z.literal('engine').describe('a model in our own engine, on this machine'),
  model: z.string().min(1).describe('model folder, run folder, GGUF file or hub name'),
  decide: z
    .enum(['json', 'yes-no'])
    .default('json')
    .describe('it writes a JSON object, or Yes is likelier as its next word than No'),
  threshold: z.number().gt(0).lt(1).default(0.5).describe('yes-no: probability of Yes from which a criterion is met'),
  ...modelFields,
  template: z
    .string()
    .min(1)
    .optional()
    .describe('how it is asked: quoting, ruscarl, healthbench or yes-no (quoting; yes-no where it decides so)'),
  audio: z
    .boolean()
    .default(false)
    .describe('whether it hears the clips of the conversation; the model must be able to'),
})

const rewardModel = z.strictObject({
  kind: z
    .literal('reward_model')
    .describe(
      'a reward model, on this machine: what no verifier decides is met together, where its number is high enough',
    ),
  model: z.string().min(1).describe('folder of a reward model, a run that trained one, or a hub name'),
  threshold: z.number().gt(0).lt(1).default(0.5).describe('σ of its number from which a criterion is met'),
  fail_rubric_mentions: z
    .boolean()
    .default(false)
    .describe('an answer that talks about its rubric or its judge meets no criterion that earns points'),
})

/** Who decides criteria; a new kind is one schema in this list, and its opening in `src/judge/recipeJudge.ts`. */
export const judgeSchema = z.discriminatedUnion('kind', [verifiers, server, engine, rewardModel])

export type JudgeOptions = z.output<typeof judgeSchema>
