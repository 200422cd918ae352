import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { AudioLanguageConfig } from '../architectures/audioLanguageModel.ts'
import { type TensorToWrite, writeSafetensors } from '../checkpoint/safetensors.ts'
import { linearsOf } from '../policy/index.ts'
import type { Adapter } from './adapter.ts'
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS } from './peftConfig.ts'
import { inMemory, peftKey } from './peftNames.ts'

export interface AdapterToWrite {
  readonly adapter: Adapter
  /** By the names that a policy with this adapter gives its parameters; with their shapes. */
  readonly weights: ReadonlyMap<string, Float32Array>
  readonly shapes: ReadonlyMap<string, readonly number[]>
  readonly config: AudioLanguageConfig
  /** Folder or hub id of the base; PEFT looks for a relative folder from where it runs. */
  readonly base: string
}

/** Writes an adapter as PEFT does, by the names of transformers 5: `adapter_config.json` and `adapter_model.safetensors`. */
export function writeAdapter(folder: string, { adapter, weights, shapes, config, base }: AdapterToWrite): void {
  const { linears, dropout, rsLora, trainFully } = adapter
  const { rank, alpha } = commonest([...linears.values()])
  const patternOf = (key: 'rank' | 'alpha', usual: number) =>
    Object.fromEntries(
      [...linears].filter(([, own]) => own[key] !== usual).map(([name, own]) => [inMemory(name, config), own[key]]),
    )
  const json = {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: base,
    r: rank,
    lora_alpha: alpha,
    lora_dropout: dropout,
    use_rslora: rsLora,
    target_modules: targetModules(adapter, config),
    modules_to_save: trainFully.length > 0 ? trainFully.map((module) => shortest(module, config)) : null,
    rank_pattern: patternOf('rank', rank),
    alpha_pattern: patternOf('alpha', alpha),
    bias: 'none',
    fan_in_fan_out: false,
    init_lora_weights: true,
    inference_mode: true,
  }
  writeFileSync(path.join(folder, ADAPTER_CONFIG), `${JSON.stringify(json, null, 2)}\n`)
  const tensors = new Map<string, TensorToWrite>(
    [...weights].map(([name, data]) => [peftKey(name, config), { shape: shapes.get(name)!, data }]),
  )
  writeSafetensors(path.join(folder, ADAPTER_WEIGHTS), tensors)
}

/** What `r` and `lora_alpha` say; the linears that differ have patterns. */
function commonest(linears: readonly { rank: number; alpha: number }[]): { rank: number; alpha: number } {
  const most = (values: readonly number[]) => {
    const count = (value: number) => values.filter((other) => other === value).length
    return [...new Set(values)].reduce((best, value) => (count(value) > count(best) ? value : best), values[0] ?? 8)
  }
  return { rank: most(linears.map(({ rank }) => rank)), alpha: most(linears.map(({ alpha }) => alpha)) }
}

/** Last words of modules (`q_proj`) where these name the adapted linears and no other; else their whole names. */
function targetModules({ linears }: Adapter, config: AudioLanguageConfig): string[] {
  const words = new Set([...linears.keys()].map(lastWord))
  const named = [...linearsOf(config).keys()].filter((module) => words.has(lastWord(module)))
  if (named.length === linears.size) return [...words].sort()
  return [...linears.keys()].map((module) => inMemory(module, config))
}

/** PEFT takes every module whose name ends so: one word where that is this module's alone. */
function shortest(module: string, config: AudioLanguageConfig): string {
  const word = lastWord(module)
  return ['audio_tower', 'multi_modal_projector'].includes(word) ? word : inMemory(module, config)
}

const lastWord = (module: string): string => module.slice(module.lastIndexOf('.') + 1)
