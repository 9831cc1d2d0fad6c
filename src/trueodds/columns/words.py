"""Words in cells of text: which a column has, and where.

A text is brought to one form (Unicode NFKC, small letters, σ for ς) and cut into words: runs of
letters, and runs of the digits 0 to 9. Two neighbouring words are a pair. Texts of few words have
pieces too: three neighbouring characters of a word with a blank before and behind it, ``an*`` of a
word that begins so, ``*der*`` of any, ``*on`` of one that ends so; of digits the first one, two and
three, ``17*``. Pairs and pieces are words as well in what follows. docs/format.md lists the
characters; no table of an installed Unicode version decides.

Words go into the model file. So one counts only if several different cells have it: the name in
one person's rows is no word.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

LEAST_CELLS = 5
"""Different cells that have a word, at least; and rows that do not have it."""
MOST_WORDS = 8000
"""Words of a column, at most, and no more than rows; the most frequent are kept."""
SHORT = 8
"""Texts of so many words or fewer, on average, are cut into pieces too: names, titles, codes."""
LOOKED_AT = 50_000
"""Different cells that are looked at for words, about; of more, evenly spread ones."""
MANY_LEVELS = 64
"""A category with more levels has words: its rare levels share one input."""
PIECE = 3
BLANK = "*"
DIGITS = frozenset("0123456789")
ABSENT = ""
"""The word of missing cells."""
_REMEMBERED = 1 << 16

LETTERS = (
    "a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u060b\u060d-\u061a\u061c-\u061e\u0620-\u0963"
    "\u0966-\u1fff\u2c00-\u2dff\u2e80-\u2fff\u3005-\u3007\u3031-\ufdff\ufe70-\ufefe"
    "\uff10-\uffef\U00010000-\U0010ffff"
)
WORD = re.compile(f"[0-9]+|[{LETTERS}]+")


def words_of(text: str) -> list[str]:
    """The words of a text in their order.

    >>> words_of("A/5 21171, Müller-Lüdenscheidt")
    ['a', '5', '21171', 'müller', 'lüdenscheidt']
    """
    return WORD.findall(one_form(text))


def one_form(text: str) -> str:
    """A text in Unicode's form NFKC and in small letters, σ for ς.

    >>> one_form("ﬁrst Νερός")
    'first νερόσ'
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    # Which sigma ends a word depends on the version of Unicode.
    return text.lower().replace("ς", "σ")


def pieces_of(word: str) -> list[str]:
    """Three neighbouring characters of a word, a blank before and behind it; leading digits.

    >>> pieces_of("anna"), pieces_of("17599")
    (['an*', '*ann*', '*nna*', '*na'], ['1*', '17*', '175*'])
    """
    if word[0] in DIGITS:
        return [word[:length] + BLANK for length in range(1, min(PIECE + 1, len(word)))]
    if len(word) < PIECE:
        return []
    inner = [f"{BLANK}{word[i : i + PIECE]}{BLANK}" for i in range(len(word) - PIECE + 1)]
    return [word[: PIECE - 1] + BLANK, *inner, BLANK + word[1 - PIECE :]]


def spoken(word: str) -> str:
    """A word as messages give it.

    >>> spoken("anna"), spoken("an*"), spoken("")
    ('"anna"', '"an…"', 'a missing cell')
    """
    return f'"{word.replace(BLANK, "…")}"' if word else "a missing cell"


def pairs_of(words: Sequence[str]) -> list[str]:
    """Neighbouring words, a blank between."""
    return [f"{one} {other}" for one, other in pairwise(words)]


