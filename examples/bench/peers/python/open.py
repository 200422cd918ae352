"""Opening a checkpoint with transformers: tokenizer and weights, then the first token behind a prompt.

A process opens once, so that nothing is warm but the file. job: folder, prompt (ids), threads.
"""

import time

import torch
import transformers
from peer import job, peak_bytes, reply, wait

torch.set_num_threads(job["threads"])
transformers.AutoTokenizer, transformers.AutoModelForCausalLM, transformers.LlamaForCausalLM  # imported on first use
reply(ready=True)
if wait():
    start = time.perf_counter()
    tokenizer = transformers.AutoTokenizer.from_pretrained(job["folder"])
    model = transformers.AutoModelForCausalLM.from_pretrained(job["folder"], dtype=torch.float32).eval()
    opened = time.perf_counter()
    opened_bytes = peak_bytes()
    ids = torch.tensor([job["prompt"]])
    with torch.inference_mode():
        done = model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=1, pad_token_id=0)
    reply(
        ms=1000 * (opened - start),
        firstMs=1000 * (time.perf_counter() - start),
        openedBytes=opened_bytes,
        peakBytes=peak_bytes(),
        ids=done[0, ids.shape[1] :].tolist(),
    )
