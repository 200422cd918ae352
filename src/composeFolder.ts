import { existsSync } from 'node:fs'
import { composeModel, parametersOf, qwenAudioTokens } from '../models/index.ts'
import { UsageError } from './errors.ts'
import { resolveModel } from './hub/resolveModel.ts'
import { towerOf } from './model/towers.ts'

export interface ComposeModelOptions {
  /** Whose encoder hears: a Whisper or an audio-language model, as a folder or a hub id. */
  readonly audio: string
  /** Language model: a folder, a GGUF file or a hub id. */
  readonly language: string
  /** Folder to write. */
  readonly out: string
  /** Encoder positions a token: 2 is 25 tokens a second. */
  readonly pool?: number
  /** Draws the projector's first weights (0). */
  readonly seed?: number
  /** Whether Qwen-Audio's tags and times join the vocabulary (false); docs/tags.md. */
  readonly tags?: boolean
  /** How it is spoken to (chat). */
  readonly format?: 'chat' | 'base'
  readonly onNotice?: (line: string) => void
}

export interface ComposeSummary {
  readonly folder: string
  /** Parameters by tower. */
  readonly parameters: Readonly<Record<string, number>>
}

/**
 * Writes an encoder, a fresh projector and a language model as one audio-language model, ready to be trained.
 *
 * @throws UsageError when the folder is there already; CheckpointError, ConfigError or TokenizerError for either model
 */
export async function composeFolder(options: ComposeModelOptions): Promise<ComposeSummary> {
  const { out, pool = 2, seed = 0, tags = false, format = 'chat', onNotice } = options
  if (existsSync(out)) throw new UsageError(`${out}: exists already. Name another folder with --out.`)
  const resolve = (model: string) => resolveModel(model, onNotice ? { onNotice } : {})
  const [audio, language] = [await resolve(options.audio), await resolve(options.language)]
  const config = await composeModel(out, {
    audio,
    language,
    pool,
    seed,
    format,
    ...(tags && { tokens: qwenAudioTokens }),
  })
  const parameters: Record<string, number> = {}
  for (const [name, shape] of parametersOf(config)) {
    const tower = towerOf(name)
    parameters[tower] = (parameters[tower] ?? 0) + shape.reduce((product, n) => product * n, 1)
  }
  return { folder: out, parameters }
}
