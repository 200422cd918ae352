import { z } from 'zod'

const size = () => z.int().positive()

const audioSchema = z
  .strictObject({
    n_mels: z
      .union([z.literal(80), z.literal(128)])
      .default(80)
      .describe('mel bands: 80 as in Whisper, 128 as in its large-v3'),
    width: size().describe('width of the encoder'),
    layers: size().describe('blocks of the encoder'),
    heads: size().describe('attention heads; divides width'),
    ffn: size().optional().describe('width of the feed-forward layers (4 × width)'),
    pool: size().default(2).describe('positions of 20 ms averaged into one token: 2 gives 25 tokens a second'),
  })
  .superRefine(({ width, heads }, context) => divides(context, 'heads', heads, 'width', width))
  .transform((audio) => ({ ...audio, ffn: audio.ffn ?? 4 * audio.width }))

const languageSchema = z
  .strictObject({
    hidden: size().describe('width of the decoder'),
    layers: size().describe('blocks of the decoder'),
    heads: size().describe('query heads; divides hidden into heads of even width'),
    kv_heads: size().optional().describe('key and value heads; divides heads, which is its default'),
    ffn: size().optional().describe('width of the SwiGLU layers (4 × hidden)'),
    vocab: size()
      .optional()
      .describe("most tokens of a vocabulary trained on the recipe's data (1024); with a tokenizer, its rows at least"),
    rope_theta: z.number().positive().default(1e6).describe('base of the rotary positions, as in Qwen2'),
    rms_epsilon: z.number().positive().default(1e-6).describe('added under the root of the norms'),
    tied: z.boolean().default(true).describe('the output head is the transposed embedding table'),
    max_positions: size().default(2048).describe('longest sequence, in tokens, audio included'),
  })
  .superRefine(({ hidden, heads, kv_heads = heads }, context) => {
    divides(context, 'heads', heads, 'hidden', hidden)
    divides(context, 'kv_heads', kv_heads, 'heads', heads)
    if (hidden % heads === 0 && (hidden / heads) % 2 === 1) {
      const message = `gives heads of width ${hidden / heads}; rotary positions turn pairs, so the width must be even.`
      context.addIssue({ code: 'custom', path: ['heads'], message })
    }
  })
  .transform((language) => ({
    ...language,
    kv_heads: language.kv_heads ?? language.heads,
    ffn: language.ffn ?? 4 * language.hidden,
  }))

function divides(context: z.RefinementCtx, name: string, part: number, wholeName: string, whole: number): void {
  if (whole % part === 0) return
  const message = `${part} does not divide ${wholeName}, which is ${whole}.`
  context.addIssue({ code: 'custom', path: [name], message })
}

/** A model to load, or the shape of one that starts from nothing. */
export const modelSchema = z.union([
  z.string().min(1).describe('folder of a model in the Hugging Face form, or its name on the hub'),
  z
    .strictObject({
      audio: audioSchema.describe('a Whisper-style encoder'),
      language: languageSchema.describe('a Qwen2-style decoder'),
      tokenizer: z.string().min(1).optional().describe('folder or hub name of the tokenizer'),
      format: z
        .enum(['chat', 'base'])
        .default('chat')
        .describe(
          "chat: Qwen2-Audio's turns and numbered clips; base: clip, prompt, answer, without roles, as it is pre-trained",
        ),
    })
    .describe('a model with fresh weights, drawn by the seed'),
])

export type ModelOptions = z.output<typeof modelSchema>
export type FreshModel = Exclude<ModelOptions, string>
