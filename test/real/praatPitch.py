"""Pitch by Praat (praat-parselmouth) of each WAV file named as an argument: one JSON object a line, frames in Hz, 0 where unvoiced."""

import json
import sys

import parselmouth
from parselmouth.praat import call

for path in sys.argv[1:]:
    # floor 75 Hz, 15 candidates, silence .03, voicing .45, octave .01, jump .35, voiced/unvoiced .14, ceiling 600 Hz
    pitch = call(parselmouth.Sound(path), "To Pitch (ac)", 0.0, 75, 15, "no", 0.03, 0.45, 0.01, 0.35, 0.14, 600)
    frames = list(pitch.selected_array["frequency"])
    print(json.dumps({"times": list(pitch.xs()), "hertz": frames}))
