import { z } from 'zod'
import { unknownName } from '../../rubrics/index.ts'
import type { ContentPart, Message } from '../prompts/message.ts'
import { ApiError } from './errors.ts'

/** Longest sound of one part, in bytes once decoded from base64: what OpenAI allows for a file. */
export const MAX_SOUND_BYTES = 25 * 2 ** 20

const textPart = z.object({ type: z.literal('text'), text: z.string() })
const inputAudio = z.object({
  type: z.literal('input_audio'),
  input_audio: z.object({ data: z.string().min(1), format: z.string().regex(/^[a-z0-9-]{1,16}$/) }),
})
// vLLM's form; here a data URL alone, since a server must fetch nothing on a stranger's word.
const audioUrl = z.object({
  type: z.literal('audio_url'),
  audio_url: z.object({
    url: z.string().regex(/^data:/, 'expected a data URL; addresses and paths are not fetched'),
  }),
})
const message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content: z.union([z.string(), z.array(z.discriminatedUnion('type', [textPart, inputAudio, audioUrl])).min(1)]),
})

/** Keys that change nothing in an answer: whose request it is, and where a hosted service would keep or run it. */
const HARMLESS = [
  'user',
  'metadata',
  'store',
  'service_tier',
  'safety_identifier',
  'prompt_cache_key',
  'prompt_cache_retention',
  'parallel_tool_calls',
] as const

/** What is read of OpenAI's body, and of vLLM's. A key that would change the answer and is not read is refused. */
const schema = z.strictObject({
  ...(Object.fromEntries(HARMLESS.map((key) => [key, z.unknown().optional()])) as Record<
    (typeof HARMLESS)[number],
    z.ZodOptional<z.ZodUnknown>
  >),
  model: z.string(),
  messages: z.array(message).min(1).max(256),
  n: z.number().int().min(1).max(16).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().optional() }).nullish(),
  max_tokens: z.number().int().min(1).nullish(),
  max_completion_tokens: z.number().int().min(1).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  top_k: z.number().int().min(0).nullish(),
  repetition_penalty: z.number().gt(0).nullish(),
  seed: z.number().int().nullish(),
  stop: z.union([z.string().min(1), z.array(z.string().min(1)).max(4)]).nullish(),
  logprobs: z.boolean().nullish(),
  return_token_ids: z.boolean().nullish(),
  top_logprobs: z.literal(0, { error: 'the log-probability of the token drawn is all there is' }).nullish(),
  frequency_penalty: z.literal(0, { error: 'not supported; use repetition_penalty' }).nullish(),
  presence_penalty: z.literal(0, { error: 'not supported; use repetition_penalty' }).nullish(),
  min_p: z.literal(0, { error: 'not supported; use top_p or top_k' }).nullish(),
  logit_bias: z.record(z.string(), z.never({ error: 'not supported' })).nullish(),
  modalities: z.array(z.literal('text', { error: 'answers are text' })).nullish(),
  tools: z.array(z.never({ error: 'not supported' })).nullish(),
  tool_choice: z.enum(['none', 'auto']).nullish(),
  response_format: z
    .object({ type: z.literal('text', { error: 'tokens are not constrained, so JSON cannot be promised' }) })
    .nullish(),
})

export interface ChatRequest {
  readonly model: string
  readonly messages: readonly Message[]
  readonly n: number
  readonly stream: boolean
  readonly includeUsage: boolean
  readonly maxTokens: number | undefined
  readonly temperature: number
  readonly topP: number
  readonly topK: number
  readonly repetitionPenalty: number
  readonly seed: number | undefined
  readonly stop: readonly string[]
  readonly logprobs: boolean
  /** vLLM's: ids of the prompt and of each answer, for those who train on what they sample. */
  readonly returnTokenIds: boolean
}

/** A body in OpenAI's form. @throws ApiError 400 that names the field */
export function parseChatRequest(body: unknown): ChatRequest {
  const { success, data, error } = schema.safeParse(body)
  if (!success) {
    const issue = error.issues[0]!
    if (issue.code === 'unrecognized_keys') {
      const key = issue.keys[0]!
      const told = `${key.slice(0, 100)}: ${unknownName('key', key, Object.keys(schema.shape))}`
      throw new ApiError(400, told, { code: 'unknown_parameter', param: key })
    }
    const at = issue.path.join('.')
    throw new ApiError(400, `${at === '' ? 'the body' : at}: ${issue.message}.`, { param: at === '' ? null : at })
  }
  if (data.messages.at(-1)!.role !== 'user') {
    throw new ApiError(400, 'messages: the last must be of the user.', { param: 'messages' })
  }
  return {
    model: data.model,
    messages: data.messages.map(({ role, content }) => ({
      role: role === 'developer' ? 'system' : role,
      content: typeof content === 'string' ? content : content.map(partOf),
    })),
    n: data.n ?? 1,
    stream: data.stream ?? false,
    includeUsage: data.stream_options?.include_usage ?? false,
    maxTokens: data.max_completion_tokens ?? data.max_tokens ?? undefined,
    temperature: data.temperature ?? 1, // OpenAI's defaults
    topP: data.top_p ?? 1,
    topK: data.top_k ?? 0,
    repetitionPenalty: data.repetition_penalty ?? 1,
    seed: data.seed ?? undefined,
    stop: typeof data.stop === 'string' ? [data.stop] : (data.stop ?? []),
    logprobs: data.logprobs ?? false,
    returnTokenIds: data.return_token_ids ?? false,
  }
}

type Part = Exclude<z.infer<typeof message>['content'], string>[number]

function partOf(part: Part): ContentPart {
  if (part.type === 'text') return part
  const url =
    part.type === 'audio_url'
      ? part.audio_url.url
      : `data:audio/${part.input_audio.format};base64,${part.input_audio.data}`
  return { type: 'audio', path: url }
}

/** The bytes of a data URL of a part. @throws ApiError for what is not base64, is empty or is too long */
export function soundOf(url: string): Uint8Array {
  const comma = url.indexOf(',')
  const head = url.slice(0, comma)
  const data = url.slice(comma + 1)
  if (comma < 0 || !head.endsWith(';base64') || !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(data)) {
    throw new ApiError(400, 'a sound is not base64. Give the bytes of the file in base64.', { param: 'messages' })
  }
  const bytes = Buffer.from(data, 'base64')
  if (bytes.length === 0) throw new ApiError(400, 'a sound is empty.', { param: 'messages' })
  return checkedLength(bytes)
}

/** @throws ApiError 413 */
export function checkedLength(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= MAX_SOUND_BYTES) return bytes
  throw new ApiError(413, `a sound has ${bytes.length} bytes, allowed ${MAX_SOUND_BYTES}.`, { code: 'too_large' })
}
