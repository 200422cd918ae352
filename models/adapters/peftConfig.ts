import { readFileSync } from 'node:fs'
import path from 'node:path'
import { CheckpointError } from '../checkpoint/errors.ts'

export const ADAPTER_CONFIG = 'adapter_config.json'
export const ADAPTER_WEIGHTS = 'adapter_model.safetensors'

/** `adapter_config.json` of a folder, and where it lies, for errors. */
export interface PeftConfig {
  readonly json: Readonly<Record<string, unknown>>
  readonly file: string
}

/** Settings that change what an adapter computes, with the values under which it computes what it does here. */
const PLAIN: Readonly<Record<string, readonly unknown[]>> = {
  use_dora: [false],
  use_qalora: [false],
  use_bdlora: [false],
  lora_bias: [false],
  fan_in_fan_out: [false],
  bias: ['none'],
  layer_replication: [null],
  trainable_token_indices: [null],
  alora_invocation_tokens: [null],
}

/** @throws CheckpointError where there is none, or none of LoRA as it is computed here */
export function readPeftConfig(folder: string): PeftConfig {
  const file = path.join(folder, ADAPTER_CONFIG)
  const json = objectIn(file)
  if (json.peft_type !== 'LORA') {
    throw new CheckpointError(file, undefined, `peft_type is ${JSON.stringify(json.peft_type)}. Read is "LORA".`)
  }
  for (const [key, values] of Object.entries(PLAIN)) {
    if (json[key] === undefined || json[key] === null || values.includes(json[key])) continue
    const [found, wanted] = [json[key], values[0]].map((value) => JSON.stringify(value))
    throw new CheckpointError(file, undefined, `${key} is ${found}. Read is ${wanted}.`)
  }
  return { json, file }
}

/** `base_model_name_or_path` of an adapter folder. @throws CheckpointError when it names none */
export function baseOf(folder: string): string {
  const file = path.join(folder, ADAPTER_CONFIG)
  const { base_model_name_or_path: base } = objectIn(file)
  if (typeof base === 'string' && base !== '') return base
  throw new CheckpointError(
    file,
    undefined,
    'base_model_name_or_path names no model. Write the folder or hub id that the adapter was trained on, or give --base.',
  )
}

/**
 * PEFT's `alpha_pattern`: the first pattern that ends a module's name, else `lora_alpha`. `names` are those that the
 * module goes by.
 */
export function alphaOf({ json, file }: PeftConfig, names: readonly string[]): number {
  const patterns = Object.entries((json.alpha_pattern ?? {}) as Record<string, unknown>)
  const own = patterns.find(([pattern]) => names.some((name) => endsWith(name, pattern)))
  const alpha = own ? own[1] : json.lora_alpha
  if (typeof alpha === 'number') return alpha
  const key = own ? `alpha_pattern["${own[0]}"]` : 'lora_alpha'
  throw new CheckpointError(file, undefined, `${key} is ${JSON.stringify(alpha)}. It must be a number.`)
}

function endsWith(name: string, pattern: string): boolean {
  try {
    return new RegExp(`^(?:.*\\.)?(?:${pattern})$`).test(name)
  } catch {
    return false // no regular expression here, so at best a name
  }
}

function objectIn(file: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof json === 'object' && json !== null) return json as Record<string, unknown>
  } catch (error) {
    throw new CheckpointError(file, undefined, `cannot be read (${(error as Error).message}). Give an adapter of PEFT.`)
  }
  throw new CheckpointError(file, undefined, 'is not a JSON object. Give an adapter of PEFT.')
}
