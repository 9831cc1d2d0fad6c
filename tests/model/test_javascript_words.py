"""The reader in JavaScript cuts texts into the same words, and scores them to the same bits."""

import json
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from trueodds import Model, load
from trueodds.columns.words import ABSENT, WordFinder, pairs_of, pieces_of, words_of

READER = Path(__file__).parents[2] / "readers/js"
GOLDEN = Path(__file__).parents[1] / "golden/words.odds"
SPECIAL = (
    *"aZ09 -'*_.,ßẞſIİıiSΣσςΆ①ﬁǅǄｆＡ²½…‐€№Ⅳ𝐤𐐀々〇、漢字가Åﷺ٣३",
    # Blanks and marks that join or combine, Kelvin's and Ångström's signs, jamo.
    *"\u00ad\u00a0\u200b\u200d\u3000\ufeff\u0301\u0307\u0345\u0600\u212a\u212b\u1100\u1161\u11a8",
    *(
        "I\u0307",
        "e\u0301",
        "q\u0323\u0307",
        "ΑΣ",
        "ΑΣ\u0301",
        "Σ.Α",
        "👍🏽",
        "👩‍👧",
        "🇹🇷",
        "\U0010ffff",
    ),
    *("kaputt", "refund", "REFUND", "ναός", "ΝΑΌΣ", "ошибка", "ﬁrst", "NA", "?", "senior"),
)
ANY = st.characters(exclude_categories=["Cn", "Cs"])
TEXTS = st.lists(st.sampled_from(SPECIAL) | ANY, max_size=14).map("".join)
LONE = st.sampled_from(["\ud800", "\udbff", "\udc00", "\udfff"])
"""Halves of characters, which no table holds, but a row of Python or JavaScript may."""
ASK = """
import { createInterface } from "node:readline";
import { readFileSync } from "node:fs";
import { partsOf, wordFinder } from "./words.mjs";
import { read, score } from "./scorer.mjs";
const data = readFileSync(process.argv[1]);
const model = read(data.buffer.slice(data.byteOffset, data.byteOffset + data.length));
const answers = {
  parts: (texts) => texts.map(partsOf),
  places: ([words, ...texts]) => texts.map((text) => [...wordFinder(words)(text)]),
  scores: (rows) => rows.map((row) => score(model, row).logOdds),
};
for await (const line of createInterface({ input: process.stdin })) {
  const [kind, what] = JSON.parse(line);
  console.log(JSON.stringify(answers[kind](what)));
}
"""

Ask = Callable[[str, list[Any]], list[Any]]


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """Ask the reader for the parts of texts, the places of words in texts, or scores of rows."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("Node is not installed")
    command = [program, "--input-type=module", "-e", ASK, str(GOLDEN)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=READER, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        to, back = process.stdin, process.stdout

        def answer(kind: str, what: list[Any]) -> list[Any]:
            to.write(json.dumps([kind, what]) + "\n")
            to.flush()
            found: list[Any] = json.loads(back.readline())
            return found

        yield answer
        to.close()


@pytest.fixture(scope="module")
def words() -> Model:
    return load(GOLDEN)


def parts_of(text: str) -> list[str]:
    words = words_of(text)
    return [*words, *pairs_of(words), *(piece for word in words for piece in pieces_of(word))]


def whole(text: str) -> bool:
    """Whether no two halves stand together: JSON and JavaScript take them for one character."""
    return re.search("[\ud800-\udbff][\udc00-\udfff]", text) is None


def test_every_character_of_unicode_is_cut_alike(ask: Ask) -> None:
    known = [chr(i) for i in range(0x110000) if unicodedata.category(chr(i)) not in ("Cn", "Cs")]
    texts = ["".join(known[start : start + 500]) for start in range(0, len(known), 500)]
    for text, found in zip(texts, ask("parts", texts), strict=True):
        assert found == parts_of(text), text


@settings(max_examples=500)
@given(text=(TEXTS | st.lists(LONE | TEXTS, max_size=6).map("".join)).filter(whole))
@example(text="aΣ\U0001171e")  # whose part in words changed after Unicode 14
def test_any_text_is_cut_alike(ask: Ask, text: str) -> None:
    assert ask("parts", [text]) == [parts_of(text)]


@settings(max_examples=200)
@given(texts=st.lists(TEXTS, min_size=1, max_size=4), data=st.data())
def test_any_words_are_found_in_the_same_places(
    ask: Ask, texts: list[str], data: st.DataObject
) -> None:
    parts = sorted({part for text in texts for part in parts_of(text)} | {ABSENT})
    words = data.draw(st.lists(st.sampled_from(parts), unique=True))
    finder = WordFinder(words)
    found = ask("places", [words, None, *texts])
    assert [sorted(places) for places in found] == [
        list(places) for places in (finder.absent, *map(finder.places, texts))
    ]


@pytest.mark.filterwarnings("ignore::trueodds.errors.TableWarning")
@settings(max_examples=200)
@given(comment=TEXTS | st.none(), title=TEXTS, x=st.floats(-3.0, 3.0))
def test_any_row_of_texts_has_the_same_bits(
    ask: Ask, words: Model, comment: str | None, title: str, x: float
) -> None:
    row = {"comment": comment, "title": title, "x": x}
    expected = words.log_odds(row)
    assert np.array(ask("scores", [row])).tobytes() == expected.tobytes()
