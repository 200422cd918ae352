"""Policy losses, KL estimators, aggregations, advantages and scaffold ratios by the code of verl and RuscaRL themselves.

    git clone https://github.com/volcengine/verl && git -C verl checkout b178a3cd
    git clone https://github.com/IANNXANG/RuscaRL && git -C RuscaRL checkout 18e2b012
    python -m venv /tmp/goldens && /tmp/goldens/bin/pip install torch==2.15.0 numpy
    /tmp/goldens/bin/python test/goldens/policyLosses.py verl RuscaRL

Runs functions cut out of their files, since the files import whole training stacks. Seed 4; 64 bits, printed with 9
digits. Writes data/training/policyLosses.json.
"""

import ast
import json
import sys
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
verl, ruscarl = Path(sys.argv[1]), Path(sys.argv[2])
numbers = lambda t: [float(f"{x:.9g}") for x in torch.as_tensor(t).detach().flatten().tolist()]


def functions(file, names, **known):
    """The named functions (and classes) of a file, run in a world of torch, numpy and what is known."""
    tree = ast.parse(file.read_text())
    found = [node for node in tree.body if getattr(node, "name", None) in names]
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


verl_F = functions(verl / "verl/utils/torch_functional.py", ["masked_sum", "masked_mean"])
Config = type("ActorConfig", (SimpleNamespace,), {"get": lambda self, name, other=None: getattr(self, name, other)})
core = functions(
    verl / "verl/trainer/ppo/core_algos.py",
    ["agg_loss", "compute_policy_loss_vanilla", "compute_policy_loss_gspo", "compute_policy_loss_cispo", "kl_penalty",
     "kl_penalty_forward", "compute_grpo_outcome_advantage", "compute_rloo_outcome_advantage"],
    verl_F=verl_F, ActorConfig=Config, AlgoConfig=type("AlgoConfig", (), {}),
)

# --- losses: three answers of 3, 4 and 1 tokens over 6 words
torch.manual_seed(4)
LENGTHS, V = [3, 4, 1], 6
M, LONGEST = sum(LENGTHS), max(LENGTHS)
logits, ref_logits = 1.5 * torch.randn(M, V), 1.5 * torch.randn(M, V)
ref_logits = logits + 0.3 * ref_logits
targets = torch.randint(V, (M,))
mask = torch.tensor([[1.0] * n + [0.0] * (LONGEST - n) for n in LENGTHS])
pick = lambda x: F.log_softmax(x, -1)[torch.arange(M), targets]


def padded(flat):
    out = torch.zeros(len(LENGTHS), LONGEST)
    return out.masked_scatter(mask.bool(), flat)


shift = torch.tensor([0.0, 0.5, -0.5, 0.1, -0.3, 0.8, -1.3, 0.05])
old, ref = (pick(logits) - shift).detach(), pick(ref_logits)
advantage = torch.tensor([1.2] * 3 + [-0.7] * 4 + [-1.1])


def case(name, loss_of, **more):
    x = logits.clone().requires_grad_()
    loss = loss_of(x)
    loss.backward()
    return {"name": name, "loss": loss.item(), "dLogits": numbers(x.grad), **more}


AGGREGATIONS = {"token-mean": "token-mean", "sequence-mean": "seq-mean-token-mean", "sequence-sum": "seq-mean-token-sum"}
losses = []
for kind, low, high in [("grpo", 0.2, 0.3), ("gspo", 0.03, 0.04), ("gspo", 0.2, 0.3), ("cispo", 0.4, 0.3), ("cispo", 1, 4)]:
    function = {"grpo": core.compute_policy_loss_vanilla, "gspo": core.compute_policy_loss_gspo, "cispo": core.compute_policy_loss_cispo}[kind]
    config = Config(clip_ratio=None, clip_ratio_low=low, clip_ratio_high=high, global_batch_info={}, clip_ratio_c=3.0)
    for ours, theirs in AGGREGATIONS.items():
        if kind == "gspo" and ours != "sequence-mean":
            continue  # verl always averages so
        run = lambda x: function(padded(old), padded(pick(x)), padded(advantage), mask, theirs, config)[0]
        losses.append(case(f"{kind} {low} {high} {ours}", run, kind=kind, clipLow=low, clipHigh=high, aggregation=ours,
                           dualClip=3 if kind == "grpo" else None))

