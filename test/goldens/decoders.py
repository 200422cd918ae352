"""Tiny random decoders and what transformers computes with them, to check models/architectures.

    python -m venv /tmp/goldens && /tmp/goldens/bin/pip install torch==2.15.0 transformers==5.24.0
    /tmp/goldens/bin/python test/goldens/decoders.py

Seed 11. Weights are rounded to BF16 and stored so; everything is computed in 32 bits. Writes data/decoders/NAME for each
of the shapes below: config.json and model.safetensors as save_pretrained writes them, expected.safetensors with

- ids [2, 24], logits
- grad/PARAMETER: gradient of the mean negative log-probability of every next token
- greedy/ids [2, 24] padded on the right, greedy/lengths, greedy/tokens [2, 64]: greedy search, each prompt alone
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
import transformers
from safetensors.torch import load_file, save_file
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM, Qwen3Config, Qwen3ForCausalLM

out = Path(__file__).parent / "data" / "decoders"
shape = dict(vocab_size=48, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1,
             intermediate_size=24, rms_norm_eps=1e-5, max_position_embeddings=128,
             bos_token_id=None, eos_token_id=None, pad_token_id=0)
rope = lambda **more: dict(rope_theta=1000.0, **more)

SHAPES = {
    # Tied head, as SmolLM2.
    "llama": (LlamaForCausalLM, LlamaConfig(**shape, tie_word_embeddings=True, rope_parameters=rope(rope_type="default"))),
    "llama3": (LlamaForCausalLM, LlamaConfig(**shape, rope_parameters=rope(
        rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=16))),
    "linear": (LlamaForCausalLM, LlamaConfig(**shape, rope_parameters=rope(rope_type="linear", factor=4.0))),
    "qwen2": (Qwen2ForCausalLM, Qwen2Config(**shape, rope_parameters=rope(rope_type="default"))),
    "yarn": (Qwen2ForCausalLM, Qwen2Config(**shape, rope_parameters=rope(
        rope_type="yarn", factor=4.0, original_max_position_embeddings=16))),
    # Heads wider than hidden / heads, as the published ones.
    "qwen3": (Qwen3ForCausalLM, Qwen3Config(**{**shape, "head_dim": 32}, rope_parameters=rope(rope_type="default"))),
}

for name, (kind, config) in SHAPES.items():
    torch.manual_seed(11)
    folder = out / name
    model = kind(config).eval()
    with torch.no_grad():
        for key, p in model.named_parameters():
            if "norm" in key:
                p.copy_(1 + 0.2 * torch.randn_like(p))
            elif key.endswith("bias"):
                p.copy_(0.2 * torch.randn_like(p))
            else:
                p.copy_(1.7 * torch.randn_like(p) / p[0].numel() ** 0.5)
            p.copy_(p.bfloat16().float())
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    saved = load_file(folder / "model.safetensors")
    save_file({key: t.bfloat16() for key, t in saved.items()}, folder / "model.safetensors", {"format": "pt"})
    config_json = json.loads((folder / "config.json").read_text())
    config_json["dtype"] = "bfloat16"
    (folder / "config.json").write_text(json.dumps(config_json, indent=2) + "\n")

    ids = torch.randint(1, 48, (2, 24))
    logits = model(input_ids=ids).logits
    F.cross_entropy(logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten()).backward()
    expected = {"ids": ids, "logits": logits.detach()}
    expected |= {f"grad/{key}": p.grad for key, p in model.named_parameters()}
    lengths = [24, 17]
    prompts, made = ids.clone(), []
    for row, length in enumerate(lengths):
        prompts[row, length:] = 0
        given = ids[row : row + 1, :length]
        made.append(model.generate(given, attention_mask=torch.ones_like(given), max_new_tokens=64, do_sample=False)[0, length:])
    expected |= {"greedy/ids": prompts, "greedy/lengths": torch.tensor(lengths), "greedy/tokens": torch.stack(made)}
    save_file({key: (t if t.dtype == torch.int64 else t.float()).contiguous() for key, t in expected.items()},
              folder / "expected.safetensors")
print(transformers.__version__, torch.__version__, list(SHAPES))
