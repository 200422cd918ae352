import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { AudioLanguageConfig } from '../architectures/audioLanguageModel.ts'
import { CheckpointError } from '../checkpoint/errors.ts'
import { readSafetensors, type TensorToWrite, writeSafetensors } from '../checkpoint/safetensors.ts'
import { linearsOf, parametersOf } from '../policy/index.ts'
import { type Adapter, isLoraTensor, type LoraLinear, loraNames } from './adapter.ts'
import { type Tower, towerModules, towerOf } from './towers.ts'

/** What PEFT puts before the name of every module. */
const PREFIX = 'base_model.model.'
export const ADAPTER_CONFIG = 'adapter_config.json'
export const ADAPTER_WEIGHTS = 'adapter_model.safetensors'

/** Settings that change what an adapter computes, with the values under which it computes what it does here. */
const PLAIN: Readonly<Record<string, readonly unknown[]>> = {
  use_dora: [false],
  lora_bias: [false],
  fan_in_fan_out: [false],
  bias: ['none'],
  trainable_token_indices: [null],
  alora_invocation_tokens: [null],
}

export interface ReadAdapter {
  readonly adapter: Adapter
  /** By the names that a policy with this adapter gives its parameters. */
  readonly weights: ReadonlyMap<string, Float32Array>
}

/** `base_model_name_or_path` of an adapter folder. @throws CheckpointError when it names none */
export function baseOf(folder: string): string {
  const { base_model_name_or_path: base } = configIn(folder)
  if (typeof base === 'string' && base !== '') return base
  throw new CheckpointError(
    path.join(folder, ADAPTER_CONFIG),
    'base_model_name_or_path',
    'names no model. Write the folder or hub id that the adapter was trained on.',
  )
}

/**
 * Reads an adapter in PEFT's format for a base of the given shape. Which linears it stands beside is told by its tensors.
 *
 * @throws CheckpointError for another kind of adapter, a tensor without its place, or a shape of another base
 */
export function readAdapter(folder: string, config: AudioLanguageConfig): ReadAdapter {
  const json = configIn(folder)
  const where = path.join(folder, ADAPTER_CONFIG)
  if (json.peft_type !== 'LORA') {
    throw new CheckpointError(where, 'peft_type', `is ${JSON.stringify(json.peft_type)}. Read is "LORA".`)
  }
  for (const [key, values] of Object.entries(PLAIN)) {
    if (json[key] === undefined || json[key] === null || values.includes(json[key])) continue
    throw new CheckpointError(where, key, `is ${JSON.stringify(json[key])}. Read is ${JSON.stringify(values[0])}.`)
  }
  const file = path.join(folder, ADAPTER_WEIGHTS)
  const opened = readSafetensors(file)
  const linears = linearsOf(config)
  const parameters = parametersOf(config)
  const found = new Map<string, LoraLinear>()
  const weights = new Map<string, Float32Array>()
  const whole = new Set<Tower>()
  for (const [key, { shape }] of opened.tensors) {
    const name = key.startsWith(PREFIX) ? key.slice(PREFIX.length) : key
    const check = (wanted: readonly number[] | undefined) => {
      if (!wanted) throw new CheckpointError(file, key, 'has no place in the base. Is it an adapter for another model?')
      if (wanted.join() === shape.join()) return
      const [is, asks] = [shape, wanted].map((numbers) => numbers.join(', '))
      throw new CheckpointError(file, key, `has shape [${is}]. The base asks for [${asks}]; is it another model's?`)
    }
    if (isLoraTensor(name)) {
      const module = name.replace(/\.lora_[AB]\.weight$/, '')
      const { a, b } = loraNames(module)
      const rank = opened.tensors.get(keyOf(a, opened.tensors))?.shape[0]
      if (rank === undefined || !opened.tensors.has(keyOf(b, opened.tensors))) {
        throw new CheckpointError(file, key, 'stands alone. A linear has lora_A and lora_B.')
      }
      const linear = linears.get(module)
      check(linear && (name === a ? [rank, linear[1]] : [linear[0], rank]))
      found.set(module, { rank, alpha: alphaOf(json, module, where) })
    } else {
      check(parameters.get(name))
      whole.add(towerOf(name))
    }
    weights.set(name, opened.read(key))
  }
  for (const name of parameters.keys()) {
    if (!whole.has(towerOf(name)) || weights.has(name)) continue
    throw new CheckpointError(
      file,
      PREFIX + name,
      `is missing. The adapter holds other weights of the ${towerOf(name)}.`,
    )
  }
  const order = [...linears.keys()].filter((module) => found.has(module))
  const dropout = typeof json.lora_dropout === 'number' ? json.lora_dropout : 0
  return {
    adapter: {
      linears: new Map(order.map((module) => [module, found.get(module)!])),
      rsLora: json.use_rslora === true,
      dropout,
      trainFully: [...whole],
    },
    weights,
  }
}

