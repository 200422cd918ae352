"""A training step with PyTorch: transformers' own model and loss, clipping, fused AdamW; whole or with PEFT's LoRA.

job: folder, batch (sequences of ids; of a model that hears also `audioId` and the file of its features), lora (rank or
null), compiled, threads, learningRate.
"""

import json
from pathlib import Path

import torch
import transformers
from peer import job, serve
from safetensors.torch import load_file

torch.set_num_threads(job["threads"])
torch.manual_seed(1)
folder = Path(job["folder"])
shape = json.loads((folder / "config.json").read_text())


def opened() -> torch.nn.Module:
    if "audio_config" not in shape:
        return transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    # Theirs pools by 2 and reads 30 s; the same tower with the pooling and the length of the quickstart.
    audio = transformers.Qwen2AudioEncoderConfig(**shape["audio_config"], max_source_positions=job["nFrames"] // 2)
    text = transformers.Qwen2Config(**shape["text_config"])
    config = transformers.Qwen2AudioConfig(audio_config=audio, text_config=text, audio_token_index=shape["audio_token_index"])
    model = transformers.Qwen2AudioForConditionalGeneration(config)
    pool = shape["audio_pool"]
    tower = model.model.audio_tower
    tower.avg_pooler = torch.nn.AvgPool1d(pool, stride=pool)
    tower._get_feat_extract_output_lengths = lambda frames: ((frames - 1) // 2 + 1, ((frames - 1) // 2 + 1) // pool)
    with torch.no_grad():
        tower.embed_positions.weight.copy_(sinusoids(*tower.embed_positions.weight.shape))
    kept = load_file(folder / "model.safetensors")
    model.load_state_dict(renamed(kept, model), strict=False)
    if shape["text_config"].get("tie_word_embeddings"):
        model.lm_head.weight = model.get_input_embeddings().weight
    return model


def sinusoids(length: int, channels: int) -> torch.Tensor:
    return transformers.models.whisper.modeling_whisper.sinusoids(length, channels)


def renamed(kept: dict, model: torch.nn.Module) -> dict:
    """Published names as this version of transformers spells them; every parameter must be given one."""
    own = dict(model.named_parameters())
    table = {}
    for name, value in kept.items():
        spelt = name.replace("language_model.model.", "language_model.")
        spelt = spelt.replace("language_model.lm_head.", "lm_head.")
        found = next((n for n in (f"model.{spelt}", spelt, name) if n in own), None)
        if found is not None and own[found].shape == value.shape:
            table[found] = value
    missing = [n for n in own if n not in table and "embed_positions" not in n and n != "lm_head.weight"]
    if missing:
        raise SystemExit(f"{folder}: no weights for {missing[:3]}")
    return table


model = opened()
model.train()
if job["lora"]:
    from peft import LoraConfig, get_peft_model

    linears = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    model = get_peft_model(model, LoraConfig(r=job["lora"], lora_alpha=2 * job["lora"], target_modules=linears))
trained = [p for p in model.parameters() if p.requires_grad]
optimiser = torch.optim.AdamW(trained, lr=job["learningRate"], betas=(0.9, 0.95), weight_decay=0.01, fused=True)

ids = torch.tensor(job["sequences"])
labels = ids.clone()
inputs = dict(input_ids=ids, labels=labels)
if "audio_config" in shape:
    features = load_file(job["features"])["log_mel"]
    inputs["input_features"] = features
    inputs["feature_attention_mask"] = torch.ones(features.shape[0], features.shape[2], dtype=torch.long)
    inputs["attention_mask"] = torch.ones_like(ids)

forward = torch.compile(model) if job["compiled"] else model


def step() -> dict:
    optimiser.zero_grad(set_to_none=True)
    loss = forward(**inputs, use_cache=False).loss
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(trained, 1.0)
    optimiser.step()
    return dict(loss=loss.item(), gradNorm=norm.item())


serve(step)
