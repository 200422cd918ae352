"""Qwen-Audio's special tokens in the released order, to check models/tokenizer/qwenAudioTokens.ts.

    git clone https://github.com/QwenLM/Qwen-Audio /tmp/Qwen-Audio
    python3 test/goldens/qwenAudioTokens.py /tmp/Qwen-Audio/tokenization_qwen.py

Reads the tuple of tokens out of the source without running the rest. Writes data/qwenAudioTokens.json: how many there
are, some of them with their ids, and the SHA-256 of all of them, one a line.
"""

import ast
import hashlib
import json
import sys
from pathlib import Path

source = ast.parse(Path(sys.argv[1]).read_text())
names = {"audio_start_tag": "<audio>", "audio_end_tag": "</audio>"}
for node in ast.walk(source):
    if isinstance(node, ast.Assign):
        target = node.targets[0]
        if isinstance(target, ast.Name) and target.id == "LANGUAGES":
            names["LANGUAGES"] = ast.literal_eval(node.value)
        if isinstance(target, ast.Attribute) and target.attr == "AUDIO_ST":
            tokens = eval(compile(ast.Expression(node.value), "tokens", "eval"), {**names, "range": range})

first = 151_643 + 3 + 205  # tokens of text, of ChatML, and in reserve
shown = ["[[[AUDIO:modality]]]", "<|startoftranscript|>", "<|en|>", "<|zh_tr|>", "<|timestamps|>", "<|0.00|>", "<|2.33|>"]
shown += ["<|30.00|>", "<|wo_itn|>", "<|midi_pitch_0|>", "<|midi_velocity_127|>", "<|vocal_classification|>", "</audio>"]
out = Path(__file__).parent / "data" / "qwenAudioTokens.json"
out.write_text(
    json.dumps(
        {
            "madeBy": "qwenAudioTokens.py, QwenLM/Qwen-Audio tokenization_qwen.py",
            "count": len(tokens),
            "ids": {token: first + tokens.index(token) for token in shown},
            "sha256": hashlib.sha256("\n".join(tokens).encode()).hexdigest(),
        },
        indent=1,
    )
    + "\n"
)
