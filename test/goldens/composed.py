"""What transformers computes with a model that we composed, opened as the folder that we wrote; checks models/compose.ts.

    python -m venv /tmp/goldens && /tmp/goldens/bin/pip install torch==2.15.0 transformers==5.24.0
    npx tsx test/goldens/composed.ts /tmp/composed && /tmp/goldens/bin/python test/goldens/composed.py /tmp/composed/composed

Seed 2. Writes data/composed/expected.safetensors: features [1, 8, 100], ids [1, time] with 25 audio places, logits, greedy.
"""

import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from transformers import Qwen2AudioForConditionalGeneration

torch.manual_seed(2)
out = Path(__file__).parent / "data" / "composed"
out.mkdir(parents=True, exist_ok=True)
model, info = Qwen2AudioForConditionalGeneration.from_pretrained(sys.argv[1], dtype=torch.float32, output_loading_info=True)
model = model.eval()

assert not info["missing_keys"] and not info["unexpected_keys"] and not info["mismatched_keys"], info
audio_id = model.config.audio_token_index
features = torch.randn(1, 8, 100)
ids = torch.tensor([[1, 5, 8, audio_id + 1, *[audio_id] * 25, audio_id + 2, 4, 9, 30, 5]])
padded = torch.nn.functional.pad(features, (0, 2900))  # transformers reads 30 s, of which 1 s is marked as sound
given = dict(input_ids=ids, input_features=padded, feature_attention_mask=(torch.arange(3000)[None] < 100).long(),
             attention_mask=torch.ones_like(ids))
with torch.no_grad():
    logits = model(**given).logits
    made = model.generate(**given, max_new_tokens=24, do_sample=False, eos_token_id=None, pad_token_id=0)
save_file({"features": features, "ids": ids, "logits": logits, "greedy": made[0, ids.shape[1] :]}, out / "expected.safetensors")
print(transformers.__version__, torch.__version__, audio_id, made[0, ids.shape[1] :].tolist(), logits.shape)
