"""Self-BLEU of small groups of answers by NLTK, to check src/analysis/diversity.ts.

    python -m venv /tmp/goldens && /tmp/goldens/bin/pip install nltk==3.10.4
    /tmp/goldens/bin/python test/goldens/selfBleu.py

Writes data/selfBleu.json.
"""

import json
from pathlib import Path

import nltk
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

GROUPS = [
    ["a dog barks twice", "a dog barks twice"],
    ["a dog barks twice in the yard", "two dogs bark in the yard", "a cat meows", "a dog barks"],
    ["rain", "rain falls", "rain falls on a tin roof while a car passes"],
    ["one two three four five six", "six five four three two one"],
    ["the the the the", "the cat the dog", "a bird sings and sings and sings"],
    ["", "a dog barks", "a dog barks"],
    ["alpha beta", "gamma delta"],
]
smooth = SmoothingFunction().method1


def self_bleu(answers):
    words = [answer.split() for answer in answers]
    scores = [sentence_bleu(words[:i] + words[i + 1:], own, smoothing_function=smooth) for i, own in enumerate(words)]
    return sum(scores) / len(scores)


out = Path(__file__).parent / "data" / "selfBleu.json"
groups = [{"answers": answers, "selfBleu": float(f"{self_bleu(answers):.9g}")} for answers in GROUPS]
out.write_text(json.dumps({"madeBy": f"selfBleu.py, nltk {nltk.__version__}", "groups": groups}) + "\n")