/** Writes an adapter as PEFT does: `adapter_config.json` and `adapter_model.safetensors`. `base` is a folder or a hub id. */
export function writeAdapter(
  folder: string,
  options: {
    adapter: Adapter
    weights: ReadonlyMap<string, Float32Array>
    shapes: ReadonlyMap<string, readonly number[]>
    config: AudioLanguageConfig
    base: string
  },
): void {
  const { adapter, weights, shapes, config, base } = options
  const first = [...adapter.linears.values()][0]!
  const differing = (key: 'rank' | 'alpha') =>
    Object.fromEntries(
      [...adapter.linears]
        .filter(([, linear]) => linear[key] !== first[key])
        .map(([name, linear]) => [name, linear[key]]),
    )
  const json = {
    peft_type: 'LORA',
    task_type: config.audio ? null : 'CAUSAL_LM',
    base_model_name_or_path: base,
    r: first.rank,
    lora_alpha: first.alpha,
    lora_dropout: adapter.dropout,
    use_rslora: adapter.rsLora,
    target_modules: targetModules(adapter, config),
    modules_to_save: adapter.trainFully.length > 0 ? adapter.trainFully.map(moduleOf) : null,
    rank_pattern: differing('rank'),
    alpha_pattern: differing('alpha'),
    bias: 'none',
    fan_in_fan_out: false,
    init_lora_weights: true,
    inference_mode: true,
  }
  writeFileSync(path.join(folder, ADAPTER_CONFIG), `${JSON.stringify(json, null, 2)}\n`)
  const tensors = new Map<string, TensorToWrite>(
    [...weights].map(([name, data]) => [PREFIX + name, { shape: shapes.get(name)!, data }]),
  )
  writeSafetensors(path.join(folder, ADAPTER_WEIGHTS), tensors)
}

/** Last words of modules (`q_proj`) where these name the adapted linears and no other; else their whole names. */
function targetModules({ linears }: Adapter, config: AudioLanguageConfig): string[] {
  const last = (module: string) => module.slice(module.lastIndexOf('.') + 1)
  const words = new Set([...linears.keys()].map(last))
  const named = [...linearsOf(config).keys()].filter((module) => words.has(last(module)))
  return named.length === linears.size ? [...words].sort() : [...linears.keys()]
}

function moduleOf(tower: Tower): string {
  if (tower !== 'decoder') return towerModules[tower]
  throw new Error('internal: a decoder that trains whole has no name of its own in every model')
}

const keyOf = (name: string, tensors: ReadonlyMap<string, unknown>): string =>
  tensors.has(PREFIX + name) ? PREFIX + name : name

/** PEFT takes the pattern that ends a module's name, else the default. */
function alphaOf(json: Record<string, unknown>, module: string, where: string): number {
  const patterns = Object.entries((json.alpha_pattern ?? {}) as Record<string, unknown>)
  const own = patterns.find(([pattern]) => module === pattern || new RegExp(`(?:^|\\.)(?:${pattern})$`).test(module))
  const alpha = own ? own[1] : json.lora_alpha
  if (typeof alpha === 'number') return alpha
  throw new CheckpointError(where, 'lora_alpha', `is ${JSON.stringify(alpha)}. It must be a number.`)
}

function configIn(folder: string): Record<string, unknown> {
  const file = path.join(folder, ADAPTER_CONFIG)
  try {
    const json: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof json === 'object' && json !== null) return json as Record<string, unknown>
  } catch (error) {
    throw new CheckpointError(file, undefined, `cannot be read (${(error as Error).message}). Give an adapter of PEFT.`)
  }
  throw new CheckpointError(file, undefined, 'is not a JSON object. Give an adapter of PEFT.')
}
