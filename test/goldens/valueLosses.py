"""Generalised advantages, the clipped loss of values and REINFORCE++ by the code of verl itself.

    git clone https://github.com/volcengine/verl && git -C verl checkout b178a3cd
    python -m venv /tmp/goldens && /tmp/goldens/bin/pip install torch==2.15.0 numpy
    /tmp/goldens/bin/python test/goldens/valueLosses.py verl

Runs functions cut out of their files, since the files import whole training stacks. Seed 6; 64 bits, printed with 9
digits. Writes data/training/valueLosses.json.
"""

import ast
import json
import sys
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch

torch.set_default_dtype(torch.float64)
verl = Path(sys.argv[1])
numbers = lambda t: [float(f"{x:.9g}") for x in torch.as_tensor(t).detach().flatten().tolist()]


def functions(file, names, **known):
    """The named functions of a file, run in a world of torch, numpy and what is known."""
    found = [node for node in ast.parse(file.read_text()).body if getattr(node, "name", None) in names]
    for node in found:
        node.decorator_list = []
        for part in ast.walk(node):
            if isinstance(part, ast.FunctionDef):
                part.returns = None
                for argument in [*part.args.args, *part.args.kwonlyargs]:
                    argument.annotation = None
    assert len(found) == len(names), (file, names)
    world = {"torch": torch, "np": np, "defaultdict": defaultdict, **known}
    exec(compile(ast.Module(found, []), str(file), "exec"), world)
    return SimpleNamespace(**{name: world[name] for name in names})


verl_F = functions(verl / "verl/utils/torch_functional.py",
                   ["masked_sum", "masked_mean", "masked_var", "masked_whiten", "clip_by_value"])
core = functions(
    verl / "verl/trainer/ppo/core_algos.py",
    ["agg_loss", "compute_gae_advantage_return", "compute_value_loss", "compute_reinforce_plus_plus_outcome_advantage",
     "compute_reinforce_plus_plus_baseline_outcome_advantage"],
    verl_F=verl_F,
)

# --- four answers to two prompts; the third holds two tokens of a tool
torch.manual_seed(6)
LENGTHS, TOOL = [3, 5, 4, 2], (2, [1, 2])
longest = max(LENGTHS)
real = torch.tensor([[1.0 if t < n else 0.0 for t in range(longest)] for n in LENGTHS])
mask = real.clone()
mask[TOOL[0], TOOL[1]] = 0
scores = torch.tensor([1.0, 0.25, -0.4, 0.7])
rewards = -0.1 * torch.rand(len(LENGTHS), longest) * mask  # as a KL in the reward is
for i, n in enumerate(LENGTHS):
    rewards[i, n - 1] += scores[i]
values = torch.randn(len(LENGTHS), longest) * real
flat = lambda t: numbers(torch.cat([t[i, :n] for i, n in enumerate(LENGTHS)]))
cases = []
for gamma, lam in [(1.0, 0.95), (0.9, 0.8), (1.0, 1.0)]:
    whitened, returns = core.compute_gae_advantage_return(rewards, values, mask, gamma, lam)
    cases.append({"gamma": gamma, "lambda": lam, "whitened": flat(whitened * mask), "returns": flat(returns * mask)})

now = (values + 0.6 * torch.randn_like(values)).requires_grad_()
loss, clipped = core.compute_value_loss(now, returns, values, mask, 0.3, "token-mean")
loss.backward()

index = np.array([0, 0, 1, 1])
outcome = torch.zeros_like(rewards)
for i, n in enumerate(LENGTHS):
    outcome[i, n - 1] = scores[i]
plain, _ = core.compute_reinforce_plus_plus_outcome_advantage(outcome, real, SimpleNamespace(gamma=1.0))
baseline, _ = core.compute_reinforce_plus_plus_baseline_outcome_advantage(outcome.clone(), real, index)
first = lambda t: numbers(t[:, 0])

out = Path(__file__).parent / "data" / "training" / "valueLosses.json"
out.write_text(json.dumps({
    "madeBy": f"valueLosses.py, torch {torch.__version__}, verl b178a3cd", "lengths": LENGTHS, "mask": flat(mask),
    "rewards": flat(rewards), "values": flat(values), "gae": cases,
    "value": {"clip": 0.3, "now": flat(now), "returns": flat(returns), "loss": loss.item(), "clipped": clipped.item(), "gradient": flat(now.grad)},
    "scores": numbers(scores), "reinforce++": first(plain), "reinforce++-baseline": first(baseline),
}) + "\n")
