/** Parts of an audio-language model, in the order in which sound passes them; a model has a head where it gives a number. */
export const towers = ['encoder', 'projector', 'decoder', 'head'] as const
export type Tower = (typeof towers)[number]

/** Where an audio-language model keeps each part; a language model of its own is all decoder. */
export const towerModules = { encoder: 'audio_tower', projector: 'multi_modal_projector' } as const

/** The part that a tensor or module belongs to, by the first word of its name. */
export function towerOf(name: string): Tower {
  if (/^(score|v_head)\./.test(name)) return 'head'
  if (name.startsWith(`${towerModules.encoder}.`)) return 'encoder'
  return name.startsWith(`${towerModules.projector}.`) ? 'projector' : 'decoder'
}
