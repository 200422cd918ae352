/** Names of tensors: GGUF's and a Hugging Face checkpoint's (llama.cpp, gguf-py/gguf/tensor_mapping.py). */
const WHOLE: Readonly<Record<string, string>> = {
  token_embd: 'model.embed_tokens',
  output_norm: 'model.norm',
  output: 'lm_head',
}

const IN_BLOCK: Readonly<Record<string, string>> = {
  attn_norm: 'input_layernorm',
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_q_norm: 'self_attn.q_norm',
  attn_k_norm: 'self_attn.k_norm',
  attn_output: 'self_attn.o_proj',
  ffn_norm: 'post_attention_layernorm',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
}

/** `blk.3.attn_q.weight` → `model.layers.3.self_attn.q_proj.weight`; undefined for a tensor that no supported model has. */
export function checkpointName(name: string): string | undefined {
  const block = /^blk\.(\d+)\.(\w+)\.(weight|bias)$/.exec(name)
  if (block) {
    const [, layer, part, kind] = block
    const found = IN_BLOCK[part!]
    return found && `model.layers.${layer}.${found}.${kind}`
  }
  const [part, kind, ...rest] = name.split('.')
  const found = WHOLE[part!]
  return found && kind === 'weight' && rest.length === 0 ? `${found}.${kind}` : undefined
}
