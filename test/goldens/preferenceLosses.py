"""Preference losses by the code of TRL itself.

    python -m venv /tmp/goldens && /tmp/goldens/bin/pip install torch==2.15.0
    pip download --no-deps trl==0.19.1 && unzip -d trl trl-0.19.1-py3-none-any.whl
    /tmp/goldens/bin/python test/goldens/preferenceLosses.py trl

Runs methods cut out of their files, since the files import whole training stacks. Seed 7; 64 bits, printed with 9
digits. Writes data/training/preferenceLosses.json.
"""

import ast
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
trl = Path(sys.argv[1])
numbers = lambda t: [float(f"{x:.9g}") for x in torch.as_tensor(t).detach().flatten().tolist()]


def method(file, name):
    """A method of a trainer as a function of self."""
    tree = ast.parse((trl / "trl" / "trainer" / file).read_text())
    [found] = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == name]
    found.decorator_list, found.returns = [], None
    for argument in found.args.args:
        argument.annotation = None
    world = {"torch": torch, "F": F, "FDivergenceType": SimpleNamespace(
        ALPHA_DIVERGENCE=SimpleNamespace(value="alpha"), JS_DIVERGENCE=SimpleNamespace(value="js"))}
    exec(compile(ast.Module([found], []), file, "exec"), world)
    return world[name]


dpo, kto = method("dpo_trainer.py", "dpo_loss"), method("kto_trainer.py", "kto_loss")
orpo, cpo = method("orpo_trainer.py", "odds_ratio_loss"), method("cpo_trainer.py", "cpo_loss")
accelerator = SimpleNamespace(device="cpu", gather_for_metrics=lambda t: t)

# --- three pairs over 6 words: tokens of chosen and rejected answers, pair by pair
torch.manual_seed(7)
LENGTHS, V = [(3, 2), (1, 4), (2, 2)], 6
owner = torch.tensor([2 * p + side for p, pair in enumerate(LENGTHS) for side, n in enumerate(pair) for _ in range(n)])
M = len(owner)
logits = 1.5 * torch.randn(M, V)
targets = torch.randint(V, (M,))
ref = F.log_softmax(logits + 0.5 * torch.randn(M, V), -1)[torch.arange(M), targets]
counts = torch.bincount(owner).double()
KL = (torch.tensor([-1.0, -2.0, -3.0]), torch.tensor([-1.3, -2.2, -3.1]))  # of the policy, of the reference


def answers(tokens, mean):
    sums = torch.zeros(len(counts)).index_add(0, owner, tokens)
    sums = sums / counts if mean else sums
    return sums[0::2], sums[1::2]


def case(name, kind, mean, sft=0.0, **options):
    x = logits.clone().requires_grad_()
    tokens = F.log_softmax(x, -1)[torch.arange(M), targets]
    (w, l), (rw, rl) = answers(tokens, mean), answers(ref, mean)
    beta = options["beta"]
    world = SimpleNamespace(accelerator=accelerator, beta=beta, label_smoothing=options.get("labelSmoothing", 0.0),
                            reference_free=False, f_divergence_type="reverse_kl", f_divergence_params=None, use_weighting=False)
    if kind in ["dpo", "ipo", "hinge"]:
        world.loss_type = {"dpo": "sigmoid"}.get(kind, kind)
        losses, rewards_w, rewards_l = dpo(world, w, l, rw, rl)
    elif kind == "kto":
        world.loss_type, world.calculate_KL = "kto", True
        world.desirable_weight, world.undesirable_weight = options["desirableWeight"], options["undesirableWeight"]
        losses, rewards_w, rewards_l, _ = kto(world, w, l, KL[0], rw, rl, KL[1])
    elif kind == "orpo":
        losses, rewards_w, rewards_l, *_ = orpo(world, w, l)
        losses = -losses
    else:
        world.loss_type, world.simpo_gamma = "simpo", options["gamma"]
        losses, rewards_w, rewards_l = cpo(world, w, l)
    loss = losses.mean() - sft * tokens[owner % 2 == 0].mean()
    loss.backward()
    return {"name": name, "kind": kind, "options": {**options, "lengthNormalised": mean, "sft": sft}, "loss": loss.item(),
            "dLogits": numbers(x.grad), "rewards": [numbers(rewards_w.mean())[0], numbers(rewards_l.mean())[0]],
            "accuracy": (rewards_w > rewards_l).double().mean().item(), "logps": [w.mean().item(), l.mean().item()]}


cases = [
    case("dpo", "dpo", False, beta=0.1),
    case("dpo, labels smoothed", "dpo", False, beta=0.3, labelSmoothing=0.2),
    case("dpo, length-normalised", "dpo", True, beta=0.5),
    case("dpo with cross-entropy", "dpo", False, sft=0.7, beta=0.2),
    case("ipo", "ipo", True, beta=0.4),
    case("hinge", "hinge", False, beta=0.6),
    case("kto", "kto", False, beta=0.3, desirableWeight=1.0, undesirableWeight=1.0),
    case("kto, weighted", "kto", False, beta=0.3, desirableWeight=1.5, undesirableWeight=0.8),
    case("orpo", "orpo", True, sft=1.0, beta=0.25),
    case("simpo", "simpo", True, beta=2.0, gamma=1.0),
    case("simpo, labels smoothed", "simpo", True, beta=2.0, gamma=0.5, labelSmoothing=0.1),
]
out = Path(__file__).parent / "data" / "training" / "preferenceLosses.json"
out.write_text(json.dumps({
    "madeBy": f"preferenceLosses.py, torch {torch.__version__}, TRL 0.19.1", "vocab": V, "lengths": LENGTHS,
    "logits": numbers(logits), "targets": targets.tolist(), "refLogProbs": numbers(ref), "kl": 0.2 , "cases": cases,
}) + "\n")
assert abs((KL[0] - KL[1]).mean().item() - 0.2) < 1e-12
