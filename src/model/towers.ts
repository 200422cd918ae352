/** Parts of an audio-language model, by the first word of their tensors' names. */
const TOWERS: Readonly<Record<string, string>> = {
  audio_tower: 'audio tower',
  multi_modal_projector: 'projector',
  language_model: 'language model',
}

/** The part that a tensor belongs to, as a person calls it. */
export const towerOf = (tensor: string): string => {
  const first = tensor.slice(0, Math.max(0, tensor.indexOf('.')))
  return TOWERS[first] ?? (first || tensor)
}
