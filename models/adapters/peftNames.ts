import type { AudioLanguageConfig } from '../architectures/audioLanguageModel.ts'

/** What PEFT puts before the name of every module. */
const PREFIX = 'base_model.model.'

/**
 * PEFT calls a tensor by its module in memory, not by its name in the checkpoint. Transformers 5 keeps the parts of
 * Qwen2-Audio elsewhere than its checkpoints do; transformers 4 kept them as they are called there.
 */
const MOVED = [
  ['language_model.lm_head', 'lm_head'],
  ['language_model.model', 'model.language_model'],
  ['audio_tower', 'model.audio_tower'],
  ['multi_modal_projector', 'model.multi_modal_projector'],
] as const

/** A module or tensor as transformers 5 calls it in memory. */
export function inMemory(name: string, { audio }: Pick<AudioLanguageConfig, 'audio'>): string {
  const moved = audio && MOVED.find(([stored]) => isWithin(name, stored))
  return moved ? moved[1] + name.slice(moved[0].length) : name
}

/** A module or tensor as the checkpoint calls it, from either version's name in memory. */
export function inCheckpoint(name: string, { audio }: Pick<AudioLanguageConfig, 'audio'>): string {
  const moved = audio && MOVED.find(([, loaded]) => isWithin(name, loaded))
  return moved ? moved[0] + name.slice(moved[1].length) : name
}

/** Key in `adapter_model.safetensors` of a tensor of the checkpoint. */
export const peftKey = (name: string, config: AudioLanguageConfig): string => PREFIX + inMemory(name, config)

/** Tensor of the checkpoint that a key in `adapter_model.safetensors` stands for. */
export const tensorOfKey = (key: string, config: AudioLanguageConfig): string =>
  inCheckpoint(key.startsWith(PREFIX) ? key.slice(PREFIX.length) : key, config)

/** Whether a tensor or module is a module or lies in it. */
export const isWithin = (name: string, module: string): boolean => name === module || name.startsWith(`${module}.`)
