import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { totalmem } from 'node:os'
import path from 'node:path'
import {
  type Adapter,
  type AudioLanguageConfig,
  belongsTo,
  CheckpointError,
  type Engine,
  fromConfigJson,
  isMapped,
  isTaskTag,
  type MappedWeights,
  mapTensors,
  openTokenizer,
  Policy,
  readAdapter,
  readSafetensors,
  redundantTensors,
  type Tokenizer,
  toConfigJson,
  writeAdapter,
  writeSafetensors,
} from '../../models/index.ts'
import { type Base, baseOfAdapter } from '../adapters/base.ts'
import { isMissingFile, UsageError } from '../errors.ts'
import { resolveModel } from '../hub/resolveModel.ts'
import { rendererOf } from '../prompts/chatRenderer.ts'
import type { PromptRenderer } from '../prompts/renderer.ts'
import { templateRenderer } from '../prompts/templateRenderer.ts'
import { isAdapter, modelPlace } from './modelPlace.ts'

export { isAdapter, modelPlace } from './modelPlace.ts'

/** A policy with the tokenizer it speaks through. */
export interface Model {
  readonly policy: Policy
  readonly tokenizer: Tokenizer
  readonly renderer: PromptRenderer
  /** What an adapter stands beside, by the name that its folder keeps. */
  readonly base?: string
  /** Task tags that answers may hold beside those of the folder, as the answers of data do. */
  readonly answerTags?: readonly string[]
}

const AUDIO_TOKEN = '<|AUDIO|>'
const PAD_TOKEN = '<|endoftext|>'

/** A policy that speaks through a tokenizer; a model that hears nothing needs its own `renderer`. */
export function assemble(
  config: AudioLanguageConfig,
  tokenizer: Tokenizer,
  engine: Engine,
  renderer: PromptRenderer = rendererOf(tokenizer, config.audio?.pool ?? 1),
  mapped?: MappedWeights,
  adapter?: Adapter,
): Model {
  const policy = new Policy({
    config,
    engine,
    audioId: config.audio ? tokenizer.idOf(AUDIO_TOKEN) : -1,
    padId: tokenizer.has(PAD_TOKEN) ? tokenizer.idOf(PAD_TOKEN) : renderer.stopIds[0]!,
    suppressIds: suppressedIds(tokenizer, renderer),
    ...(mapped && { mapped }),
    ...(adapter && { adapter }),
  })
  return { policy, tokenizer, renderer }
}

/** Special tokens that no answer may hold: all but those that end it, and the tags that its renderer allows. */
const suppressedIds = (tokenizer: Tokenizer, { stopIds, answerIds }: PromptRenderer): number[] =>
  [...tokenizer.special.values()].filter((id) => !stopIds.includes(id) && !answerIds?.has(id))

/** Writes a model as a Hugging Face folder: config, weights, tokenizer, front end. Of one with an adapter, the adapter alone. */
export async function saveModel(
  folder: string,
  { policy, tokenizer, renderer, base }: Model,
  maxSeconds: number,
): Promise<void> {
  const { adapter, parameters: shapes, config } = policy
  if (adapter) {
    if (base === undefined) throw new Error('internal: an adapter is saved without its base')
    writeAdapter(folder, { adapter, weights: await policy.adapterWeights(), shapes, config, base })
    return
  }
  const json = (file: string, value: object) =>
    writeFile(path.join(folder, file), `${JSON.stringify(value, null, 2)}\n`)
  const files = tokenizer.files()
  const { audio } = policy.config
  const padId = tokenizer.has(PAD_TOKEN) ? tokenizer.idOf(PAD_TOKEN) : renderer.stopIds[0]
  await json('config.json', toConfigJson(policy.config, audio ? tokenizer.idOf(AUDIO_TOKEN) : -1))
  await json('generation_config.json', {
    eos_token_id: renderer.stopIds,
    pad_token_id: padId,
    ...(renderer.answerIds?.size ? { suppress_tokens: suppressedIds(tokenizer, renderer) } : {}),
  })
  if (audio) {
    await json('preprocessor_config.json', {
      feature_extractor_type: 'WhisperFeatureExtractor',
      feature_size: audio.nMels,
      sampling_rate: 16_000,
      hop_length: 160,
      n_fft: 400,
      chunk_length: maxSeconds,
    })
  }
  await json('tokenizer.json', files.tokenizer)
  await json('tokenizer_config.json', files.config)
  const weights = await policy.weights()
  for (const { name, of } of redundantTensors(policy.config)) {
    weights.set(name, typeof of === 'string' ? weights.get(of)! : of())
  }
  await saveTensors(path.join(folder, 'model.safetensors'), policy, weights)
}

