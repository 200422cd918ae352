"""Sampling with llama.cpp: one batch of sequences through `llama_decode`, drawn by its own samplers.

job: gguf, prompts (one list of ids a row), newTokens, temperature, threads. Rows that share a prompt read it once and copy
its cache, as ours do. Every row has a sampler of its own; temperature 0 takes the likeliest.
"""

import ctypes

import llama_cpp as ll
from peer import job, serve

prompts, new = job["prompts"], job["newTokens"]
rows, length = len(prompts), len(prompts[0])

ll.llama_backend_init()
quiet = ll.llama_log_callback(lambda level, text, user: None)
ll.llama_log_set(quiet, ctypes.c_void_p(0))
how = ll.llama_model_default_params()
how.n_gpu_layers = 0
model = ll.llama_model_load_from_file(job["gguf"].encode(), how)
settings = ll.llama_context_default_params()
settings.n_ctx = rows * (length + new + 16)
settings.n_batch = settings.n_ubatch = max(512, rows, length)
settings.n_seq_max = rows
settings.n_threads = settings.n_threads_batch = job["threads"]
settings.kv_unified = False
context = ll.llama_init_from_model(model, settings)
memory = ll.llama_get_memory(context)
batch = ll.llama_batch_init(max(rows, length), 0, 1)


def sampler(seed: int):
    chain = ll.llama_sampler_chain_init(ll.llama_sampler_chain_default_params())
    if job["temperature"] > 0:
        ll.llama_sampler_chain_add(chain, ll.llama_sampler_init_temp(job["temperature"]))
        ll.llama_sampler_chain_add(chain, ll.llama_sampler_init_dist(seed))
    else:
        ll.llama_sampler_chain_add(chain, ll.llama_sampler_init_greedy())
    return chain


samplers = [sampler(row) for row in range(rows)]


def decode(entries) -> None:
    """Entries are (token, position, sequence, whether its logits are wanted)."""
    batch.n_tokens = len(entries)
    for i, (token, position, sequence, wanted) in enumerate(entries):
        batch.token[i] = token
        batch.pos[i] = position
        batch.n_seq_id[i] = 1
        batch.seq_id[i][0] = sequence
        batch.logits[i] = wanted
    if ll.llama_decode(context, batch) != 0:
        raise SystemExit("llama_decode failed")


def sample() -> dict:
    ll.llama_memory_clear(memory, True)
    done = [[] for _ in range(rows)]
    for row, prompt in enumerate(prompts):
        first = prompts.index(prompt)
        if first == row:
            decode([(token, i, row, i == length - 1) for i, token in enumerate(prompt)])
            for same in (r for r in range(rows) if prompts[r] == prompt):
                if same != row:
                    ll.llama_memory_seq_cp(memory, row, same, -1, -1)
                done[same].append(ll.llama_sampler_sample(samplers[same], context, -1))
    for step in range(new - 1):
        decode([(done[row][-1], length + step, row, True) for row in range(rows)])
        for row in range(rows):
            done[row].append(ll.llama_sampler_sample(samplers[row], context, row))
    return dict(ids=done[0], nTokens=sum(map(len, done)))


serve(sample)
