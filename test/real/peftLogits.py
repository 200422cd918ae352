"""Logits of a base with an adapter, by transformers and PEFT, for test/real/peft.test.ts: one request as JSON on standard input.

{"base", "adapter" or null, "ids": file, "out": file}: `ids` holds ids/0, ids/1, … and for a model that hears features
[rows, mels, frames] and lengths; `out` gets logits/0, logits/1, …
"""

import json
import sys
import warnings

import torch
import transformers
from safetensors.torch import load_file, save_file

request = json.load(sys.stdin)
given = load_file(request["ids"])
hears = "features" in given
kind = transformers.Qwen2AudioForConditionalGeneration if hears else transformers.AutoModelForCausalLM
model = kind.from_pretrained(request["base"], dtype=torch.float32)
if hears:
    from transformers.models.whisper.modeling_whisper import sinusoids

    positions = model.get_parameter("model.audio_tower.embed_positions.weight")
    with torch.no_grad():
        positions.copy_(sinusoids(*positions.shape))  # fixed, so that the golden does not store them
notes = []
if request["adapter"]:
    from peft import PeftModel

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = PeftModel.from_pretrained(model, request["adapter"])
    notes = [str(w.message) for w in caught if "adapter" in str(w.message).lower()]
model.eval()
out = {}
with torch.no_grad():
    for row in range(sum(name.startswith("ids/") for name in given)):
        ids = given[f"ids/{row}"].long()[None]
        asked = dict(input_ids=ids, attention_mask=torch.ones_like(ids))
        if hears:
            frames, length = given["features"].shape[-1], int(given["lengths"][row])
            asked["input_features"] = given["features"][row : row + 1]
            asked["feature_attention_mask"] = torch.tensor([[1] * length + [0] * (frames - length)])
        out[f"logits/{row}"] = model(**asked).logits[0].contiguous()
save_file(out, request["out"])
json.dump({"notes": notes}, sys.stdout)
