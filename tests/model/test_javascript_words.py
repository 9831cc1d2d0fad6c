"""The reader in JavaScript cuts texts into the same words."""

import json
import shutil
import subprocess
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from trueodds.columns.words import pairs_of, pieces_of, words_of

WORDS = Path(__file__).parents[2] / "readers/js/words.mjs"
SPECIAL = list("aZ09 -'*_.,ßſİıΣσς①ﬁｆ²½…‐\u200b\u200d\u0301\u0600€№Ⅳ𝐤👍🏽々〇、")


def test_words_of_texts_of_any_characters_are_the_same() -> None:
    program = shutil.which("node")
    if program is None:
        pytest.skip("Node is not installed")
    rng = np.random.default_rng(0)
    known = [chr(i) for i in range(0x110000) if unicodedata.category(chr(i)) not in ("Cn", "Cs")]
    texts = [
        "".join(
            pool[rng.integers(len(pool))] for pool in (SPECIAL, known) * 6 if rng.random() < 0.9
        )
        for _ in range(1500)
    ]
    texts += ["".join(known[start : start + 500]) for start in range(0, len(known), 500)]
    code = (
        f"import {{ partsOf }} from {json.dumps(WORDS.as_uri())};\n"
        'import { readFileSync } from "node:fs";\n'
        'console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf-8")).map(partsOf)));'
    )
    done = subprocess.run(
        [program, "--input-type=module", "-e", code],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    for text, found in zip(texts, json.loads(done.stdout), strict=True):
        words = words_of(text)
        pieces = [piece for word in words for piece in pieces_of(word)]
        assert found == [*words, *pairs_of(words), *pieces], text