class WordFinder:
    """Finds a column's words in single cells.

    Parameters
    ----------
    words
        The words that are looked for.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self._places = {word: place for place, word in enumerate(words)}
        self._pieces = any(BLANK in word for word in words)
        self._pairs = any(" " in word for word in words)
        absent = self._places.get(ABSENT)
        self.absent: tuple[int, ...] = () if absent is None else (absent,)
        """What a missing cell has."""
        self._known: dict[str, tuple[int, ...]] = {}

    def places(self, text: str) -> tuple[int, ...]:
        """Positions of the words that a cell has, each once, increasing."""
        found: set[int] = set()
        words = words_of(text)
        for word in words:
            known = self._known.get(word)
            found.update(self._of_word(word) if known is None else known)
        if self._pairs:
            found.update(self._places[pair] for pair in pairs_of(words) if pair in self._places)
        return tuple(sorted(found))

    def _of_word(self, word: str) -> tuple[int, ...]:
        parts = [word, *pieces_of(word)] if self._pieces else [word]
        found = tuple(self._places[part] for part in parts if part in self._places)
        if len(self._known) < _REMEMBERED:
            self._known[word] = found
        return found


@dataclass(frozen=True, eq=False)
class WordCells:
    """The words of each cell of a column: those of row r are ``places[starts[r]:starts[r + 1]]``.

    ``starts`` is int64 of shape (rows + 1,); ``places`` int32, positions in the column's words.
    """

    starts: NDArray[np.int64]
    places: NDArray[np.int32]

    @property
    def rows(self) -> int:
        """Number of cells."""
        return len(self.starts) - 1

    def between(self, start: int, stop: int) -> "WordCells":
        """Return the cells from start to stop; the places are a view."""
        starts = self.starts[start : stop + 1]
        return WordCells(starts - starts[0], self.places[starts[0] : starts[-1]])

    def take(self, rows: NDArray[np.int64]) -> "WordCells":
        """Return the cells of some rows, by their numbers."""
        counts = np.diff(self.starts)[rows]
        starts = np.concatenate([[0], np.cumsum(counts)])
        first = np.repeat(self.starts[rows] - starts[:-1], counts)
        return WordCells(starts, self.places[first + np.arange(starts[-1])])

    def plus(self, later: "WordCells") -> "WordCells":
        """Return these cells and those of later rows."""
        starts = np.concatenate([self.starts, self.starts[-1] + later.starts[1:]])
        return WordCells(starts, np.concatenate([self.places, later.places]))

    def only(self, places: NDArray[np.int64]) -> "WordCells":
        """The same cells with some of the words alone, by their positions, increasing."""
        last = int(max(places.max(initial=-1), self.places.max(initial=-1)))
        table = np.full(last + 1, -1, dtype=np.int32)
        table[places] = np.arange(len(places))
        new = table[self.places]
        kept = np.concatenate([[0], np.cumsum(new >= 0)])
        return WordCells(kept[self.starts], new[new >= 0])

    def sums(self, places: NDArray[np.int64], amounts: NDArray[Any]) -> NDArray[np.float64]:
        """Sum of the amounts of those of a row's words that have one, shape (rows,).

        Parameters
        ----------
        places, amounts
            Shape (n,): positions in the column's words, increasing, and the amount of each.
        """
        last = int(max(places.max(initial=-1), self.places.max(initial=-1)))
        table = np.zeros(last + 1)
        table[places] = amounts
        row = np.repeat(np.arange(self.rows), np.diff(self.starts))
        return np.asarray(np.bincount(row, table[self.places], self.rows), dtype=np.float64)


def read_words(text: pl.Series, missing: NDArray[np.bool_], words: Sequence[str]) -> WordCells:
    """Find a column's words in all cells.

    Parameters
    ----------
    text
        The cells as text; null where missing.
    missing
        Shape (rows,), whether a cell is missing.
    words
        The column's words.
    """
    finder = WordFinder(words)
    known: dict[str, tuple[int, ...]] = {}
    each = []
    for cell, gone in zip(text.to_list(), missing.tolist(), strict=True):
        if gone or cell is None:
            each.append(finder.absent)
            continue
        found = known.get(cell)
        if found is None:
            found = finder.places(cell)
            if len(known) < _REMEMBERED:
                known[cell] = found
        each.append(found)
    starts = np.zeros(len(each) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, each), np.int64, len(each)), out=starts[1:])
    places = np.fromiter((place for found in each for place in found), np.int32, int(starts[-1]))
    return WordCells(starts, places)


def frequent_words(counts: Mapping[str, int], missing: int) -> tuple[str, ...]:
    """Words, pairs and pieces that enough different cells have; the most frequent first.

    Of those that the same cells have one is kept, a word before a pair before a piece.

    Parameters
    ----------
    counts
        The rows of each different cell, in an order that does not depend on the machine.
    missing
        Rows whose cell is missing.
    """
    step = -(-len(counts) // LOOKED_AT) or 1
    cells, of_cell = list(counts)[::step], list(counts.values())[::step]
    looked_at = sum(of_cell) + missing
    split = [words_of(cell) for cell in cells]
    pieces = sum(map(len, split)) <= SHORT * len(split)
    in_rows: Counter[str] = Counter()
    in_cells: Counter[str] = Counter()
    marks: Counter[str] = Counter()
    marked = np.random.default_rng(0).integers(0, 1 << 62, len(cells)).tolist()
    for words, count, mark in zip(split, of_cell, marked, strict=True):
        parts = {*words, *pairs_of(words)}
        if pieces:
            parts.update(piece for word in words for piece in pieces_of(word))
        for word in parts:
            in_rows[word] += count
            in_cells[word] += 1
            marks[word] += mark
    found = [
        word
        for word, count in in_rows.items()
        if in_cells[word] >= LEAST_CELLS and count <= looked_at - LEAST_CELLS
    ]
    found.sort(key=lambda word: (-in_rows[word], BLANK in word, " " in word, word))
    taken: dict[int, str] = {}
    for word in found:
        taken.setdefault(marks[word], word)
    kept = list(taken.values())[: min(MOST_WORDS, sum(counts.values()) + missing)]
    return (*kept, ABSENT) if kept and missing >= LEAST_CELLS else tuple(kept)
