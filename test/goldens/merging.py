"""Merges of tiny random checkpoints by mergekit itself.

    python -m venv /tmp/goldens
    /tmp/goldens/bin/pip install torch==2.15.0 transformers==5.24.0 && /tmp/goldens/bin/pip install mergekit==0.1.4
    /tmp/goldens/bin/python test/goldens/merging.py

A base and two models that differ from it, Llama-shaped, 8 wide, 2 layers, 32-bit; seed 11. Each recipe is run by mergekit
as its command line runs it. The draws of DARE are replaced by a pattern, so that another program can drop the same
numbers: of element i of model k is kept where (7·i + 3·k) mod 10 < 10·density. Writes data/merging/.
"""

import json
import shutil
import tempfile
from pathlib import Path

import torch
import yaml
from mergekit import sparsify
from mergekit.architecture.base import ConfiguredModelArchitecture, ConfiguredModuleArchitecture, ModelArchitecture
from mergekit.config import MergeConfiguration
from mergekit.merge import run_merge
from mergekit.options import MergeOptions
from safetensors.torch import load_file, save_file

# transformers 5 imports torch for its annotations only when it is type-checked
for kind in [ConfiguredModuleArchitecture, ModelArchitecture, ConfiguredModelArchitecture]:
    kind.model_rebuild(_types_namespace={"torch": torch}, force=True)

out = Path(__file__).parent / "data" / "merging"
shutil.rmtree(out, ignore_errors=True)
out.mkdir(parents=True)

HIDDEN, FFN, LAYERS, VOCAB = 8, 6, 2, 10
config = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_size": HIDDEN,
    "intermediate_size": FFN,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "vocab_size": VOCAB,
    "rms_norm_eps": 1e-6,
    "rope_theta": 10000.0,
    "tie_word_embeddings": False,
    "torch_dtype": "float32",
}
shapes = {"model.embed_tokens.weight": (VOCAB, HIDDEN), "model.norm.weight": (HIDDEN,), "lm_head.weight": (VOCAB, HIDDEN)}
for i in range(LAYERS):
    layer = f"model.layers.{i}."
    shapes |= {
        layer + "self_attn.q_proj.weight": (HIDDEN, HIDDEN),
        layer + "self_attn.k_proj.weight": (HIDDEN // 2, HIDDEN),
        layer + "self_attn.v_proj.weight": (HIDDEN // 2, HIDDEN),
        layer + "self_attn.o_proj.weight": (HIDDEN, HIDDEN),
        layer + "mlp.gate_proj.weight": (FFN, HIDDEN),
        layer + "mlp.up_proj.weight": (FFN, HIDDEN),
        layer + "mlp.down_proj.weight": (HIDDEN, FFN),
        layer + "input_layernorm.weight": (HIDDEN,),
        layer + "post_attention_layernorm.weight": (HIDDEN,),
    }

random = torch.Generator().manual_seed(11)
draw = lambda shape: torch.randn(shape, generator=random)
base = {name: draw(shape) for name, shape in shapes.items()}
common = {name: draw(shape) for name, shape in shapes.items()}  # so that differences agree for the most part, in every row


def near(scale):
    return {name: base[name] + scale * (2 * common[name] + draw(shape)) for name, shape in shapes.items()}


for name, weights in {"base": base, "a": near(0.3), "b": near(0.6)}.items():
    folder = out / name
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})

both = lambda a, b: [{"model": "a", "parameters": a}, {"model": "b", "parameters": b}]
recipes = {
    "linear": {"merge_method": "linear", "models": both({"weight": 0.3}, {"weight": 0.9})},
    "linear_sum": {
        "merge_method": "linear",
        "models": both({"weight": 0.3}, {"weight": 0.9}),
        "parameters": {"normalize": False},
    },
    "task_arithmetic": {
        "merge_method": "task_arithmetic",
        "base_model": "base",
        "models": both({"weight": 0.8}, {"weight": -0.4}),
        "parameters": {"lambda": 1.3},
    },
    "ties": {
        "merge_method": "ties",
        "base_model": "base",
        "models": [{"model": "base"}, *both({"weight": 0.7, "density": 0.4}, {"weight": 0.5, "density": 0.65})],
        "parameters": {"lambda": 0.9},
    },
    "ties_gradient": {
        "merge_method": "ties",
        "base_model": "base",
        "models": both(
            {"weight": [{"filter": "mlp", "value": [0.2, 0.8]}, {"value": 0.5}], "density": 0.5},
            {"weight": [0.1, 0.9], "density": [0.3, 0.9]},
        ),
        "parameters": {"normalize": False},
    },
    "dare_linear": {
        "merge_method": "dare_linear",
        "base_model": "base",
        "models": both({"weight": 0.6, "density": 0.5}, {"weight": 0.6, "density": 0.8}),
    },
    "dare_ties": {
        "merge_method": "dare_ties",
        "base_model": "base",
        "models": both({"weight": 0.6, "density": 0.5}, {"weight": 0.6, "density": 0.8}),
        "parameters": {"rescale": False},
    },
    "slerp": {
        "merge_method": "slerp",
        "base_model": "a",
        "models": [{"model": "a"}, {"model": "b"}],
        "parameters": {"t": [{"filter": "self_attn", "value": [0, 0.5]}, {"filter": "mlp", "value": [1, 0.4]}, {"value": 0.3}]},
    },
    "model_stock": {"merge_method": "model_stock", "base_model": "base", "models": [{"model": "a"}, {"model": "b"}]},
    "model_stock_rows": {
        "merge_method": "model_stock",
        "base_model": "base",
        "models": [{"model": "a"}, {"model": "b"}],
        "parameters": {"filter_wise": True},
    },
}

calls = 0


def patterned(tensor, density, rescale_norm=None):
    """In place of mergekit's Bernoulli draws; models of one tensor are dropped one after the other."""
    global calls
    model, calls = calls % 2, calls + 1
    i = torch.arange(tensor.numel()).reshape(tensor.shape)
    mask = ((7 * i + 3 * model) % 10 < round(10 * density)).to(tensor.dtype)
    return sparsify.rescaled_masked_tensor(tensor, mask, rescale_norm)


sparsify.bernoulli = patterned
for name, recipe in recipes.items():
    absolute = json.loads(json.dumps(recipe))
    for model in absolute["models"]:
        model["model"] = str(out / model["model"])
    if "base_model" in absolute:
        absolute["base_model"] = str(out / absolute["base_model"])
    with tempfile.TemporaryDirectory() as folder:
        run_merge(MergeConfiguration.model_validate(absolute), folder, MergeOptions(copy_tokenizer=False))
        merged = load_file(Path(folder) / "model.safetensors")
    save_file({key: value.contiguous() for key, value in merged.items()}, out / f"{name}.safetensors")
    (out / f"{name}.yaml").write_text(yaml.safe_dump(recipe, sort_keys=False))
