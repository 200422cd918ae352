"""Adapters as PEFT makes and saves them, and what transformers computes with them, to check models/adapters.

    python -m venv /tmp/goldens && /tmp/goldens/bin/pip install torch==2.15.0 transformers==5.24.0 peft==0.21.2
    /tmp/goldens/bin/python test/goldens/peftAdapters.py

Seed 13. The bases are those of qwen2Audio.py and decoders.py; everything is computed in 32 bits. Writes data/peft/NAME:
adapter_config.json and adapter_model.safetensors as save_pretrained writes them, and expected.safetensors with

- logits of the base's own golden ids: [2, 24, vocab] for `language`, logits/0 and logits/1 for `speech`
- grad/MODULE.lora_A, grad/MODULE.lora_B and grad/MODULE of what is trained whole: gradient of the mean negative
  log-probability of every next token of those ids, by PEFT's keys

language: LoRA on every linear of a Qwen2, rank and alpha of their own for some
speech: rsLoRA in encoder and decoder of a Qwen2-Audio, its projector trained whole
"""

import json
from pathlib import Path

import peft
import torch
import torch.nn.functional as F
import transformers
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, Qwen2AudioForConditionalGeneration
from transformers.models.whisper.modeling_whisper import sinusoids

data = Path(__file__).parent / "data"
torch.manual_seed(13)


def adapted(model, base, options):
    """The model with an adapter that changes something: PEFT itself would begin with B = 0."""
    model = get_peft_model(model.eval(), LoraConfig(**options))
    model.peft_config["default"].base_model_name_or_path = base
    with torch.no_grad():
        for name, p in model.named_parameters():
            if "lora_B" in name:
                p.copy_(0.2 * torch.randn_like(p))
            elif "modules_to_save" in name:
                p.add_(0.2 * torch.randn_like(p))
    return model.eval()


def save(model, name, expected):
    out = data / "peft" / name
    model.save_pretrained(out)
    (out / "README.md").unlink()
    kept = load_file(out / "adapter_model.safetensors")
    for key, p in model.named_parameters():
        if p.grad is not None:
            short = key.replace(".default", "").replace(".modules_to_save", "")
            assert short in kept, short
            expected["grad/" + short] = p.grad
    assert sum(key.startswith("grad/") for key in expected) == len(kept)
    save_file({key: t.detach().contiguous() for key, t in expected.items()}, out / "expected.safetensors")
    config = json.loads((out / "adapter_config.json").read_text())  # a set has no order
    (out / "adapter_config.json").write_text(json.dumps({**config, "target_modules": sorted(config["target_modules"])}, indent=2) + "\n")


golden = load_file(data / "decoders/qwen2/expected.safetensors")
ids = golden["ids"].long()
model = AutoModelForCausalLM.from_pretrained(data / "decoders/qwen2", dtype=torch.float32)
model = adapted(model, "../../decoders/qwen2", dict(
    r=4, lora_alpha=8, task_type="CAUSAL_LM", target_modules="all-linear",
    rank_pattern={"down_proj": 2}, alpha_pattern={"mlp.down_proj": 3, "layers.1.self_attn.q_proj": 20}))
logits = model(input_ids=ids).logits
F.cross_entropy(logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten()).backward()
save(model, "language", {"logits": logits})

golden = load_file(data / "qwen2Audio/expected.safetensors")
model = Qwen2AudioForConditionalGeneration.from_pretrained(data / "qwen2Audio", dtype=torch.float32)
positions = model.get_parameter("model.audio_tower.embed_positions.weight")
with torch.no_grad():
    positions.copy_(sinusoids(*positions.shape))  # fixed, so that the golden does not store them
model = adapted(model, "../../qwen2Audio", dict(
    r=3, lora_alpha=6, use_rslora=True, lora_dropout=0.05, target_modules=["q_proj", "v_proj", "out_proj", "fc1", "down_proj"],
    modules_to_save=["multi_modal_projector"]))
expected, losses, lengths = {}, [], [100, 57]
for row, length in enumerate(lengths):
    ids = golden[f"ids/{row}"].long()[None]
    mask = torch.tensor([[1] * length + [0] * (lengths[0] - length)])
    logits = model(input_ids=ids, input_features=golden["features"][row : row + 1], feature_attention_mask=mask,
                   attention_mask=torch.ones_like(ids)).logits
    expected[f"logits/{row}"] = logits[0]
    losses.append(F.cross_entropy(logits[0, :-1], ids[0, 1:], reduction="none"))
torch.cat(losses).mean().backward()
save(model, "speech", expected)
print(peft.__version__, transformers.__version__, torch.__version__)
