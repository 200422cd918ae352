"""Reference implementations for test/real: reads one request as JSON from standard input, writes the answer as JSON.

{"do": "gguf", "file", "tensors": [...], "out"}   dequantised numbers of some tensors, as safetensors in `out`
{"do": "generate", "model", "prompts", "tokens"}  greedy answers of a language model to chat prompts, with token ids
{"do": "transcribe", "model", "clips", "language"} greedy transcripts of raw 32-bit clips at 16 kHz
"""

import json
import sys
import time

import numpy as np

request = json.load(sys.stdin)


def gguf():
    from gguf import GGUFReader
    from gguf.quants import dequantize
    from safetensors.numpy import save_file

    found = {t.name: t for t in GGUFReader(request["file"]).tensors}
    save_file({name: dequantize(found[name].data, found[name].tensor_type).astype(np.float32) for name in request["tensors"]},
              request["out"])
    return {"types": {name: found[name].tensor_type.name for name in request["tensors"]}}


def generate():
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(request["model"])
    model = AutoModelForCausalLM.from_pretrained(request["model"], dtype=torch.float32).eval()
    answers, started = [], time.time()
    for prompt in request["prompts"]:
        asked = tokenizer.apply_chat_template([{"role": "user", "content": prompt}], add_generation_prompt=True,
                                              return_tensors="pt", return_dict=True)
        made = model.generate(**asked, max_new_tokens=request["tokens"], do_sample=False)
        n = asked["input_ids"].shape[1]
        answers.append({"prompt": asked["input_ids"][0].tolist(), "answer": made[0, n:].tolist(),
                        "text": tokenizer.decode(made[0, n:], skip_special_tokens=True)})
    return {"answers": answers, "seconds": time.time() - started}


def transcribe():
    import torch
    from transformers import WhisperFeatureExtractor, WhisperForConditionalGeneration, WhisperTokenizerFast

    model = WhisperForConditionalGeneration.from_pretrained(request["model"], dtype=torch.float32).eval()
    tokenizer = WhisperTokenizerFast(tokenizer_file=request["model"] + "/tokenizer.json")
    extractor = WhisperFeatureExtractor(feature_size=80)
    texts, started = [], time.time()
    for clip in request["clips"]:
        features = extractor(np.fromfile(clip, dtype=np.float32), sampling_rate=16000, return_tensors="pt").input_features
        made = model.generate(features, language=request["language"], task="transcribe", do_sample=False)
        texts.append(tokenizer.decode(made[0], skip_special_tokens=True).strip())
    return {"texts": texts, "seconds": time.time() - started}


json.dump({"gguf": gguf, "generate": generate, "transcribe": transcribe}[request["do"]](), sys.stdout)
