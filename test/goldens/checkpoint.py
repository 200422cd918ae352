"""Goldens for models/checkpoint, written by Python safetensors 0.8.0 and numpy 2.4.6; no seed, every number is spelt out.

    python -m venv /tmp/goldens && /tmp/goldens/bin/pip install safetensors==0.8.0 numpy==2.4.6
    /tmp/goldens/bin/python test/goldens/checkpoint.py
"""

import json
from pathlib import Path

import numpy as np
from safetensors import TensorSpec, serialize_file
from safetensors.numpy import save_file

out = Path(__file__).parent / "data" / "checkpoint"
out.mkdir(parents=True, exist_ok=True)

# What writeSafetensors must equal byte for byte: 32-bit, names that sort differently as numbers, an empty and a scalar tensor.
plain = {
    "layers.10.weight": np.arange(6, dtype=np.float32).reshape(2, 3) / 4,
    "layers.9.weight": np.array([-1.5, 2.0**-149, 3.4e38], dtype=np.float32),
    "10": np.array(7.25, dtype=np.float32),
    "empty": np.zeros((0, 4), dtype=np.float32),
    "é": np.array([[1.0]], dtype=np.float32),
}
save_file(plain, out / "plain.safetensors", metadata={"format": "pt"})

# Every type that is read, each with its extremes; the expected values are numpy's conversion to float32.
extremes = [0.0, -0.0, 1.0, -2.5, np.inf, -np.inf, np.nan]
numbers = {
    "F64": np.array(extremes + [1e300, 1 / 3], dtype=np.float64),
    "F32": np.array(extremes + [2.0**-149, 1 / 3], dtype=np.float32),
    "F16": np.array(extremes + [65504.0, 2.0**-24, 2.0**-14, 1 / 3], dtype=np.float16),
    **{n.upper()[0] + n.lstrip("uint"): np.array([np.iinfo(n).min, 0, 1, 3, np.iinfo(n).max], dtype=n)
       for n in ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]},
    "BOOL": np.array([True, False, True]),
}
brain = np.array(extremes + [2.0**-133, 3.0e38, 1 / 3], dtype=np.float32)
brain_bits = (brain.view(np.uint32) >> 16).astype(np.uint16)
brain_values = (brain_bits.astype(np.uint32) << 16).view(np.float32)

def stored(array, dtype=None):
    return TensorSpec(
        dtype=dtype or array.dtype.name, shape=array.shape, data_ptr=array.ctypes.data, data_len=array.nbytes
    )

everything = {name: stored(array) for name, array in numbers.items()}
everything["BF16"] = stored(brain_bits, "bfloat16")  # numpy has no such type
serialize_file(everything, out / "types.safetensors", None)

with np.errstate(over="ignore"):
    expected = {name: array.astype(np.float32) for name, array in numbers.items()}
expected["BF16"] = brain_values
(out / "types.json").write_text(
    json.dumps({name: array.view(np.uint32).tolist() for name, array in expected.items()}, indent=1) + "\n"
)  # as the bits of float32, so that NaN, ∞ and −0 are compared too

# A sharded folder in the layout of transformers.
shards = out / "sharded"
shards.mkdir(exist_ok=True)
parts = [{"a.weight": plain["layers.10.weight"]}, {"b.weight": plain["layers.9.weight"], "b.bias": plain["é"]}]
weight_map = {}
for i, part in enumerate(parts, 1):
    name = f"model-{i:05}-of-00002.safetensors"
    save_file(part, shards / name, metadata={"format": "pt"})
    weight_map |= {tensor: name for tensor in part}
(shards / "model.safetensors.index.json").write_text(
    json.dumps({"metadata": {"total_size": 40}, "weight_map": weight_map}, indent=2) + "\n"
)
