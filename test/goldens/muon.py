"""Muon of torch, to check models/optimisers/muon.ts.

    python -m venv /tmp/goldens && /tmp/goldens/bin/pip install torch==2.15.0
    /tmp/goldens/bin/python test/goldens/muon.py

torch iterates in bfloat16; here that cast is taken out, so that 64 bits are compared. Writes data/training/muon.json.
"""

import json
from pathlib import Path

import torch

torch.set_default_dtype(torch.float64)
torch.bfloat16 = torch.float64
torch.manual_seed(1)
numbers = lambda t: [float(f"{x:.9g}") for x in t.detach().flatten().tolist()]

shapes = {"wide": [3, 8], "tall": [8, 3]}
weights = {name: torch.nn.Parameter(torch.randn(shape)) for name, shape in shapes.items()}
start = {name: numbers(w) for name, w in weights.items()}
DECAY, MOMENTUM, RATES = 0.1, 0.95, [0.02, 0.03, 0.01]
optimiser = torch.optim.Muon(weights.values(), lr=1.0, weight_decay=DECAY, momentum=MOMENTUM, nesterov=True,
                             adjust_lr_fn="match_rms_adamw")
steps = []
for rate in RATES:
    for group in optimiser.param_groups:
        group["lr"] = rate
    for w in weights.values():
        w.grad = torch.randn_like(w)
    gradients = {name: numbers(w.grad) for name, w in weights.items()}
    optimiser.step()
    steps.append({"learningRate": rate, "gradients": gradients, **{name: numbers(w) for name, w in weights.items()}})
golden = {"madeBy": f"muon.py, torch {torch.__version__}", "shapes": shapes, "start": start, "weightDecay": DECAY,
          "momentum": MOMENTUM, "steps": steps}
(Path(__file__).parent / "data" / "training" / "muon.json").write_text(json.dumps(golden) + "\n")
