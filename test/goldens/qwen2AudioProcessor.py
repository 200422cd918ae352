"""What transformers' Qwen2AudioProcessor makes of conversations and of clips of every length, to check ours.

    python -m venv /tmp/goldens && /tmp/goldens/bin/pip install torch==2.15.0 transformers==5.24.0
    npx tsx test/goldens/tokenizerFiles.ts /tmp/goldens/trained
    /tmp/goldens/bin/python test/goldens/qwen2AudioProcessor.py /tmp/goldens/trained

The tokenizer is ours of data/tokenizer, the template the processor's own. Deterministic, no seed. Writes
data/qwen2AudioTemplate.jinja, the processor's template, and data/qwen2AudioProcessor.json:

- firstFrames: for n = 1, 2, … the fewest mel frames that have n placeholders; every length from 1 to 3,000 was asked
- samples: [samples of a clip, mel frames that count, placeholders]
- conversations: messages, samples of their clips, prompt text and ids. A clip of 200 samples has no placeholder
"""

import json
import sys
from pathlib import Path

import numpy as np
import transformers
from transformers import PreTrainedTokenizerFast, Qwen2AudioProcessor, WhisperFeatureExtractor

trained = Path(sys.argv[1])


class WithoutFeatures(WhisperFeatureExtractor):
    """Padding, cutting and masks are the library's; the spectra, which decide nothing here, are left out."""

    def _np_extract_fbank_features(self, waveforms, *_):
        return np.zeros((len(waveforms), self.feature_size, self.nb_max_frames), dtype=np.float32)

    _torch_extract_fbank_features = _np_extract_fbank_features


extractor = WithoutFeatures(feature_size=128)
tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(trained / "tokenizer.json"), pad_token="<|endoftext|>")
processor = Qwen2AudioProcessor(feature_extractor=extractor, tokenizer=tokenizer)
processor.chat_template = processor.default_chat_template
ONE = "<|audio_bos|><|AUDIO|><|audio_eos|>"
audio_id = tokenizer.convert_tokens_to_ids("<|AUDIO|>")


def asked(lengths):
    """(mel frames, placeholders) of clips of so many samples, by the whole processor."""
    found = []
    for at in range(0, len(lengths), 20):
        clips = [np.zeros(n, dtype=np.float32) for n in lengths[at : at + 20]]
        out = processor(text=[ONE] * len(clips), audio=clips, sampling_rate=16000, padding=True, return_tensors="np")
        frames = out["feature_attention_mask"].sum(-1)
        found += [(int(f), int((ids == audio_id).sum())) for f, ids in zip(frames, out["input_ids"])]
    return found


by_frames = asked([160 * frames for frames in range(1, 3001)])
assert [frames for frames, _ in by_frames] == list(range(1, 3001))
counts = [n for _, n in by_frames]
assert counts == sorted(counts) and set(counts) == set(range(751))
first_frames = [counts.index(n) + 1 for n in range(1, 751)]

odd = [1, 159, 160, 161, 200, 319, 320, 321, 479, 480, 481, 640, 641, 15_999, 16_000, 16_001, 161_234, 479_999, 480_000, 480_001, 500_000]
samples = [[n, *found] for n, found in zip(odd, asked(odd))]

audio, text = (lambda: {"type": "audio"}), (lambda words: {"type": "text", "text": words})
user, assistant = (lambda *parts: {"role": "user", "content": list(parts)}), (lambda words: {"role": "assistant", "content": words})
CONVERSATIONS = [
    ([user(audio(), text("What is this sound?"))], [16_000]),
    ([user(text("What do you hear?"), audio())], [8_123]),
    ([user(audio())], [3_000]),
    ([{"role": "user", "content": "Good morning!"}], []),
    ([user(audio(), audio(), text("Which is louder?"))], [4_000, 9_001]),
    ([user(audio(), text("And "), audio(), text(" are these one dog?\n"))], [200, 2_500]),
    ([{"role": "system", "content": "Listen closely."}, user(audio(), text("A dog?")), assistant("Yes, it barks."),
      user(text("And now?"), audio()), assistant("A bell rings."), user(audio(), audio(), text("These two?"))],
     [1_600, 7_777, 320, 480_000]),
]
conversations = []
for messages, lengths in CONVERSATIONS:
    prompt = processor.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    clips = [np.zeros(n, dtype=np.float32) for n in lengths]
    out = processor(text=prompt, sampling_rate=16000, **({"audio": clips} if clips else {}))
    ids = np.array(out["input_ids"]).reshape(-1).tolist()
    conversations.append({"messages": messages, "samples": lengths, "prompt": prompt, "ids": ids})

out = Path(__file__).parent / "data" / "qwen2AudioProcessor.json"
out.write_text(json.dumps({"firstFrames": first_frames, "samples": samples, "conversations": conversations}, ensure_ascii=False) + "\n")
(out.parent / "qwen2AudioTemplate.jinja").write_text(processor.chat_template)
print(transformers.__version__, len(out.read_text()), samples[:6])
