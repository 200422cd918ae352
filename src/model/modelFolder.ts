import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { totalmem } from 'node:os'
import path from 'node:path'
import {
  type Adapter,
  type AudioLanguageConfig,
  type Bits,
  belongsTo,
  CheckpointError,
  type Engine,
  fromConfigJson,
  isMapped,
  isTaskTag,
  type MappedWeights,
  mapTensors,
  Policy,
  parametersOf,
  readAdapter,
  readSafetensors,
  redundantTensors,
  type SharedBase,
  type Tokenizer,
  toConfigJson,
  writeAdapter,
} from '../../models/index.ts'
import { type Base, baseOfAdapter } from '../adapters/base.ts'
import { isMissingFile, UsageError } from '../errors.ts'
import { resolveModel } from '../hub/resolveModel.ts'
import { rendererOf } from '../prompts/chatRenderer.ts'
import type { PromptRenderer } from '../prompts/renderer.ts'
import { templateRenderer } from '../prompts/templateRenderer.ts'
import { inFewBits, linearsInBits } from './fewBits.ts'
import { folderTokenizer } from './folderTokenizer.ts'
import { isAdapter, modelPlace } from './modelPlace.ts'
import { quantisedLine } from './trainable.ts'
import { loadWeights, saveTensors } from './weightFiles.ts'

export { isAdapter, modelPlace } from './modelPlace.ts'
export { loadTensors, loadWeights, saveTensors } from './weightFiles.ts'

/** A policy with the tokenizer it speaks through. */
export interface Model {
  readonly policy: Policy
  readonly tokenizer: Tokenizer
  readonly renderer: PromptRenderer
  /** What an adapter stands beside, by the name that its folder keeps. */
  readonly base?: string
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
  const json = (file: string, value: object) =>
    writeFile(path.join(folder, file), `${JSON.stringify(value, null, 2)}\n`)
  const { adapter, parameters: shapes, config } = policy
  const generation = {
    eos_token_id: renderer.stopIds,
    pad_token_id: tokenizer.has(PAD_TOKEN) ? tokenizer.idOf(PAD_TOKEN) : renderer.stopIds[0],
    ...(renderer.answerIds?.size ? { suppress_tokens: suppressedIds(tokenizer, renderer) } : {}),
  }
  if (adapter) {
    if (base === undefined) throw new Error('internal: an adapter is saved without its base')
    writeAdapter(folder, { adapter, weights: await policy.adapterWeights(), shapes, config, base })
    if ('suppress_tokens' in generation) await json('generation_config.json', generation)
    return
  }
  const files = tokenizer.files()
  const { audio } = config
  await json('config.json', toConfigJson(config, audio ? tokenizer.idOf(AUDIO_TOKEN) : -1))
  await json('generation_config.json', generation)
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
  for (const { name, of } of redundantTensors(config)) {
    weights.set(name, typeof of === 'string' ? weights.get(of)! : of())
  }
  await saveTensors(path.join(folder, 'model.safetensors'), policy, weights)
}

/**
 * Opens a model folder, a GGUF file, a model of the hub (`owner/name`, `owner/name@revision`), a run folder: its final
 * model once the run has finished, else its newest checkpoint (reads only, so the run may be going on); or an adapter
 * beside its base.
 *
 * @throws UsageError, ConfigError, CheckpointError, TokenizerError
 */
export async function openModel(model: string, engine: Engine, options: OpenModelOptions = {}): Promise<OpenedModel> {
  const { onNotice, frozen = false, base, quantise } = options
  const place = modelPlace(await resolveModel(model, onNotice ? { onNotice } : {}))
  if (isAdapter(place)) {
    const beside = await baseOfAdapter(place, base, onNotice ? { onNotice } : {})
    const { adapter, weights } = readAdapter(place, configOf(beside.place))
    return openBeside(beside, adapter, weights, engine, { ...options, tagsFrom: place })
  }
  if (base !== undefined)
    throw new UsageError(`${model}: is no adapter, so it stands beside no base. Leave --base out.`)
  const gives = configOf(place).head?.kind === 'reward'
  if (gives !== (options.rewards ?? false)) {
    throw new UsageError(
      gives
        ? `${model}: a reward model, which scores answers and writes none. Name it where a judge is asked for.`
        : `${model}: no reward model, it has no head that gives a reward. Train one with a reward stage.`,
    )
  }
  return openFolder(place, engine, { ...options, frozen: frozen || quantise != null })
}

interface FolderOptions extends AssembleOptions, Pick<OpenModelOptions, 'onNotice' | 'quantise' | 'share'> {
  /** Weights are only read, and stay in their files where they can. */
  readonly frozen: boolean
  /** Weights that are given in place of the folder's, and those of the adapter. */
  readonly weights?: ReadonlyMap<string, Float32Array>
}

