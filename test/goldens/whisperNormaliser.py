"""Texts in Whisper's normal form, and their error rates, to check src/metrics/whisperNormaliser and src/metrics/errorRate.ts.

    python -m venv /tmp/goldens && /tmp/goldens/bin/pip install whisper-normalizer==0.1.15 jiwer==4.0.0
    /tmp/goldens/bin/python test/goldens/whisperNormaliser.py

whisper-normalizer holds openai/whisper's own normalisers unchanged. Writes data/whisperNormaliser.json.
"""

import json
import random
from pathlib import Path

import jiwer
from whisper_normalizer.basic import BasicTextNormalizer
from whisper_normalizer.english import EnglishTextNormalizer

english, basic, letters = EnglishTextNormalizer(), BasicTextNormalizer(), BasicTextNormalizer(split_letters=True)

ENGLISH = [
    "Let's go, Mr. O'Brien! It's 5,000 dollars.", "She won't; he can't. They've gone. He'd been there; she's got it.",
    "I ain't gonna [laughs] do it (really), um, you know, uh-huh.", "Colour of the aeroplane: grey; honourable organisation",
    "one oh one", "nineteen eighty-four", "two thousand and five", "in the 1960s, the sixties, twenty-first of May",
    "two hundred and six point five", "three and a half million euros", "minus twenty degrees, plus 3", "fifty per cent",
    "fifty percent of 3.50", "double seven triple oh nine", "double trouble", "point taken", "one hundred and one dalmatians",
    "one", "ones", "first, second, third, twelfth and thirtieth", "ten point two", "$20 million", "€3.50 and £0.75",
    "$2 and 7 cents", "two dollars and seven cents", "sixteen hundred", "a hundred thousandths", "zero zero seven",
    "1.2.3.4", "one point two point three", "twelve thousand three hundred forty five", "forty two forty three",
    "ninety nine point nine nine percent", "five hundredths", "six million and a half", "the 2nd and the 3rd",
    "Café naïve façade Straße œuvre", "dr. st. john's lt. col. smith jr.", "i'ma go, y'all; shoulda woulda coulda",
    "negative feedback", "per cent per person", "zero", "oh my", "twenty twenty one", "two point oh million",
    "one decillion and three nonillions", "4 and a half", "4.0 apples", "1s and 0s", "it's 10% off", "100% sure. 50 % maybe",
    "  spaced   out  ", "", "hello", "mp3 4k 7up", "the 's 't", "e.g. i.e. U.S.A.", "thirty-two-bit", "three score",
    "0 hundred", "zero hundred", "oh hundred hours", "twentieth century fox", "seventies' music", "and a half", "five and a half",
]
WORDS = (
    "zero oh one two three nine ten eleven fifteen nineteen twenty thirty ninety hundred thousand million first third twelfth "
    "twentieth twenties sixes hundreds millionth minus plus dollars cents pounds per percent cent and double triple point "
    "5 42 3.5 4.0 $7 £2.50 dog house a o billion tens seconds"
).split()
draw = random.Random(7)
ENGLISH += [" ".join(draw.choice(WORDS) for _ in range(draw.randint(2, 9))) for _ in range(400)]
OTHER = ["Ça va? Très bien, merci!", "Straße (laut) [Musik] ist groß.", "¿Qué tal, señor?", "你好，世界。", "東京タワーへ行きます！", "한국어 문장입니다.", "Ünïcödé ½ ²"]

PAIRS = [
    ["It's twenty-one degrees, Mr. Smith.", "its 21 degrees mister smith"],
    ["The colour is grey.", "the color is gray"],
    ["one two three four five", "one too three four"],
    ["a dog barks", "two dogs bark loudly in a yard"],
    ["hello world", ""],
    ["we will not go there", "we won't go their"],
]


def normal(text):
    try:
        return english(text)
    except (AssertionError, TypeError, IndexError):
        return None  # the reference itself fails


references, answers = [[english(text) for text in column] for column in zip(*PAIRS)]
words = jiwer.process_words(references, answers)
counts = {key: getattr(words, key) for key in ["substitutions", "deletions", "insertions", "hits", "wer"]}
characters = jiwer.process_characters(references, answers)
json.dump(
    {
        "madeBy": f"whisperNormaliser.py, whisper-normalizer 0.1.15, jiwer {jiwer.__version__ if hasattr(jiwer, '__version__') else '4.0.0'}",
        "english": [[text, normal(text)] for text in ENGLISH if normal(text) is not None],
        "basic": [[text, basic(text), letters(text)] for text in OTHER],
        "pairs": PAIRS,
        "words": counts,
        "cer": characters.cer,
    },
    (Path(__file__).parent / "data" / "whisperNormaliser.json").open("w"),
    ensure_ascii=False,
)
