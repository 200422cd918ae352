"""Rewards of tiny models, and losses of rankings, by transformers, torch and TRL.

    python -m venv /tmp/goldens && /tmp/goldens/bin/pip install torch transformers trl safetensors
    /tmp/goldens/bin/python test/goldens/rewardModels.py

The one-layer head is transformers' Qwen2ForSequenceClassification; the two-layer one is put together as the file
modeling_qwen2_rm.py of Qwen/Qwen2.5-Math-RM-72B does (Sequential of Linear, ReLU, Linear over Qwen2Model). The losses are
RewardTrainer.compute_loss of TRL for pairs, and the formulas of Qwen2.5-Math and Baichuan Alignment in torch for lists.
Seed 5; losses in 64 bits, printed with 9 digits. Writes data/rewards.
"""

import json
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import torch
from safetensors.torch import save_file
from torch import nn
from transformers import Qwen2Config, Qwen2ForSequenceClassification, Qwen2Model
from trl import RewardTrainer

out = Path(__file__).parent / "data" / "rewards"
numbers = lambda t: [float(f"{x:.9g}") for x in torch.as_tensor(t).detach().flatten().tolist()]
torch.manual_seed(5)

# --- two models, and what they say of three sequences
config = Qwen2Config(vocab_size=24, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
                     num_key_value_heads=2, max_position_embeddings=64, num_labels=1, pad_token_id=0, initializer_range=0.3,
                     tie_word_embeddings=False)
sequences = [[1, 5, 9, 3], [1, 7, 7, 2, 11, 3], [1, 20, 3]]


def save(name, architecture, tensors):
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({**config.to_dict(), "architectures": [architecture], "num_labels": 1}) + "\n")
    save_file({key: value.detach().contiguous() for key, value in tensors.items()}, folder / "model.safetensors", {"format": "pt"})


one = Qwen2ForSequenceClassification(config).eval()
nn.init.normal_(one.score.weight, std=0.5)
save("oneLayer", "Qwen2ForSequenceClassification", one.state_dict())
trunk, head = Qwen2Model(config).eval(), nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 1))
save("twoLayers", "Qwen2ForRewardModel",
     {**{f"model.{k}": v for k, v in trunk.state_dict().items()}, **{f"score.{k}": v for k, v in head.state_dict().items()}})
with torch.no_grad():
    single = lambda ids: torch.tensor([ids])
    rewards = {"oneLayer": numbers(torch.cat([one(single(ids)).logits[0] for ids in sequences])),
               "twoLayers": numbers(torch.cat([head(trunk(single(ids)).last_hidden_state[0, -1]) for ids in sequences]))}

# --- losses on given rewards
torch.set_default_dtype(torch.float64)


def trl_pairs(pairs, centre):
    r = torch.tensor([w for w, _ in pairs] + [l for _, l in pairs]).requires_grad_()
    metrics = {"train": {key: [] for key in ["min_reward", "mean_reward", "max_reward", "accuracy", "margin"]}}
    world = SimpleNamespace(args=SimpleNamespace(center_rewards_coefficient=centre or None), _metrics=metrics, _tp_size=1,
                            _total_train_tokens=0, model=SimpleNamespace(training=True),
                            accelerator=SimpleNamespace(gather=lambda t: t, gather_for_metrics=lambda t: t))
    inputs = {"attention_mask": torch.ones(1)}
    loss = RewardTrainer.compute_loss(world, lambda **_: SimpleNamespace(logits=r[:, None]), inputs)
    loss.backward()
    n = len(pairs)
    gradient = [r.grad[i + side * n].item() for i in range(n) for side in (0, 1)]
    lists = [{"order": [1, 0], "score": [None, None], "rewards": list(pair)} for pair in pairs]
    return {"name": f"TRL, pairs, centre {centre}", "pointwise": 0, "centre": centre, "lists": lists, "loss": loss.item(),
            "gradient": numbers(gradient), "accuracy": metrics["train"]["accuracy"][0], "margin": metrics["train"]["margin"][0]}


def ranking(name, lists, a):
    """Qwen2.5-Math: the mean over all valid pairs of a list; Baichuan: a times the squared distances, twice their mean."""
    rs = [torch.tensor(one["rewards"]).requires_grad_() for one in lists]
    total, accuracy, margin = 0, 0, 0
    for r, one in zip(rs, lists):
        pairs = [(i, j) for i, x in enumerate(one["order"]) for j, y in enumerate(one["order"]) if x > y]
        differences = torch.stack([r[i] - r[j] for i, j in pairs])
        total = total - nn.functional.logsigmoid(differences).mean() / len(lists)
        accuracy += (differences > 0).double().mean().item() / len(lists)
        margin += differences.mean().item() / len(lists)
        for x, score in zip(r, one["score"]):
            if score is not None:
                total = total + a * 2 / len(one["score"]) * (x - score) ** 2 / len(lists)
    total.backward()
    return {"name": name, "pointwise": a, "centre": 0, "lists": lists, "loss": total.item(),
            "gradient": numbers(torch.cat([r.grad for r in rs])), "accuracy": accuracy, "margin": margin}


draw = lambda n: numbers(1.5 * torch.randn(n))
pairs = [tuple(draw(2)) for _ in range(4)]
six = [{"order": [1] * k + [0] * (6 - k), "score": [None] * 6, "rewards": draw(6)} for k in (1, 2, 4)]
graded = [{"order": scores, "score": scores, "rewards": draw(len(scores))} for scores in ([0.5, -1.2, 1.3], [1.0, -1.0], [0.2, 0.2, -0.4, 1.1])]
partly = [*graded, {"order": [1, 0], "score": [None, None], "rewards": draw(2)}]
losses = [trl_pairs(pairs, 0), trl_pairs(pairs, 0.01), ranking("lists of right and wrong", six, 0),
          ranking("Baichuan, pairs with scores", graded[1:2], 0.3), ranking("graded lists", graded, 0.5),
          ranking("lists with and without scores", partly, 1.0)]
(out / "golden.json").write_text(json.dumps({
    "madeBy": f"rewardModels.py, torch {torch.__version__}, transformers {version('transformers')}, TRL {version('trl')}",
    "sequences": sequences, "rewards": rewards, "losses": losses}) + "\n")
