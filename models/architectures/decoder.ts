import { add, gatherRows, linear, mul, recomputed, rmsNorm, silu, type Tensor } from '../graph/index.ts'
import type { Weights } from '../weights.ts'
import { type AttentionTables, attention, attentionTables, type KvCache, type PackedRows } from './attention.ts'
import type { LanguageConfig } from './language.ts'

export type { KvCache, PackedRows } from './attention.ts'
export { headDimOf, type LanguageConfig } from './language.ts'

/** How a decoder runs; left out, over rows that each hold one sequence from its beginning. */
export interface DecoderRun {
  /** For sampling: keys and values of the tokens before. */
  readonly kvCache?: KvCache | undefined
  /** For training: rows that hold several sequences. */
  readonly packed?: PackedRows | undefined
  /** For training: a layer keeps its input alone, and is made again in the backward pass. */
  readonly recomputeLayers?: boolean | undefined
  /** For training: keeps all scores of attention, however many; by default those of short sequences alone. */
  readonly keepScores?: boolean | undefined
}

export const embedTokens = (ids: Tensor, w: Weights, { vocab, hidden }: LanguageConfig): Tensor =>
  gatherRows(w.at('model.embed_tokens.weight', [vocab, hidden]), ids)

/**
 * Pre-norm decoder that Llama (arXiv 2302.13971, §2.2), Qwen2 (2407.10671, §2.2) and Qwen3 (2505.09388, §2) share; what
 * differs between them stands in the config. x: embeddings [batch, time, hidden] → normed states, same shape.
 */
export function decoder(x: Tensor, w: Weights, config: LanguageConfig, run: DecoderRun = {}): Tensor {
  const tables = attentionTables(x.shape, config, run)
  for (let i = 0; i < config.nLayers; i++) {
    const block = (t: Tensor) => decoderBlock(t, w.in('model.layers').in(i), config, tables, i, run.kvCache)
    x = run.recomputeLayers ? recomputed(x, block) : block(x)
  }
  return rmsNorm(x, w.at('model.norm.weight', [config.hidden]), config.rmsEpsilon)
}

/** Logits of states [rows, hidden] → [rows, vocab]. */
export function languageHead(x: Tensor, w: Weights, { vocab, hidden, tied }: LanguageConfig): Tensor {
  return linear(x, w.at(tied ? 'model.embed_tokens.weight' : 'lm_head.weight', [vocab, hidden]))
}

/** Pre-norm block; x: [batch, time, hidden] → the same shape. */
function decoderBlock(
  x: Tensor,
  w: Weights,
  config: LanguageConfig,
  tables: AttentionTables,
  layer: number,
  kvCache?: KvCache,
): Tensor {
  const { hidden, rmsEpsilon } = config
  const heard = rmsNorm(x, w.at('input_layernorm.weight', [hidden]), rmsEpsilon)
  x = add(x, attention(heard, w.in('self_attn'), config, tables, layer, kvCache))
  const read = rmsNorm(x, w.at('post_attention_layernorm.weight', [hidden]), rmsEpsilon)
  return add(x, swiGlu(read, w.in('mlp'), config))
}

/** SwiGLU (arXiv 2002.05202): down(silu(gate(x)) · up(x)). */
function swiGlu(x: Tensor, w: Weights, { hidden, ffn }: LanguageConfig): Tensor {
  const gate = w.linear(x, 'gate_proj', ffn)
  const up = w.linear(x, 'up_proj', ffn)
  return w.linear(mul(silu(gate), up), 'down_proj', hidden)
}