/** Named arrays of a policy's parameters; the names may carry a prefix that ends in `/`. */
export async function saveTensors(
  file: string,
  policy: Policy,
  arrays: ReadonlyMap<string, Float32Array>,
): Promise<void> {
  const redundant = new Map(redundantTensors(policy.config).map(({ name, shape }) => [name, shape]))
  const shapeOf = (name: string) => policy.parameters.get(name) ?? redundant.get(name)!
  const tensors = new Map(
    [...arrays].map(([name, data]) => [name, { shape: shapeOf(name.replace(/^.*\//, '')), data }]),
  )
  writeSafetensors(file, tensors, { format: 'pt' })
}

export function loadTensors(file: string): Map<string, Float32Array> {
  const opened = readSafetensors(file)
  return new Map([...opened.tensors.keys()].map((name) => [name, opened.read(name)]))
}

/**
 * The parameters of a policy as a model folder holds them, in one file or in shards, less those that stay mapped; other
 * tensors stay unread.
 *
 * @throws CheckpointError when one is missing or of another shape
 */
export function loadWeights(
  folder: string,
  { parameters }: Pick<Policy, 'parameters'>,
  mapped?: MappedWeights,
): Map<string, Float32Array> {
  const opened = readSafetensors(folder)
  return new Map(
    [...parameters].flatMap(([name, shape]) => {
      const found = opened.tensors.get(name)?.shape ?? shape
      if (found.join() !== shape.join()) {
        throw new CheckpointError(
          folder,
          name,
          `has shape [${found.join(', ')}]. The model asks for [${shape.join(', ')}].`,
        )
      }
      return mapped?.tensors.has(name) ? [] : [[name, opened.read(name)] as const]
    }),
  )
}

/**
 * Opens a model folder, a GGUF file, a model of the hub (`owner/name`, `owner/name@revision`), a run folder: its final
 * model once the run has finished, else its newest checkpoint (reads only, so the run may be going on); or an adapter
 * beside its base.
 *
 * @throws UsageError, ConfigError, CheckpointError, TokenizerError
 */
export async function openModel(model: string, engine: Engine, options: OpenModelOptions = {}): Promise<OpenedModel> {
  const { onNotice, frozen = false, base } = options
  const place = modelPlace(await resolveModel(model, onNotice ? { onNotice } : {}))
  if (isAdapter(place)) {
    return openAdapter(place, await baseOfAdapter(place, base, onNotice ? { onNotice } : {}), engine)
  }
  if (base !== undefined)
    throw new UsageError(`${model}: is no adapter, so it stands beside no base. Leave --base out.`)
  const mapped = frozen ? mappable(place) : undefined
  const opened = assembleFrom(place, engine, mapped, undefined, options.answerTags)
  await opened.policy.setWeights(loadWeights(place, opened.policy, mapped))
  return asOpened(opened, place)
}

function asOpened(opened: Model, place: string): OpenedModel {
  const hears = opened.policy.config.audio !== null
  const frontEnd = hears ? readJson(path.join(place, 'preprocessor_config.json')) : null
  const { chunk_length: seconds } = (frontEnd ?? {}) as { chunk_length?: unknown }
  return { ...opened, place, maxSeconds: typeof seconds === 'number' && seconds > 0 ? seconds : WHISPER_SECONDS }
}

/** Opens an adapter in PEFT's format beside its base, which stays in its files where it can. */
async function openAdapter(folder: string, base: Base, engine: Engine): Promise<OpenedModel> {
  const { adapter, weights } = readAdapter(folder, configOf(base.place))
  return openBeside(base, adapter, weights, engine)
}

/** Opens a base, of which weights stay in their files where they can, with an adapter and its weights. */
export async function openBeside(
  { place, name }: Base,
  adapter: Adapter,
  weights: ReadonlyMap<string, Float32Array>,
  engine: Engine,
): Promise<OpenedModel> {
  const frozen = mappable(place)
  // What trains whole changes, and does not stay in its file.
  const kept = frozen && {
    ...frozen,
    tensors: new Map([...frozen.tensors].filter(([own]) => !belongsTo(own, adapter))),
  }
  const opened = assembleFrom(place, engine, kept, adapter)
  const unread = new Map([...opened.policy.parameters].filter(([own]) => !weights.has(own)))
  const read = loadWeights(place, { parameters: unread }, kept)
  await opened.policy.setWeights(new Map([...read, ...weights]))
  return { ...asOpened(opened, place), base: name }
}

/** The shape of the model in a folder. @throws ConfigError, UsageError */
export function configOf(place: string): AudioLanguageConfig {
  const file = path.join(place, 'config.json')
  return fromConfigJson(readJson(file), file).config
}

export interface OpenModelOptions {
  /** Told of what is fetched from the hub or imported on the way. */
  readonly onNotice?: (line: string) => void
  /** The model is only asked, never trained (false): its weights may stay in their files. */
  readonly frozen?: boolean
  /** What an adapter stands beside, in place of the base that its config names. */
  readonly base?: string
}

/**
 * Weights that may stay in their files: 32-bit ones always; 16-bit ones, which cost a widening a step, where they would
 * fill more than half of the memory otherwise. Older halves (F16) are always read: ONNX Runtime widens them all at once.
 */
function mappable(place: string): MappedWeights | undefined {
  const stored = [...readSafetensors(place).tensors.values()]
  const bytes = stored.reduce((sum, { shape }) => sum + 4 * shape.reduce((product, n) => product * n, 1), 0)
  const tight = bytes > totalmem() / 2
  const kept = stored.filter(({ dtype }) => isMapped(dtype) && (dtype === 'F32' || tight))
  return kept.length > 0 ? mapTensors(kept) : undefined
}

/** The model of a model folder before its weights are read. */
export function assembleFrom(
  place: string,
  engine: Engine,
  mapped?: MappedWeights,
  adapter?: Adapter,
  answerTags: readonly string[] = [],
): Model {
  const config = configOf(place)
  const tokenizer = openTokenizer(place)
  const renderer = config.audio
    ? rendererOf(tokenizer, config.audio.pool, new Set([...keptTags(place, tokenizer), ...answerTags]))
    : textRenderer(place, tokenizer)
  return assemble(config, tokenizer, engine, renderer, mapped, adapter)
}

/** Task tags that the answers of a saved model may hold: those that its `generation_config.json` does not suppress. */
function keptTags(place: string, tokenizer: Tokenizer): string[] {
  const file = path.join(place, 'generation_config.json')
  const { suppress_tokens: ids } = (existsSync(file) ? readJson(file) : {}) as { suppress_tokens?: unknown }
  if (!Array.isArray(ids)) return []
  const suppressed = new Set<unknown>(ids)
  return [...tokenizer.special].flatMap(([token, id]) => (isTaskTag(token) && !suppressed.has(id) ? [token] : []))
}

/** Renders by the chat template that a folder holds. @throws UsageError when it holds none, or no token ends an answer */
function textRenderer(place: string, tokenizer: Tokenizer): PromptRenderer {
  const template = chatTemplateOf(place, tokenizer.files().config)
  if (template === undefined) {
    throw new UsageError(
      `${place}: no chat template (chat_template.jinja, or in tokenizer_config.json). Is it a base model?`,
    )
  }
  return templateRenderer({ tokenizer, template, stopIds: stopIdsOf(place, tokenizer), where: place })
}

function chatTemplateOf(place: string, config: object): string | undefined {
  const file = path.join(place, 'chat_template.jinja')
  if (existsSync(file)) return readFileSync(file, 'utf8')
  const { chat_template: found } = config as { chat_template?: unknown }
  const named = Array.isArray(found) ? found.find(({ name }) => name === 'default')?.template : found
  return typeof named === 'string' ? named : undefined
}

/** Tokens that end an answer, by `generation_config.json`, else `config.json`, else the tokenizer's own end. */
function stopIdsOf(place: string, tokenizer: Tokenizer): number[] {
  for (const name of ['generation_config.json', 'config.json']) {
    const file = path.join(place, name)
    const { eos_token_id: found } = (existsSync(file) ? readJson(file) : {}) as { eos_token_id?: unknown }
    const ids = [found].flat().filter((id) => typeof id === 'number')
    if (ids.length > 0) return ids
  }
  const { eos_token: end } = tokenizer.files().config as { eos_token?: unknown }
  const token = typeof end === 'object' && end !== null ? (end as { content?: unknown }).content : end
  if (typeof token === 'string') return [tokenizer.idOf(token)]
  throw new UsageError(`${place}: no eos_token_id in generation_config.json or config.json, and no eos_token.`)
}

export interface OpenedModel extends Model {
  /** Folder that the weights were read from. */
  readonly place: string
  /** Longest clip that it hears. */
  readonly maxSeconds: number
}

/** What Whisper's encoder has positions for. */
const WHISPER_SECONDS = 30

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UsageError(
      `${file}: ${isMissingFile(error) ? 'no such file' : 'not JSON'}. Give a folder in the Hugging Face form.`,
    )
  }
}
