import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import {
  type AudioLanguageConfig,
  type Engine,
  fromConfigJson,
  openTokenizer,
  Policy,
  readSafetensors,
  type Tokenizer,
  toConfigJson,
  writeSafetensors,
} from '../../models/index.ts'
import { UsageError } from '../errors.ts'
import { chatRenderer } from '../prompts/chatRenderer.ts'
import type { PromptRenderer } from '../prompts/renderer.ts'

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
  const json = (file: string, value: object) => writeFile(path.join(folder, file), `${JSON.stringify(value, null, 2)}\n`)
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
export async function saveTensors(file: string, policy: Policy, arrays: ReadonlyMap<string, Float32Array>): Promise<void> {
  const tensors = new Map(
    [...arrays].map(([name, data]) => [name, { shape: policy.parameters.get(name.replace(/^.*\//, ''))!, data }]),
  )
  writeSafetensors(file, tensors, { format: 'pt' })
}

export function loadTensors(file: string): Map<string, Float32Array> {
  const opened = readSafetensors(file)
  return new Map([...opened.tensors.keys()].map((name) => [name, opened.read(name)]))
}

/** Opens a model folder, or the newest checkpoint of a run folder. @throws UsageError, ConfigError, CheckpointError */
export async function openModel(folder: string, engine: Engine): Promise<Model & { maxSeconds: number }> {
  const place = await modelPlace(folder)
  const file = path.join(place, 'config.json')
  const { config } = fromConfigJson(JSON.parse(await readFile(file, 'utf8')), file)
  const model = assemble(config, openTokenizer(place), engine)
  await model.policy.setWeights(loadTensors(path.join(place, 'model.safetensors')))
  const frontEnd = JSON.parse(await readFile(path.join(place, 'preprocessor_config.json'), 'utf8')) as { chunk_length?: number }
  return { ...model, maxSeconds: frontEnd.chunk_length ?? 30 }
}

async function modelPlace(folder: string): Promise<string> {
  if (existsSync(path.join(folder, 'config.json'))) return folder
  const { openRun } = await import('../runs/index.ts')
  if (existsSync(path.join(folder, 'recipe.yaml'))) {
    const newest = openRun(folder).checkpoints.list().at(-1)
    if (newest) return newest.folder
    throw new UsageError(`${folder}: the run has no checkpoint yet. Go on with: rubato train ${path.join(folder, 'recipe.yaml')} --resume`)
  }
  throw new UsageError(`${folder}: neither a model folder (no config.json) nor a run folder (no recipe.yaml).`)
}
