import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import {
  type AudioLanguageConfig,
  CheckpointError,
  type Engine,
  fromConfigJson,
  openTokenizer,
  Policy,
  readSafetensors,
  type Tokenizer,
  toConfigJson,
  writeSafetensors,
} from '../../models/index.ts'
import { isMissingFile, UsageError } from '../errors.ts'
import { chatRenderer } from '../prompts/chatRenderer.ts'
import type { PromptRenderer } from '../prompts/renderer.ts'
import { checkpoints } from '../runs/checkpoints.ts'

/** A policy with the tokenizer it speaks through. */
export interface Model {
  readonly policy: Policy
  readonly tokenizer: Tokenizer
  readonly renderer: PromptRenderer
}

const AUDIO_TOKEN = '<|AUDIO|>'
const PAD_TOKEN = '<|endoftext|>'

export function assemble(config: AudioLanguageConfig, tokenizer: Tokenizer, engine: Engine): Model {
  const policy = new Policy({
    config,
    engine,
    audioId: tokenizer.idOf(AUDIO_TOKEN),
    padId: tokenizer.idOf(PAD_TOKEN),
    suppressIds: [...tokenizer.special].flatMap(([token, id]) => (STOPS.includes(token) ? [] : [id])),
  })
  return { policy, tokenizer, renderer: chatRenderer(tokenizer, config.audio.pool) }
}

/** Special tokens that an answer may hold: those that end it. */
const STOPS = ['<|im_end|>', PAD_TOKEN]

/** Writes a model as a Hugging Face folder: config, weights, tokenizer, front end. */
export async function saveModel(folder: string, { policy, tokenizer }: Model, maxSeconds: number): Promise<void> {
  const json = (file: string, value: object) =>
    writeFile(path.join(folder, file), `${JSON.stringify(value, null, 2)}\n`)
  const files = tokenizer.files()
  const { stopIds } = chatRenderer(tokenizer, policy.config.audio.pool)
  await json('config.json', toConfigJson(policy.config, tokenizer.idOf(AUDIO_TOKEN)))
  await json('generation_config.json', { eos_token_id: stopIds, pad_token_id: tokenizer.idOf(PAD_TOKEN) })
  await json('preprocessor_config.json', {
    feature_extractor_type: 'WhisperFeatureExtractor',
    feature_size: policy.config.audio.nMels,
    sampling_rate: 16_000,
    hop_length: 160,
    n_fft: 400,
    chunk_length: maxSeconds,
  })
  await json('tokenizer.json', files.tokenizer)
  await json('tokenizer_config.json', files.config)
  await saveTensors(path.join(folder, 'model.safetensors'), policy, await policy.weights())
}

/** Named arrays of a policy's parameters; the names may carry a prefix that ends in `/`. */
export async function saveTensors(
  file: string,
  policy: Policy,
  arrays: ReadonlyMap<string, Float32Array>,
): Promise<void> {
  const tensors = new Map(
    [...arrays].map(([name, data]) => [name, { shape: policy.parameters.get(name.replace(/^.*\//, ''))!, data }]),
  )
  writeSafetensors(file, tensors, { format: 'pt' })
}

export function loadTensors(file: string): Map<string, Float32Array> {
  const opened = readSafetensors(file)
  return new Map([...opened.tensors.keys()].map((name) => [name, opened.read(name)]))
}

/**
 * The parameters of a policy as a model folder holds them, in one file or in shards; other tensors stay unread.
 *
 * @throws CheckpointError when one is missing or of another shape
 */
export function loadWeights(folder: string, { parameters }: Policy): Map<string, Float32Array> {
  const opened = readSafetensors(folder)
  return new Map(
    [...parameters].map(([name, shape]) => {
      const found = opened.tensors.get(name)?.shape ?? shape
      if (found.join() !== shape.join()) {
        throw new CheckpointError(
          folder,
          name,
          `has shape [${found.join(', ')}]. The model asks for [${shape.join(', ')}].`,
        )
      }
      return [name, opened.read(name)]
    }),
  )
}

/**
 * Opens a model folder, or a run folder: its final model once the run has finished, else its newest checkpoint. Reads
 * only, so the run may be going on.
 *
 * @throws UsageError, ConfigError, CheckpointError, TokenizerError
 */
export async function openModel(folder: string, engine: Engine): Promise<OpenedModel> {
  const place = modelPlace(folder)
  const model = assembleFrom(place, engine)
  await model.policy.setWeights(loadWeights(place, model.policy))
  const frontEnd = readJson(path.join(place, 'preprocessor_config.json')) as { chunk_length?: unknown } | null
  const { chunk_length: seconds } = frontEnd ?? {}
  return { ...model, place, maxSeconds: typeof seconds === 'number' && seconds > 0 ? seconds : WHISPER_SECONDS }
}

/** The model of a model folder before its weights are read. */
export function assembleFrom(place: string, engine: Engine): Model {
  const file = path.join(place, 'config.json')
  const { config } = fromConfigJson(readJson(file), file)
  return assemble(config, openTokenizer(place), engine)
}

export interface OpenedModel extends Model {
  /** Folder that the weights were read from. */
  readonly place: string
  /** Longest clip that it hears. */
  readonly maxSeconds: number
}

/** What Whisper's encoder has positions for. */
const WHISPER_SECONDS = 30

/** The folder that holds the model of a model or run folder. @throws UsageError */
export function modelPlace(folder: string): string {
  const has = (file: string) => existsSync(path.join(folder, file))
  if (!existsSync(folder)) throw new UsageError(`${folder}: no such folder.`)
  if (!has('recipe.yaml')) {
    if (has('config.json')) return folder
    throw new UsageError(`${folder}: neither a model folder (no config.json) nor a run folder (no recipe.yaml).`)
  }
  // A run that was resumed may still hold the model of its first end; its summary is what says that it has finished.
  if (has('summary.json') && has('config.json')) return folder
  const newest = checkpoints(folder).list().at(-1)
  if (newest) return newest.folder
  throw new UsageError(
    `${folder}: the run has saved no model yet; it does at the end of its first stage, or by save_every.`,
  )
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UsageError(
      `${file}: ${isMissingFile(error) ? 'no such file' : 'not JSON'}. Give a folder in the Hugging Face form.`,
    )
  }
}
