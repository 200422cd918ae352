import type { LanguageConfig } from './decoder.ts'
import type { LanguageFamily } from './family.ts'
import { llama } from './llama.ts'
import { qwen2 } from './qwen2.ts'
import { qwen3 } from './qwen3.ts'

/** Decoders that read text; one that is added here opens as a model of its own and under an audio encoder. */
export const languageFamilies: readonly LanguageFamily[] = [llama, qwen2, qwen3]

/** The family whose decoder a config describes. */
export function familyOf({ qkvBias = true, qkNorm = false }: LanguageConfig): LanguageFamily {
  const found = languageFamilies.find((family) => family.qkvBias === qkvBias && family.qkNorm === qkNorm)
  if (!found) throw new Error(`internal: no family has biases ${qkvBias} and normed heads ${qkNorm}`)
  return found
}
