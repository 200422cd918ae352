"""Tiny random Whisper and what transformers computes with it, to check models/architectures and models/generation.

    python -m venv /tmp/goldens && /tmp/goldens/bin/pip install torch==2.15.0 transformers==5.24.0
    /tmp/goldens/bin/python test/goldens/whisper.py

Seed 3. Weights are rounded to BF16 and stored so; everything is computed in 32 bits. Writes data/whisper: config.json and
model.safetensors as save_pretrained writes them, generation_config.json, expected.safetensors with

- features [2, 8, 100], ids [2, 12], logits
- grad/PARAMETER: gradient of the mean negative log-probability of every next token
- detected [2]: the language that each clip is taken for, when none is given
- plain/ROW, timed/ROW: tokens of greedy search without and with timestamps, less those in front, up to the end
- given/N, allowed/N: tokens before (in front of them the 3 that ask) and logits, and which of these
  WhisperTimeStampLogitsProcessor leaves
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
import transformers
from safetensors.torch import load_file, save_file
from transformers import GenerationConfig, WhisperConfig, WhisperForConditionalGeneration
from transformers.generation.logits_process import WhisperTimeStampLogitsProcessor
from transformers.models.whisper.modeling_whisper import sinusoids

torch.manual_seed(3)
out = Path(__file__).parent / "data" / "whisper"
out.mkdir(parents=True, exist_ok=True)

# 0..29 words, then in Whisper's order: end, start, languages, tasks, no timestamps, timestamps 0.00 to 1.00
END, START, LANGUAGES, TRANSLATE, TRANSCRIBE, NO_TIMES, FIRST_TIME = 30, 31, [32, 33, 34], 35, 36, 37, 38
VOCAB, FRAMES = FIRST_TIME + 51, 100
config = WhisperConfig(vocab_size=VOCAB, num_mel_bins=8, d_model=32, encoder_layers=2, encoder_attention_heads=2,
                       decoder_layers=2, decoder_attention_heads=2, encoder_ffn_dim=48, decoder_ffn_dim=64,
                       max_source_positions=FRAMES // 2, max_target_positions=40, decoder_start_token_id=START,
                       pad_token_id=END, bos_token_id=END, eos_token_id=END, suppress_tokens=[], begin_suppress_tokens=[])
model = WhisperForConditionalGeneration(config).eval()
with torch.no_grad():
    for name, p in model.named_parameters():
        if "norm" in name and name.endswith("weight"):
            p.copy_(1 + 0.2 * torch.randn_like(p))
        elif name.endswith("bias"):
            p.copy_(0.2 * torch.randn_like(p))
        elif name.endswith("encoder.embed_positions.weight"):
            p.copy_(sinusoids(*p.shape))
            continue
        else:
            p.copy_(1.7 * torch.randn_like(p) / p[0].numel() ** 0.5)
        p.copy_(p.bfloat16().float())
generation = GenerationConfig(
    decoder_start_token_id=START, eos_token_id=END, pad_token_id=END, bos_token_id=END, max_length=40, is_multilingual=True,
    lang_to_id={"<|en|>": 32, "<|de|>": 33, "<|fr|>": 34}, task_to_id={"translate": TRANSLATE, "transcribe": TRANSCRIBE},
    no_timestamps_token_id=NO_TIMES, suppress_tokens=[3, 5, START, *LANGUAGES, TRANSLATE, TRANSCRIBE], begin_suppress_tokens=[7, END],
    max_initial_timestamp_index=20)
model.generation_config = generation
model.save_pretrained(out)
saved = load_file(out / "model.safetensors")
position = "model.encoder.embed_positions.weight"
save_file({name: t.bfloat16() for name, t in saved.items() if name != position}, out / "model.safetensors", {"format": "pt"})
(out / "generation_config.json").write_text(json.dumps(generation.to_dict(), indent=1, sort_keys=True) + "\n")

features, ids = torch.randn(2, 8, FRAMES), torch.randint(0, VOCAB, (2, 12))
ids[ids == END] = 1  # torch's embedding gives its padding token, here the end, no gradient
logits = model(input_features=features, decoder_input_ids=ids).logits
F.cross_entropy(logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten()).backward()
expected = {"features": features, "ids": ids, "logits": logits.detach()}
expected |= {f"grad/{name}": p.grad for name, p in model.named_parameters() if p.grad is not None}
expected["detected"] = model.detect_language(features)


def written(made):
    tokens = made.tolist()
    while tokens and tokens[0] in (START, *LANGUAGES, TRANSCRIBE, NO_TIMES):
        tokens.pop(0)
    return torch.tensor(tokens[: tokens.index(END)] if END in tokens else tokens)


with torch.no_grad():
    for row in range(2):
        one = features[row : row + 1]
        for name, timed in (("plain", False), ("timed", True)):
            made = model.generate(one, language="de", task="transcribe", return_timestamps=timed, do_sample=False,
                                  force_unique_generate_call=True)
            expected[f"{name}/{row}"] = written(made[0])
    processor = WhisperTimeStampLogitsProcessor(generation, begin_index=3)
    T = FIRST_TIME
    for n, before in enumerate([[], [T + 4], [T + 4, 1], [T + 4, 1, 2, T + 9], [T + 4, 1, 2, T + 9, T + 9], [T + 4, 1, 2, T + 9, T + 12]]):
        scores = 2 * torch.randn(1, VOCAB)
        scores[:, FIRST_TIME:] += (n % 3) - 1
        expected[f"given/{n}"] = torch.tensor(before, dtype=torch.int64)
        expected[f"scores/{n}"] = scores[0]
        left = processor(torch.tensor([[START, 33, TRANSCRIBE, *before]]), scores)[0]
        expected[f"allowed/{n}"] = torch.isfinite(left).long()
save_file({name: (t if t.dtype == torch.int64 else t.float()).contiguous() for name, t in expected.items()}, out / "expected.safetensors")
print(transformers.__version__, torch.__version__, {name: t.tolist() for name, t in expected.items() if name.startswith(("plain", "timed", "det"))})
