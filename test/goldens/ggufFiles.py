"""Tiny GGUF files and what the reference package reads from them, to check models/gguf.

    python -m venv /tmp/goldens && /tmp/goldens/bin/pip install gguf==0.19.0 safetensors==0.8.0 torch==2.15.0
    /tmp/goldens/bin/python test/goldens/ggufFiles.py

Seed 5. Writes data/gguf:

- types.gguf, types.safetensors: one tensor of each packed type, and the numbers that gguf.quants.dequantize gives. What
  the package cannot pack (the K types) is random bytes behind scales of ordinary size
- llama.gguf: data/decoders/llama, its queries and keys laid out as llama.cpp's convert_hf_to_gguf.py does (`permute`),
  with a vocabulary of letters
- rope.gguf: the shape of Llama 3.2 1B with rope_freqs.weight as that script computes it, without the other weights
"""

import json
import math
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType as T
from gguf import GGUFWriter, TokenType
from gguf.quants import dequantize, quantize
from safetensors.numpy import save_file
from safetensors.torch import load_file

here = Path(__file__).parent / "data"
out = here / "gguf"
out.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(5)


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


# --- every type
writer, expected = GGUFWriter(out / "types.gguf", "llama"), {}
values = random.standard_normal((3, 256)).astype(np.float32)
values[0, :32] = 0
for kind in (T.F32, T.F16, T.Q8_0, T.Q4_0, T.Q4_1):
    packed = quantize(values, kind)
    writer.add_tensor(kind.name, packed, raw_dtype=kind)
    expected[kind.name] = dequantize(packed, kind)
for kind, size, scales in ((T.Q4_K, 144, (0, 2)), (T.Q6_K, 210, (208,))):
    packed = random.integers(0, 256, (3, size), dtype=np.uint8)
    for at in scales:
        packed[:, at : at + 2] = random.normal(0, 0.01, (3, 1)).astype(np.float16).view(np.uint8)
    writer.add_tensor(kind.name, packed, raw_dtype=kind)
    expected[kind.name] = dequantize(packed, kind)
finish(writer)
save_file({name: np.ascontiguousarray(t, dtype=np.float32) for name, t in expected.items()}, out / "types.safetensors")

# --- a model
config = json.loads((here / "decoders/llama/config.json").read_text())
weights = {name: t.float().numpy() for name, t in load_file(here / "decoders/llama/model.safetensors").items()}
writer = GGUFWriter(out / "llama.gguf", "llama")
writer.add_context_length(config["max_position_embeddings"])
writer.add_embedding_length(config["hidden_size"])
writer.add_block_count(config["num_hidden_layers"])
writer.add_feed_forward_length(config["intermediate_size"])
writer.add_head_count(config["num_attention_heads"])
writer.add_head_count_kv(config["num_key_value_heads"])
writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
writer.add_rope_dimension_count(16)
writer.add_tokenizer_model("gpt2")
writer.add_tokenizer_pre("smollm")
special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
letters = list("abcdefghijklmnopqrstuvwxyz0123456789ĠĊ.,?")
merges = ["Ġ a", "t h", "th e"]
tokens = special + letters + ["Ġa", "th", "the", "<x>"]
assert len(tokens) == config["vocab_size"]
writer.add_token_list(tokens)
writer.add_token_types([TokenType.CONTROL] * 3 + [TokenType.NORMAL] * (len(tokens) - 4) + [TokenType.USER_DEFINED])
writer.add_token_merges(merges)
writer.add_bos_token_id(1)
writer.add_eos_token_id(2)
writer.add_pad_token_id(2)
writer.add_chat_template("{% for m in messages %}{{'<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
                         "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}")


def permute(w, n_head):
    return w.reshape(n_head, 2, w.shape[0] // n_head // 2, *w.shape[1:]).swapaxes(1, 2).reshape(w.shape)


PARTS = {"input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm", "self_attn.q_proj": "attn_q",
         "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
         "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down"}
for name, w in weights.items():
    if name.startswith("model.layers."):
        layer, part = name.removeprefix("model.layers.").removesuffix(".weight").split(".", 1)
        heads = {"attn_q": config["num_attention_heads"], "attn_k": config["num_key_value_heads"]}.get(PARTS[part])
        writer.add_tensor(f"blk.{layer}.{PARTS[part]}.weight", permute(w, heads) if heads else w)
    else:
        writer.add_tensor({"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight"}[name], w)
finish(writer)

# --- Llama 3's positions
writer = GGUFWriter(out / "rope.gguf", "llama")
writer.add_context_length(131072)
writer.add_embedding_length(2048)
writer.add_block_count(16)
writer.add_feed_forward_length(8192)
writer.add_head_count(32)
writer.add_head_count_kv(8)
writer.add_layer_norm_rms_eps(1e-5)
writer.add_rope_freq_base(500000.0)
factor, low, high, length = 32.0, 1.0, 4.0, 8192
factors = []
for i in range(0, 64, 2):
    wavelength = 2 * math.pi * 500000.0 ** (i / 64)
    if wavelength < length / high:
        factors.append(1)
    elif wavelength > length / low:
        factors.append(factor)
    else:
        smooth = (length / wavelength - low) / (high - low)
        factors.append(1 / ((1 - smooth) / factor + smooth))
writer.add_tensor("rope_freqs.weight", np.array(factors, dtype=np.float32))
finish(writer)
