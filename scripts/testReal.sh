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

exec npx vitest run --config vitest.real.config.ts "$@"
