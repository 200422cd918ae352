"""Makes audio_log_mel.json: features of transformers' WhisperFeatureExtractor, to check audio/logMel.ts.

    python -m venv /tmp/venv && /tmp/venv/bin/pip install numpy transformers
    /tmp/venv/bin/python test/goldens/audio_log_mel.py

The clip is test/audio/sounds.ts `chirp`; of each filter bank a few mel bands are kept, whole, over the unmasked frames.
"""

import json
import math
import pathlib

import numpy
import transformers
from transformers import WhisperFeatureExtractor

LENGTH = 7777  # samples; no multiple of the hop


def chirp(length):
    def sample(i):
        triangle = abs((i * 0.013) % 2 - 1) - 0.5
        return 0.5 * math.sin(2e-5 * i * i) + 0.2 * triangle + 0.001 * (((i * 7919) % 1009) / 1009 - 0.5)

    return numpy.array([sample(i) for i in range(length)], dtype=numpy.float32)


cases = []
for n_mels in (80, 128):
    extract = WhisperFeatureExtractor(feature_size=n_mels)
    made = extract(chirp(LENGTH), sampling_rate=16000, return_attention_mask=True, return_tensors="np")
    n_frames = int(made["attention_mask"].sum())
    features = made["input_features"][0][:, :n_frames]
    bands = range(0, n_mels, 9)
    rows = {str(mel): [round(float(x), 6) for x in features[mel]] for mel in bands}
    cases.append({"nMels": n_mels, "nFrames": n_frames, "rows": rows})

madeBy = f"audio_log_mel.py, transformers {transformers.__version__}, numpy {numpy.__version__}"
path = pathlib.Path(__file__).with_name("audio_log_mel.json")
path.write_text(json.dumps({"madeBy": madeBy, "length": LENGTH, "cases": cases}) + "\n")
