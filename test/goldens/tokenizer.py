"""Goldens for models/tokenizer, made by Python tokenizers 0.23.3 (Rust) and Jinja2 3.1.6; deterministic, no seed.

    python -m venv /tmp/goldens && /tmp/goldens/bin/pip install tokenizers==0.23.3 Jinja2==3.1.6
    npx tsx test/goldens/tokenizerFiles.ts /tmp/goldens/trained && /tmp/goldens/bin/python test/goldens/tokenizer.py /tmp/goldens/trained

The first command trains ours on data/tokenizer/corpus.txt. This script then trains Hugging Face's own trainer on the same
lines (its merges are the golden of ours), lets it encode texts with OUR tokenizer.json, and renders our chat template.
"""

import json
import sys
from pathlib import Path

from jinja2.sandbox import ImmutableSandboxedEnvironment
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

trained = Path(sys.argv[1])
out = Path(__file__).parent / "data" / "tokenizer"
corpus = (out / "corpus.txt").read_text(encoding="utf8").split("\n")
ours = json.loads((trained / "tokenizer.json").read_text(encoding="utf8"))
config = json.loads((trained / "tokenizer_config.json").read_text(encoding="utf8"))

theirs = Tokenizer(models.BPE())
theirs.normalizer = normalizers.NFC()
pattern = ours["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"]
theirs.pre_tokenizer = pre_tokenizers.Sequence(
    [pre_tokenizers.Split(Regex(pattern), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
)
theirs.train_from_iterator(
    corpus,
    trainers.BpeTrainer(
        vocab_size=len(ours["model"]["vocab"]),
        min_frequency=2,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    ),
)
model = json.loads(theirs.to_str())["model"]

tokenizer = Tokenizer.from_file(str(trained / "tokenizer.json"))
texts = json.loads((out / "texts.json").read_text(encoding="utf8"))
encoded = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
decoded = [tokenizer.decode(ids, skip_special_tokens=False) for ids in encoded]
skipped = [tokenizer.decode(ids, skip_special_tokens=True) for ids in encoded]

conversation = json.loads((out / "conversation.json").read_text(encoding="utf8"))
environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)  # as transformers sets it
rendered = environment.from_string(config["chat_template"]).render(messages=conversation, add_generation_prompt=True)

(out / "expected.json").write_text(
    json.dumps(
        {
            "vocab": model["vocab"],
            "merges": model["merges"],
            "encoded": encoded,
            "decoded": decoded,
            "skipped": skipped,
            "rendered": rendered,
            "renderedIds": tokenizer.encode(rendered, add_special_tokens=False).ids,
        },
        ensure_ascii=False,
    )
    + "\n",
    encoding="utf8",
)
