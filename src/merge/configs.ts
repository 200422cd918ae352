import { readFileSync } from 'node:fs'
import path from 'node:path'
import { UsageError } from '../errors.ts'

/** Keys that say nothing about what a model computes. */
const HARMLESS = new Set([
  '_name_or_path',
  'transformers_version',
  'torch_dtype',
  'dtype',
  'use_cache',
  'bos_token_id',
  'eos_token_id',
  'pad_token_id',
  'attention_dropout',
  '_attn_implementation',
])

export type Config = Readonly<Record<string, unknown>>

export function readConfig(folder: string): Config {
  const file = path.join(folder, 'config.json')
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Config
  } catch (error) {
    throw new UsageError(`${file}: ${(error as Error).message}. Give a folder in the Hugging Face form.`)
  }
}

/**
 * Refuses to merge models that compute different things with equal shapes, such as another `rope_theta`: every key of
 * `config.json` in which a model differs from the first is named, one line each.
 *
 * @param allowed  keys that may differ; the first model's value is kept
 * @throws UsageError
 */
export function checkConfigs(
  models: readonly { readonly name: string; readonly config: Config }[],
  allowed: readonly string[] = [],
): void {
  const [first, ...others] = models
  const own = flat(first!.config)
  const problems = others.flatMap(({ name, config }) => {
    const theirs = flat(config)
    return [...new Set([...own.keys(), ...theirs.keys()])].flatMap((key) => {
      const [a, b] = [own.get(key), theirs.get(key)]
      const last = key.slice(key.lastIndexOf('.') + 1)
      if (a === b || HARMLESS.has(last) || allowed.includes(key)) return []
      const shown = (value: string | undefined) => value ?? 'not set'
      return [`${name} config.json ${key}: is ${shown(b)}; in ${first!.name} it is ${shown(a)}.`]
    })
  })
  if (problems.length === 0) return
  throw new UsageError(
    [...problems, 'Models that are merged must compute alike; --allow KEY lets one differ.'].join('\n'),
  )
}

/** Leaves of a config by their dotted keys, as JSON. */
function flat(config: Config, prefix = ''): Map<string, string> {
  const leaves = new Map<string, string>()
  for (const [key, value] of Object.entries(config)) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [inner, leaf] of flat(value as Config, `${prefix}${key}.`)) leaves.set(inner, leaf)
    } else leaves.set(prefix + key, JSON.stringify(value))
  }
  return leaves
}

export const layersOf = (config: Config): number => {
  const own = (config.text_config ?? config) as Config
  return typeof own.num_hidden_layers === 'number' ? own.num_hidden_layers : 1
}

export const isTied = (config: Config): boolean =>
  ((config.text_config ?? config) as Config).tie_word_embeddings === true || config.tie_word_embeddings === true
