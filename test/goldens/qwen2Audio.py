"""Tiny random Qwen2-Audio checkpoint and what transformers computes with it, to check models/architectures.

    python -m venv /tmp/goldens && /tmp/goldens/bin/pip install torch==2.15.0 transformers==5.24.0
    /tmp/goldens/bin/python test/goldens/qwen2Audio.py

Seed 7. Weights are rounded to BF16 and stored so; everything is computed in 32 bits. Writes data/qwen2Audio: config.json
and model.safetensors as the published checkpoint names its tensors, expected.safetensors with inputs and outputs.

- whisper/*: WhisperEncoder (no pooling) over the same tower's weights, clips of full length
- audio/*, logits, greedy: Qwen2AudioForConditionalGeneration on two prompts with clips of 100 (full) and 57 mel frames. Behind
  the true end of a clip the features are zeros, as Policy pads them; feature_attention_mask gives the true lengths
- text/logits: the same model on ids without audio
"""

import tempfile
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import Qwen2AudioConfig, Qwen2AudioForConditionalGeneration, WhisperConfig
from transformers.models.whisper.modeling_whisper import WhisperEncoder, sinusoids

torch.manual_seed(7)
out = Path(__file__).parent / "data" / "qwen2Audio"
out.mkdir(parents=True, exist_ok=True)

N_MELS, FRAMES, AUDIO_ID, PAD_ID = 8, 100, 46, 0
audio = dict(num_mel_bins=N_MELS, d_model=16, encoder_layers=2, encoder_attention_heads=2, encoder_ffn_dim=32,
             max_source_positions=FRAMES // 2, activation_function="gelu")
text = dict(vocab_size=48, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1,
            intermediate_size=24, rope_parameters=dict(rope_type="default", rope_theta=1000.0), rms_norm_eps=1e-5, max_position_embeddings=128,
            tie_word_embeddings=False, bos_token_id=None, eos_token_id=None, pad_token_id=PAD_ID)
config = Qwen2AudioConfig(audio_config=dict(model_type="qwen2_audio_encoder", **audio),
                          text_config=dict(model_type="qwen2", **text), audio_token_index=AUDIO_ID)
model = Qwen2AudioForConditionalGeneration(config).eval()
with torch.no_grad():
    for name, p in model.named_parameters():
        if "norm" in name and name.endswith("weight"):
            p.copy_(1 + 0.2 * torch.randn_like(p))
        elif name.endswith("bias"):
            p.copy_(0.2 * torch.randn_like(p))
        else:
            p.copy_(1.7 * torch.randn_like(p) / p[0].numel() ** 0.5 if p.dim() > 1 else torch.randn_like(p))
        p.copy_(p.bfloat16().float())
    for name, p in model.named_parameters():
        if name.endswith("embed_positions.weight"):
            p.copy_(sinusoids(*p.shape))  # as the published checkpoint has them, in 32 bits

# Published names and config, as save_pretrained writes them; the weights in BF16, in which they are exact.
with tempfile.TemporaryDirectory() as folder:
    model.save_pretrained(folder)
    (out / "config.json").write_text(Path(folder, "config.json").read_text() + "\n")
    saved = load_file(Path(folder, "model.safetensors"))
tower = {name.removeprefix("audio_tower."): t for name, t in saved.items() if name.startswith("audio_tower.")}
positions = "audio_tower.embed_positions.weight"  # fixed, so that it is not stored
save_file({name: t.bfloat16() for name, t in saved.items() if name != positions}, out / "model.safetensors")

expected = {}
features = torch.randn(2, N_MELS, FRAMES)
lengths = [FRAMES, 57]
for row, length in enumerate(lengths):
    features[row, :, length:] = 0
mask = torch.tensor([[1] * length + [0] * (FRAMES - length) for length in lengths])
expected["features"] = features

with torch.no_grad():
    whisper = WhisperEncoder(WhisperConfig(**audio)).eval()
    whisper.load_state_dict(tower)
    full = torch.randn(2, N_MELS, FRAMES)
    expected["whisper/features"] = full
    expected["whisper/states"] = whisper(full).last_hidden_state

    heard = {}  # what the projector gives, taken as it passes
    projector = next(m for name, m in model.named_modules() if name.endswith("multi_modal_projector"))
    projector.register_forward_hook(lambda _module, _inputs, output: heard.update({0: output}))
    for row, length in enumerate(lengths):
        n_tokens = ((length - 1) // 2 + 1 - 2) // 2 + 1
        ids = torch.tensor([[1, 2, 3] + [AUDIO_ID] * n_tokens + [4, 9, 30 + row, 5]])
        given = dict(input_ids=ids, input_features=features[row : row + 1], feature_attention_mask=mask[row : row + 1],
                     attention_mask=torch.ones_like(ids))
        expected[f"ids/{row}"] = ids[0]
        expected[f"logits/{row}"] = model(**given).logits[0]
        expected[f"audio/{row}"] = heard[0][0, :n_tokens]
        made = model.generate(**given, max_new_tokens=12, do_sample=False)
        expected[f"greedy/{row}"] = made[0, ids.shape[1] :]
    ids = torch.randint(1, AUDIO_ID, (2, 20))
    expected["text/ids"] = ids
    expected["text/logits"] = model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits

save_file({name: (t if t.dtype == torch.int64 else t.float()).contiguous() for name, t in expected.items()},
          out / "expected.safetensors")
print(transformers.__version__, torch.__version__, {name: tuple(t.shape) for name, t in expected.items()})
