import type { RopeScaling } from '../architectures/rope.ts'
import { ConfigError, countAt, numberAt, type Section, section } from './fields.ts'

const KINDS = ['default', 'linear', 'llama3', 'yarn']

/**
 * Rotary positions of a text config: `rope_theta` and `rope_scaling`, or since transformers 5 `rope_parameters` with both.
 * `maxPositions` is what `max_position_embeddings` says; YARN's factor reaches beyond it.
 */
export function readRope(
  text: Section,
  defaultTheta: number,
  maxPositions: number,
): { theta: number; scaling?: RopeScaling; maxPositions: number } {
  const { values, file, where } = text
  const key = values.rope_parameters ? 'rope_parameters' : 'rope_scaling'
  const rope = section(values[key] ?? {}, file, `${where}${key}`)
  const theta = numberAt(values.rope_theta === undefined ? rope : text, 'rope_theta', defaultTheta)
  const kind = rope.values.rope_type ?? rope.values.type ?? 'default'
  const partial = rope.values.partial_rotary_factor ?? values.partial_rotary_factor ?? 1
  if (partial !== 1) {
    throw new ConfigError(`${file}: ${where}partial_rotary_factor is ${JSON.stringify(partial)}. Supported: 1.`)
  }
  const factor = () => numberAt(rope, 'factor')
  const original = () => countAt(rope, 'original_max_position_embeddings', maxPositions)
  switch (kind) {
    case 'default':
      return { theta, maxPositions }
    case 'linear':
      return { theta, maxPositions, scaling: { type: 'linear', factor: factor() } }
    case 'llama3':
      return {
        theta,
        maxPositions,
        scaling: {
          type: 'llama3',
          factor: factor(),
          lowFrequency: numberAt(rope, 'low_freq_factor'),
          highFrequency: numberAt(rope, 'high_freq_factor'),
          originalPositions: original(),
        },
      }
    case 'yarn':
      return {
        theta,
        // Qwen2.5's cards leave max_position_embeddings at the original length and add only the factor.
        maxPositions: Math.max(maxPositions, Math.round(factor() * original())),
        scaling: {
          type: 'yarn',
          factor: factor(),
          originalPositions: original(),
          betaFast: numberAt(rope, 'beta_fast', 32),
          betaSlow: numberAt(rope, 'beta_slow', 1),
          attentionFactor: attentionFactor(rope, factor()),
          truncate: rope.values.truncate !== false,
        },
      }
    default:
      throw new ConfigError(
        `${file}: ${where}${key} asks for rotary positions of type ${JSON.stringify(kind)}. Supported: ${KINDS.join(', ')}.`,
      )
  }
}

/** YARN's √(1/t) (arXiv 2309.00071, eq. 22), in DeepSeek's two-sided form where the config has it. */
function attentionFactor(rope: Section, factor: number): number {
  const mscale = (weight: number) => (factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1)
  const [one, all] = [numberAt(rope, 'mscale', 0), numberAt(rope, 'mscale_all_dim', 0)]
  return numberAt(rope, 'attention_factor', one && all ? mscale(one) / mscale(all) : mscale(1))
}

/** The same as `config.json` has it; nothing for what is not stretched. */
export function ropeJson(scaling: RopeScaling | undefined): object {
  if (!scaling) return {}
  const { type, factor } = scaling
  switch (scaling.type) {
    case 'linear':
      return { rope_scaling: { rope_type: type, factor } }
    case 'llama3':
      return {
        rope_scaling: {
          rope_type: type,
          factor,
          low_freq_factor: scaling.lowFrequency,
          high_freq_factor: scaling.highFrequency,
          original_max_position_embeddings: scaling.originalPositions,
        },
      }
    case 'yarn':
      return {
        rope_scaling: {
          rope_type: type,
          factor,
          original_max_position_embeddings: scaling.originalPositions,
          beta_fast: scaling.betaFast,
          beta_slow: scaling.betaSlow,
          attention_factor: scaling.attentionFactor,
          truncate: scaling.truncate,
        },
      }
  }
}