kls = [case(name, lambda x: core.agg_loss(padded(core.kl_penalty(pick(x), ref, name)), mask, "token-mean")) for name in ["k1", "k2", "k3"]]
kls.append(case("exact", lambda x: F.kl_div(F.log_softmax(ref_logits, -1), F.log_softmax(x, -1), log_target=True, reduction="sum") / M))

# --- advantages: three groups of four
rewards = torch.tensor([0.9, 0.7, 0.5, 0.3, 0.0, 1.0, 0.0, -0.4, 0.6, 0.6, 0.6, 0.6])
one, index = torch.ones(12, 1), np.array([0] * 4 + [1] * 4 + [2] * 4)
outcome = lambda function, **options: numbers(function(rewards.clone()[:, None], one, index, **options)[0])
grouped = rewards.view(3, 4)
advantages = {
    "grpo": outcome(core.compute_grpo_outcome_advantage),
    "dr-grpo": outcome(core.compute_grpo_outcome_advantage, norm_adv_by_std_in_grpo=False),
    "rloo": outcome(core.compute_rloo_outcome_advantage),
    "grpo-batch": numbers((grouped - grouped.mean(1, keepdim=True)) / (rewards.std() + 1e-6)),  # TRL's scale_rewards="batch"
}

# --- scaffolds: RuscaRL's own shares and choices
rollout = functions(ruscarl / "verl/workers/rollout/vllm_rollout/vllm_rollout_spmd.py",
                    ["_calculate_rubric_ratio", "_generate_rubric_system_message"])
RULES = {
    "linear": {"group": "linear", "step": "constant"},
    "binary": {"group": "binary", "step": "constant"},
    "math_linear": {"group": "linear", "step": "constant", "choice": "math"},
    "step_linear": {"step": "linear"},
    "step_power": {"step": "power"},
    "step_sigmoid": {"step": "sigmoid"},
}
ratios = []
for rule, ours in RULES.items():
    for decay in ["linear", "binary"] if rule.startswith("step") else [ours["group"]]:
        for total, step, G in [(350, 1, 8), (350, 71, 8), (100, 20, 8), (100, 21, 5), (10, 10, 4)]:
            theirs = [rollout._calculate_rubric_ratio(i, G, rule, 3, step, total, 3.0, 0.2, 125.0, decay) for i in range(G)]
            ratios.append({"options": {**ours, "group": decay, **({"full_reveal_count": 3} if decay == "binary" else {}),
                                       **({"power": 3} if rule == "step_power" else {})},
                           "totalSteps": total, "step": step, "ratios": numbers(theirs)})
Item = lambda i, n: SimpleNamespace(criterion=f"c{i}", points=-1 if i % 3 == 2 else 1)
choices = []
for n in [2, 3, 7, 11]:
    for ratio in [0, 0.2, 0.5, 0.75, 0.999, 1]:
        text, count = rollout._generate_rubric_system_message([Item(i, n) for i in range(n)], ratio, True, "math_linear")
        lines = [line.split(": ")[1].split(" ")[0] for line in text.splitlines() if line.startswith("Criterion")]
        assert len(lines) == count
        choices.append({"nCriteria": n, "ratio": ratio, "shown": lines})  # those to include first, then those to avoid

# --- DAPO's soft penalty, as in verl's reward manager
dapo = [{"nTokens": n, "longest": 40, "buffer": 16, "penalty": p, "reward": min(-(n - (40 - 16)) / 16 * p, 0)}
        for n in [1, 24, 25, 32, 40] for p in [1.0, 0.5]]

out = Path(__file__).parent / "data" / "training" / "policyLosses.json"
made_by = f"policyLosses.py, torch {torch.__version__}, verl b178a3cd, RuscaRL 18e2b012"
out.write_text(json.dumps({
    "madeBy": made_by, "vocab": V, "lengths": LENGTHS, "logits": numbers(logits), "targets": targets.tolist(),
    "oldLogProbs": numbers(old), "refLogProbs": numbers(ref), "refDistribution": numbers(F.log_softmax(ref_logits, -1)),
    "advantage": numbers(advantage), "losses": losses, "kl": kls, "rewards": numbers(rewards), "advantages": advantages,
    "ratios": ratios, "choices": choices, "overlong": dapo,
}) + "\n")
