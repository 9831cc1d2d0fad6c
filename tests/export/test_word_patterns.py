"""A pattern matches the cells that have the word, and no others."""

import re

import pytest

from trueodds.columns.words import WordFinder
from trueodds.export.word_patterns import pattern_of

CELLS = [
    "", "a", "Anna", "anna banana", "ann", "xanna", "anna5", "5anna", "A 5 b", "a5", "a, 5", "a-b",
    "17", "175", "1759", "x17599 1", "5 17", "line\nanna", "Müller-Lüdenscheidt", "ошибка call",
    "aa 5a", "senior clerk", "fa 5", "a 55",
]  # fmt: skip
WORDS = [
    "anna", "a", "5", "17", "an*", "*ann*", "*na", "17*", "1*", "a 5", "5 b", "anna banana",
    "müller lüdenscheidt", "ошибка", "*ка", "*ior*", "5 a",
]  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_it_matches_what_the_finder_finds(word: str) -> None:
    finder, pattern = WordFinder([word]), re.compile(pattern_of(word))
    found = [bool(pattern.fullmatch(cell)) for cell in CELLS]
    assert found == [finder.places(cell) == (0,) for cell in CELLS]
