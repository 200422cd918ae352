import path from 'node:path'
import type { AudioLanguageConfig } from '../architectures/audioLanguageModel.ts'
import { CheckpointError } from '../checkpoint/errors.ts'
import { firstNotFinite } from '../checkpoint/finite.ts'
import { readSafetensors } from '../checkpoint/safetensors.ts'
import { linearsOf, parametersOf } from '../policy/index.ts'
import { type Adapter, isLoraTensor, type LoraLinear, loraNames } from './adapter.ts'
import { ADAPTER_WEIGHTS, alphaOf, type PeftConfig, readPeftConfig } from './peftConfig.ts'
import { inMemory, isWithin, tensorOfKey } from './peftNames.ts'

export interface ReadAdapter {
  readonly adapter: Adapter
  /** By the names that a policy with this adapter gives its parameters. */
  readonly weights: ReadonlyMap<string, Float32Array>
}

/**
 * Reads an adapter in PEFT's format for a base of the given shape. Which linears it stands beside is told by its tensors;
 * their names may be those of transformers 5 or of transformers 4.
 *
 * @throws CheckpointError for another kind of adapter, a tensor without its place, a shape of another base, or a number
 *   that is none
 */
export function readAdapter(folder: string, config: AudioLanguageConfig): ReadAdapter {
  const peft = readPeftConfig(folder)
  const file = path.join(folder, ADAPTER_WEIGHTS)
  const opened = readSafetensors(file)
  const [linears, parameters] = [linearsOf(config), parametersOf(config)]
  const keys = new Map([...opened.tensors.keys()].map((key) => [tensorOfKey(key, config), key]))
  const found = new Map<string, LoraLinear>()
  const whole = new Set<string>()
  const weights = new Map<string, Float32Array>()
  for (const [name, key] of keys) {
    const fail = (problem: string): never => {
      throw new CheckpointError(file, key, problem)
    }
    const { shape } = opened.tensors.get(key)!
    const check = (wanted: readonly number[] | undefined) => {
      if (!wanted) return fail('has no place in the base. Is it an adapter for another model?')
      if (wanted.join() === shape.join()) return
      const [is, asks] = [shape, wanted].map((numbers) => numbers.join(', '))
      fail(`has shape [${is}]. The base asks for [${asks}]; is it an adapter for another model?`)
    }
    if (isLoraTensor(name)) {
      const module = name.replace(/\.lora_[AB]\.weight$/, '')
      const { a, b } = loraNames(module)
      const rank = keys.has(a) && keys.has(b) ? opened.tensors.get(keys.get(a)!)!.shape[0] : undefined
      if (rank === undefined) return fail('stands alone. A linear has lora_A and lora_B.')
      const linear = linears.get(module)
      check(linear && (name === a ? [rank, linear[1]] : [linear[0], rank]))
      found.set(module, { rank, alpha: alphaOf(peft, namesOf(module, config)) })
    } else {
      check(parameters.get(name))
      whole.add(wholeModule(name, peft, config))
    }
    const values = opened.read(key)
    const bad = firstNotFinite(values)
    if (bad !== undefined) fail(`holds ${values[bad]} at place ${bad}. Every weight must be a finite number.`)
    weights.set(name, values)
  }
  for (const name of parameters.keys()) {
    const module = [...whole].find((module) => isWithin(name, module))
    if (module === undefined || weights.has(name)) continue
    throw new CheckpointError(file, name, `is missing. The adapter holds other weights of ${module}.`)
  }
  if (config.language.tied && [...whole].some((module) => /(^|\.)(embed_tokens|lm_head)$/.test(module))) {
    throw new CheckpointError(
      peft.file,
      undefined,
      'modules_to_save replaces the table of words or the head, which the base shares between the two. Leave both out.',
    )
  }
  const order = [...linears.keys()].filter((module) => found.has(module))
  const { lora_dropout: dropout, use_rslora: rsLora } = peft.json
  return {
    adapter: {
      linears: new Map(order.map((module) => [module, found.get(module)!])),
      rsLora: rsLora === true,
      dropout: typeof dropout === 'number' ? dropout : 0,
      trainFully: [...whole],
    },
    weights,
  }
}

/** What PEFT's patterns may call a module. */
const namesOf = (module: string, config: AudioLanguageConfig): string[] => [inMemory(module, config), module]

/** The module of `modules_to_save` that a tensor belongs to, by the checkpoint's name; else the tensor's own. */
function wholeModule(tensor: string, { json }: PeftConfig, config: AudioLanguageConfig): string {
  const saved = Array.isArray(json.modules_to_save) ? json.modules_to_save.map(String) : []
  const words = tensor.split('.').slice(0, -1)
  const around = words.map((_, i) => words.slice(0, i + 1).join('.')) // from the outermost in
  const named = around.find((module) => namesOf(module, config).some((name) => saved.some((end) => name.endsWith(end))))
  return named ?? around.at(-1)!
}
