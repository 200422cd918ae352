"""BLEU, CIDEr, average precision and the averaging shift by their references, to check src/metrics and src/wordTimes.

    python -m venv /tmp/goldens
    /tmp/goldens/bin/pip install sacrebleu==2.6.0 pycocoevalcap==1.2 scikit-learn==1.9.1 edit-distance==1.0.9
    git clone https://github.com/QwenLM/Qwen-Audio /tmp/Qwen-Audio
    /tmp/goldens/bin/python test/goldens/textMetrics.py /tmp/Qwen-Audio/eval_audio/evaluate_srwt.py

The averaging shift is AverageShiftCalculator of that file, run as it is. Writes data/textMetrics.json.
"""

import ast
import json
import random
import re
import sys
from pathlib import Path

import edit_distance
import sacrebleu
from pycocoevalcap.cider.cider_scorer import CiderScorer
from sklearn.metrics import average_precision_score

draw = random.Random(3)
WORDS = "a the dog cat barks meows loudly while rain falls on roof in distance car passes and then twice bird sings".split()


def sentence(low=1, high=11):
    return " ".join(draw.choice(WORDS) for _ in range(draw.randint(low, high)))


def corpus(answers, references, tokenize):
    streams = list(map(list, zip(*references)))
    return {
        "answers": answers,
        "references": references,
        "tokenize": tokenize,
        "bleu": sacrebleu.corpus_bleu(answers, streams, tokenize=tokenize).score,
    }


PUNCTUATED = ["The dog, aged 3.5 years, barks 10-12 times.", "\"Well\" - he said &amp; left; isn't it?", "$5.00 (five) e.g. 1,000!"]
bleus = [
    corpus([sentence(4) for _ in range(12)], [[sentence(4), sentence(4)] for _ in range(12)], "13a"),
    corpus(PUNCTUATED, [["The dog, aged 3.5 years old, barks 10-12 times!"], ["\"Well\", he said & left. Isn't it?"], ["$5.00 (five), 1,000"]], "13a"),
    corpus(["a dog"], [["a dog barks"]], "13a"),
    corpus(["a dog barks"], [["the rain falls"]], "13a"),
    corpus(["the dog barks loudly while rain falls"], [["a dog barks loudly while the rain falls"]], "13a"),
    corpus(["", "a dog barks in the distance"], [["the cat"], ["a dog barks in the distance"]], "13a"),
    corpus(["今天天气很好，我们去公园。", "他有 3 只dog。"], [["今天的天气很好，我们去公园吧。"], ["他有3只狗。"]], "zh"),
    corpus(["犬が吠えている", "雨が降る 夜"], [["犬が大きく吠えている"], ["夜に雨が降る"]], "char"),
]


def ciders(answers, references):
    scorer = CiderScorer(n=4, sigma=6.0)
    for answer, some in zip(answers, references):
        scorer += (answer, some)
    return {"answers": answers, "references": references, "scores": [float(score) for score in scorer.compute_score()[1]]}


captions = [
    ciders([sentence(3) for _ in range(8)], [[sentence(3) for _ in range(draw.randint(1, 5))] for _ in range(8)]),
    ciders(["a dog barks", "a cat meows"], [["a dog barks", "the dog barks loudly"], ["a cat meows twice"]]),
]

precisions = []
for _ in range(12):
    n = draw.randint(2, 12)
    positive = [draw.random() < 0.4 for _ in range(n - 1)] + [True]
    scores = [draw.choice([0, 1]) if draw.random() < 0.5 else round(draw.random(), 1) for _ in range(n)]
    precisions.append({"scores": scores, "isPositive": positive, "value": float(average_precision_score(positive, scores))})

source = ast.parse(Path(sys.argv[1]).read_text())
(calculator,) = [node for node in source.body if isinstance(node, ast.ClassDef) and node.name == "AverageShiftCalculator"]
scope = {"re": re, "edit_distance": edit_distance}
exec(compile(ast.Module([calculator], []), "evaluate_srwt", "exec"), scope)


def stream(words):
    time, text = 0, "<|0.00|>"
    for word in words:
        time += draw.randint(5, 80)
        text += f"{word}<|{time / 100:.2f}|>"
    return text


shifts = []
for _ in range(20):
    words = [draw.choice([*WORDS[:8], "<|sil|>"]) for _ in range(draw.randint(3, 9))]
    said = [word for word in words if draw.random() > 0.15]
    said = [draw.choice(WORDS[:8]) if draw.random() < 0.15 else word for word in said] or ["dog"]
    shifts.append({"reference": stream(words), "answer": stream(said)})
aas = scope["AverageShiftCalculator"]()([s["reference"] for s in shifts], [s["answer"] for s in shifts])

made = "textMetrics.py, sacrebleu 2.6.0, pycocoevalcap 1.2, scikit-learn 1.9.1, edit-distance 1.0.9, Qwen-Audio's evaluate_srwt.py"
out = {"madeBy": made, "bleu": bleus, "cider": captions, "averagePrecision": precisions, "streams": shifts, "aas": aas}
(Path(__file__).parent / "data" / "textMetrics.json").write_text(json.dumps(out, ensure_ascii=False) + "\n")
