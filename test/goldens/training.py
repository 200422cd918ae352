"""Losses, optimiser and sampling filters of torch and transformers, to check src/update, models/optimisers, models/generation.

    python -m venv /tmp/goldens && /tmp/goldens/bin/pip install torch==2.15.0 transformers==5.24.0
    /tmp/goldens/bin/python test/goldens/training.py

Seeds 1 to 3; 64 bits, printed with 9 digits. Writes data/training/{losses,adamW,sampling}.json.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F
import transformers
from transformers import (LogitsProcessorList, RepetitionPenaltyLogitsProcessor, SuppressTokensLogitsProcessor,
                          TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper)

torch.set_default_dtype(torch.float64)
out = Path(__file__).parent / "data" / "training"
out.mkdir(parents=True, exist_ok=True)
numbers = lambda t: [float(f"{x:.9g}") for x in t.detach().flatten().tolist()]
made_by = f"training.py, torch {torch.__version__}, transformers {transformers.__version__}"


def write(name, value):
    (out / f"{name}.json").write_text(json.dumps({"madeBy": made_by, **value}) + "\n")


# --- losses: 8 tokens of 3 answers (3, 4 and 1 long) over 6 words
torch.manual_seed(1)
M, V, LENGTHS = 8, 6, [3, 4, 1]
logits = 1.5 * torch.randn(M, V)
targets = torch.randint(V, (M,))
shift = torch.tensor([0.0, 0.5, -0.5, 0.1, -0.3, 0.8, -1.3, 0.05])  # new minus old: within, above and below the clip
sampled = F.log_softmax(logits, -1)[torch.arange(M), targets]
old, ref = sampled - shift, sampled + 0.4 * torch.randn(M)
advantage = torch.tensor([1.2] * 3 + [-0.7] * 4 + [-1.1])
token_mean = torch.full((M,), 1 / M)
sequence_mean = torch.cat([torch.full((n,), 1 / (len(LENGTHS) * n)) for n in LENGTHS])


def grpo(x, weight, low, high, dual, kl, entropy, on_policy):
    """The loss as PyTorch code usually writes it (verl's core_algos, TRL's grpo_trainer), not as ours is written."""
    log_p = F.log_softmax(x, -1)
    new = log_p[torch.arange(M), targets]
    ratio = torch.exp(new - (new.detach() if on_policy else old))
    pg1, pg2 = -advantage * ratio, -advantage * torch.clamp(ratio, 1 - low, 1 + high)
    pg = torch.maximum(pg1, pg2)
    if dual is not None:
        pg = torch.where(advantage < 0, torch.minimum(pg, -advantage * dual), pg)
    loss = pg
    if kl:
        d = ref - new
        loss = loss + kl * (d.exp() - d - 1)
    if entropy:
        loss = loss - entropy * -(log_p.exp() * log_p).sum(-1)
    return (loss * weight).sum(), ratio


cases = []
for name, weight, options in [
    ("on policy", token_mean, dict(low=0.2, high=0.2, dual=None, kl=0, entropy=0, on_policy=True)),
    ("clipped", token_mean, dict(low=0.2, high=0.3, dual=None, kl=0, entropy=0, on_policy=False)),
    ("dual clip", token_mean, dict(low=0.2, high=0.2, dual=1.5, kl=0, entropy=0, on_policy=False)),
    ("k3", sequence_mean, dict(low=0.2, high=0.2, dual=3, kl=0.1, entropy=0, on_policy=False)),
    ("entropy", sequence_mean, dict(low=0.2, high=0.2, dual=3, kl=0.05, entropy=0.02, on_policy=False)),
]:
    x = logits.clone().requires_grad_()
    loss, ratio = grpo(x, weight, **options)
    loss.backward()
    cases.append({"name": name, "options": options, "weight": numbers(weight), "loss": loss.item(), "dLogits": numbers(x.grad),
                  "ratioMean": (ratio * weight).sum().item()})
x = logits.clone().requires_grad_()
cross = F.cross_entropy(x, targets)
cross.backward()
y = logits.clone().requires_grad_()
smoothed = F.cross_entropy(y, targets, label_smoothing=0.2)
smoothed.backward()
write("losses", {"vocab": V, "lengths": LENGTHS, "logits": numbers(logits), "targets": targets.tolist(),
                 "oldLogProbs": numbers(old), "refLogProbs": numbers(ref), "advantage": numbers(advantage), "grpo": cases,
                 "crossEntropy": {"loss": cross.item(), "dLogits": numbers(x.grad)},
                 "smoothed": {"epsilon": 0.2, "loss": smoothed.item(), "dLogits": numbers(y.grad)}})

# --- AdamW with clipping: five steps on a matrix (decays) and a bias (does not), gradients long and short
torch.manual_seed(2)
BETAS, EPSILON, DECAY, MAX_NORM = (0.9, 0.95), 1e-8, 0.1, 1.0
weight, bias = torch.nn.Parameter(torch.randn(3, 4)), torch.nn.Parameter(torch.randn(4))
optimiser = torch.optim.AdamW([{"params": [weight], "weight_decay": DECAY}, {"params": [bias], "weight_decay": 0.0}],
                              lr=1.0, betas=BETAS, eps=EPSILON)
steps, start = [], {"weight": numbers(weight), "bias": numbers(bias)}
for learning_rate, size in [(1e-2, 3.0), (2e-2, 0.1), (5e-3, 1e-3), (1e-2, 20.0), (1e-3, 0.0)]:
    weight.grad, bias.grad = size * torch.randn(3, 4), size * torch.randn(4)
    given = {"weight": numbers(weight.grad), "bias": numbers(bias.grad)}
    norm = torch.nn.utils.clip_grad_norm_([weight, bias], MAX_NORM)
    for group in optimiser.param_groups:
        group["lr"] = learning_rate
    optimiser.step()
    steps.append({"learningRate": learning_rate, "gradients": given, "gradNorm": norm.item(),
                  "weight": numbers(weight), "bias": numbers(bias)})
write("adamW", {"betas": BETAS, "epsilon": EPSILON, "weightDecay": DECAY, "maxGradNorm": MAX_NORM, "start": start, "steps": steps})

# --- sampling: probabilities that are left after transformers' processors, in the order in which generate() applies them
torch.manual_seed(3)
V = 12
logits = 2 * torch.randn(V)
logits[4] = logits[7]  # a tie
filters = []
for temperature, top_k, top_p, penalty, seen, suppressed in [
    (1.0, 0, 1.0, 1.0, [], []), (0.5, 0, 1.0, 1.0, [], []), (1.7, 4, 1.0, 1.0, [], []), (1.0, 0, 0.8, 1.0, [], []),
    (1.0, 0, 0.01, 1.0, [], []), (0.7, 5, 0.8, 1.0, [], []), (1.0, 0, 1.0, 1.5, [0, 3, 7], []), (1.3, 6, 0.9, 1.2, [2, 5], [1, 6]),
]:
    processors = LogitsProcessorList()
    if penalty != 1:
        processors.append(RepetitionPenaltyLogitsProcessor(penalty))
    if suppressed:
        processors.append(SuppressTokensLogitsProcessor(suppressed))
    if temperature != 1:
        processors.append(TemperatureLogitsWarper(temperature))
    if top_k:
        processors.append(TopKLogitsWarper(top_k))
    if top_p < 1:
        processors.append(TopPLogitsWarper(top_p))
    scores = processors(torch.tensor([seen], dtype=torch.long), logits[None].clone())
    filters.append({"temperature": temperature, "topK": top_k, "topP": top_p, "repetitionPenalty": penalty, "seen": seen,
                    "suppressIds": suppressed, "probabilities": numbers(scores[0].softmax(-1))})
write("sampling", {"logits": numbers(logits), "logProbs": numbers(logits.log_softmax(-1)), "filters": filters})
