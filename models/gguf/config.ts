import type { LanguageConfig } from '../architectures/decoder.ts'
import { languageFamilies } from '../architectures/registry.ts'
import { type RopeScaling, scaledFrequencies } from '../architectures/rope.ts'
import { ConfigError } from '../config/fields.ts'
import type { GgufFile } from './file.ts'

/** The shape of the decoder that a GGUF file holds. @throws ConfigError for an architecture that is not supported */
export function ggufConfig({ file, metadata, tensors, read }: GgufFile): LanguageConfig {
  const kind = metadata['general.architecture']
  const family = languageFamilies.find(({ modelType }) => modelType === kind)
  if (!family) {
    const known = languageFamilies.map(({ modelType }) => modelType).join(', ')
    throw new ConfigError(`${file}: general.architecture is ${JSON.stringify(kind)}. Supported: ${known}.`)
  }
  const number = (key: string, fallback?: number): number => {
    const value = metadata[`${family.modelType}.${key}`] ?? fallback
    if (typeof value === 'number' && value > 0) return value
    throw new ConfigError(`${file}: ${family.modelType}.${key} is ${JSON.stringify(value)}, expected a number > 0.`)
  }
  const hidden = number('embedding_length')
  const nHeads = number('attention.head_count')
  const headDim = number('attention.key_length', number('rope.dimension_count', hidden / nHeads))
  const vocab = tensors.get('token_embd.weight')?.shape[0] ?? 0
  const ropeTheta = number('rope.freq_base', 10_000)
  const maxPositions = number('context_length')
  const factors = tensors.has('rope_freqs.weight') ? read('rope_freqs.weight') : undefined
  const ropeScaling = factors
    ? llama3Scaling(file, factors, ropeTheta)
    : namedScaling(file, metadata, family.modelType, maxPositions)
  return {
    vocab,
    hidden,
    nLayers: number('block_count'),
    nHeads,
    nKvHeads: number('attention.head_count_kv', nHeads),
    ffn: number('feed_forward_length'),
    ropeTheta,
    ...(ropeScaling && { ropeScaling }),
    ...(headDim !== hidden / nHeads && { headDim }),
    ...(!family.qkvBias && { qkvBias: false }),
    ...(family.qkNorm && { qkNorm: true }),
    // Stored in 32 bits: 9.999999747e-6 was 1e-5.
    rmsEpsilon: Number(number('attention.layer_norm_rms_epsilon', 1e-6).toPrecision(7)),
    tied: !tensors.has('output.weight'),
    maxPositions,
  }
}

/** `rope.scaling.*` of the metadata. */
function namedScaling(
  file: string,
  metadata: GgufFile['metadata'],
  modelType: string,
  maxPositions: number,
): RopeScaling | undefined {
  const at = (key: string) => metadata[`${modelType}.rope.scaling.${key}`]
  const kind = at('type') ?? 'none'
  const factor = Number(at('factor') ?? 1)
  if (kind === 'none') return undefined
  if (kind === 'linear') return { type: 'linear', factor }
  if (kind === 'yarn') {
    return {
      type: 'yarn',
      factor,
      originalPositions: Number(at('original_context_length') ?? maxPositions),
      betaFast: Number(at('yarn_beta_fast') ?? 32),
      betaSlow: Number(at('yarn_beta_slow') ?? 1),
      attentionFactor: Number(at('attn_factor') ?? 1) * (factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1),
      truncate: true,
    }
  }
  throw new ConfigError(
    `${file}: ${modelType}.rope.scaling.type is ${JSON.stringify(kind)}. Supported: none, linear, yarn.`,
  )
}

/**
 * Llama 3's scaling: the file has only what each frequency is divided by, and the published models differ in nothing but
 * the factor.
 */
function llama3Scaling(file: string, divisors: Float32Array, theta: number): RopeScaling {
  const factor = Math.max(...divisors)
  const scaling = { type: 'llama3', factor, lowFrequency: 1, highFrequency: 4, originalPositions: 8192 } as const
  const half = divisors.length
  const plain = scaledFrequencies({ theta, half, scaling: undefined })
  const scaled = scaledFrequencies({ theta, half, scaling })
  const differs = divisors.findIndex((divisor, i) => Math.abs(plain[i]! / scaled[i]! / divisor - 1) > 1e-3)
  if (differs !== -1) {
    throw new ConfigError(
      `${file}: rope_freqs.weight[${differs}] is ${divisors[differs]}. Llama 3's with factor ${factor} is ${plain[differs]! / scaled[differs]!}; no other is supported.`,
    )
  }
  return scaling
}
