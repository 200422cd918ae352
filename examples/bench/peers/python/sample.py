"""Sampling with transformers' `generate`: job has folder, prompts (one list of ids a row, of one length), newTokens, threads."""

import torch
import transformers
from peer import job, serve

torch.set_num_threads(job["threads"])
torch.manual_seed(1)
model = transformers.AutoModelForCausalLM.from_pretrained(job["folder"], dtype=torch.float32).eval()
ids = torch.tensor(job["prompts"])
new = job["newTokens"]


@torch.inference_mode()
def sample() -> dict:
    done = model.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        do_sample=job["temperature"] > 0,
        **({"temperature": job["temperature"], "top_k": 0, "top_p": 1.0} if job["temperature"] > 0 else {}),
        min_new_tokens=new,
        max_new_tokens=new,
        pad_token_id=0,
        eos_token_id=None,
    )
    return dict(ids=done[0, ids.shape[1] :].tolist(), nTokens=done[:, ids.shape[1] :].numel())


serve(sample)