/** The model of a model folder with its weights, of which nothing is read that is in the engine already. */
async function openFolder(place: string, engine: Engine, options: FolderOptions): Promise<OpenedModel> {
  const { frozen, quantise, adapter, weights = new Map(), share, onNotice } = options
  const config = configOf(place)
  const base = parametersOf(config)
  // What trains whole changes, and does not stay in its file.
  const isOwn = (name: string) => adapter !== undefined && belongsTo(name, adapter)
  const linears = quantise ? linearsInBits(config, adapter) : new Map<string, readonly [number, number]>()
  const inBits = (name: string) => linears.has(name.replace(/\.weight$/, ''))
  const wide = frozen ? mappable(place, (name) => !isOwn(name) && !inBits(name)) : undefined
  const mapped = quantise ? await inFewBits(place, linears, quantise, wide, onNotice) : wide
  if (mapped?.quantised && onNotice) onNotice(quantisedLine(mapped.quantised, linears.size))
  const seen = share ? share.view((name) => base.has(name) && !isOwn(name)) : engine
  const opened = assembleFrom(place, seen, { ...options, ...(mapped && { mapped }) })
  const { policy } = opened
  const isThere = (name: string) =>
    weights.has(name) || share?.holds(name) || (policy.quantised?.has(name.replace(/\.weight$/, '')) ?? false)
  const unread = new Map([...policy.parameters].filter(([name]) => !isThere(name)))
  await policy.setSome(new Map([...loadWeights(place, { parameters: unread, config }, mapped), ...weights]))
  return asOpened(opened, place)
}

function asOpened(opened: Model, place: string): OpenedModel {
  const hears = opened.policy.config.audio !== null
  const frontEnd = hears ? readJson(path.join(place, 'preprocessor_config.json')) : null
  const { chunk_length: seconds } = (frontEnd ?? {}) as { chunk_length?: unknown }
  return { ...opened, place, maxSeconds: typeof seconds === 'number' && seconds > 0 ? seconds : WHISPER_SECONDS }
}

/**
 * Opens a base, of which weights stay in their files where they can, with an adapter and its weights; with `quantise`, the
 * base's linears are held in as many bits.
 */
export async function openBeside(
  { place, name }: Base,
  adapter: Adapter,
  weights: ReadonlyMap<string, Float32Array>,
  engine: Engine,
  options: Omit<FolderOptions, 'frozen' | 'adapter' | 'weights' | 'mapped'> = {},
): Promise<OpenedModel> {
  return { ...(await openFolder(place, engine, { ...options, frozen: true, adapter, weights })), base: name }
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
  /** Whether it is to give rewards (false): a model that gives them writes no answer, and the other way round. */
  readonly rewards?: boolean
  /** What an adapter stands beside, in place of the base that its config names. */
  readonly base?: string
  /** Task tags that answers may hold beside those of the folder, as the answers of data do. */
  readonly answerTags?: readonly string[]
  /** Bits that its linears are held in, from the same codes as in training; such a model is only asked (null: as they are). */
  readonly quantise?: Bits | null
  /** The engine is one that other models over the same base are open in, held in as many bits. */
  readonly share?: SharedBase
}

/**
 * Weights that may stay in their files: 32-bit ones always; 16-bit ones, which cost a widening a step, where they would
 * fill more than half of the memory otherwise. Older halves (F16) are always read: ONNX Runtime widens them all at once.
 */
function mappable(place: string, isRead: (name: string) => boolean): MappedWeights | undefined {
  const stored = [...readSafetensors(place).tensors.values()].filter(({ name }) => isRead(name))
  const bytes = stored.reduce((sum, { shape }) => sum + 4 * shape.reduce((product, n) => product * n, 1), 0)
  const tight = bytes > totalmem() / 2
  const kept = stored.filter(({ dtype }) => isMapped(dtype) && (dtype === 'F32' || tight))
  return kept.length > 0 ? mapTensors(kept) : undefined
}

export interface AssembleOptions {
  readonly mapped?: MappedWeights
  readonly adapter?: Adapter
  readonly answerTags?: readonly string[]
  /** Folder beside the model's own that says which tags answers may hold: an adapter's. */
  readonly tagsFrom?: string
}

/** The model of a model folder before its weights are read. @throws CheckpointError when tokenizer and config disagree */
export function assembleFrom(place: string, engine: Engine, options: AssembleOptions = {}): Model {
  const { mapped, adapter, answerTags = [], tagsFrom = place } = options
  const config = configOf(place)
  const tokenizer = folderTokenizer(place)
  checkVocabulary(place, tokenizer, config)
  const renderer = config.audio
    ? rendererOf(tokenizer, config.audio.pool, new Set([...keptTags(tagsFrom, tokenizer), ...answerTags]))
    : textRenderer(place, tokenizer)
  return assemble(config, tokenizer, engine, renderer, mapped, adapter)
}

/** Tokens without a row in the table of words would stop the first prompt that holds one. */
function checkVocabulary(place: string, { vocabSize }: Tokenizer, { language }: AudioLanguageConfig): void {
  if (vocabSize <= language.vocab) return
  const file = path.join(place, 'tokenizer.json')
  const problem = `has ids up to ${vocabSize - 1}, and vocab_size in config.json is ${language.vocab}. Are they of one model?`
  throw new CheckpointError(file, undefined, problem)
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
  const { chat_template: template } = tokenizer.files().config as { chat_template?: unknown }
  if (typeof template !== 'string') {
    throw new UsageError(
      `${place}: no chat template (chat_template.jinja, or in tokenizer_config.json). Is it a base model?`,
    )
  }
  return templateRenderer({ tokenizer, template, stopIds: stopIdsOf(place, tokenizer), where: place })
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
