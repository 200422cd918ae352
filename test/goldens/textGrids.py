"""TextGrids as two libraries write them, to check src/wordTimes/textGrid.ts.

    python -m venv /tmp/goldens && /tmp/goldens/bin/pip install praatio==6.2.2 textgrid==1.6.1
    /tmp/goldens/bin/python test/goldens/textGrids.py

Writes data/textGrids.json: the same tiers in Praat's long and short formats (praatio) and as the package textgrid has them.
"""

import io
import json
import tempfile
from pathlib import Path

import textgrid
from praatio import textgrid as praat

WORDS = [(0.0, 0.5, ""), (0.5, 0.86, "the"), (0.86, 1.3, 'so-called "dog"'), (1.3, 1.75, "barks"), (1.75, 2.0, "sil")]
PHONES = [(0.0, 1.0, "1 [x] = 2"), (1.0, 2.0, "b")]

grid = praat.Textgrid()
grid.addTier(praat.PointTier("clicks", [(0.25, "tick"), (1.5, "tock 3")], 0, 2.0))
grid.addTier(praat.IntervalTier("speaker - phones", PHONES, 0, 2.0))
grid.addTier(praat.IntervalTier("speaker - words", WORDS, 0, 2.0))
texts = {}
with tempfile.TemporaryDirectory() as folder:
    for form in ["long_textgrid", "short_textgrid"]:
        file = Path(folder) / "grid.TextGrid"
        grid.save(str(file), format=form, includeBlankSpaces=True)
        texts[form] = file.read_text()
    other = textgrid.TextGrid(minTime=0, maxTime=2.0)
    for name, entries in [("phones", PHONES), ("words", WORDS)]:
        tier = textgrid.IntervalTier(name, 0, 2.0)
        for start, end, label in entries:
            tier.add(start, end, label.replace('"', ""))
        other.append(tier)
    other.write(str(file))
    texts["textgrid"] = file.read_text()
made = {"madeBy": "textGrids.py, praatio 6.2.2, textgrid 1.6.1", "words": WORDS, "phones": PHONES, "texts": texts}
(Path(__file__).parent / "data" / "textGrids.json").write_text(json.dumps(made, indent=1) + "\n")
