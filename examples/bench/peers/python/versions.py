"""Versions of what is compared against, as JSON; a package that cannot be imported is null."""

import importlib
import json

names = dict(torch="torch", transformers="transformers", peft="peft", trl="trl", llamaCpp="llama_cpp", gguf="gguf")


def version(name: str):
    try:
        return importlib.import_module(name).__version__
    except AttributeError:
        return "?"
    except Exception:
        return None


print(json.dumps({key: version(name) for key, name in names.items()}))
