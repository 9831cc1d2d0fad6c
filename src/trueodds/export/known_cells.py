"""The spellings of a category's cells that a table of texts can hold."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from trueodds.columns.schema import Column
from trueodds.columns.spellings import TRUTH
from trueodds.columns.values import UNSEEN, exact_number, read_codes
from trueodds.table.cells import MISSING_MARKERS, number_text

MOST_DIGITS = 15
"""Whole numbers of more digits have one spelling."""


def known_cells(column: Column) -> dict[str, int]:
    """Codes of the texts that trueodds reads as a level or as missing, without outer blanks.

    The code of every text is what `trueodds.columns.values.read_codes` says. A text that is not
    there is a level that training did not have, but for rare spellings of numbers (``1e0`` for
    level ``1``) and of yes and no.
    """
    texts = list(dict.fromkeys([*column.levels, *MISSING_MARKERS, *_others(column)]))
    codes = read_codes(pl.Series(texts, dtype=pl.String), column)
    read = zip(texts, codes.tolist(), strict=True)
    return {text: int(code) for text, code in read if code != UNSEEN}


def _others(column: Column) -> Iterator[str]:
    """Other spellings of the levels: of numbers with and without a point, of words in any case."""
    for level in column.levels:
        number = exact_number(level)
        if number is not None and np.isfinite(number):
            yield number_text(float(number))
            if isinstance(number, int) and len(level) <= MOST_DIGITS:
                yield from (f"{number}", f"{number}.0")
        if column.kind == "yesno":
            yield from _cases(level)
    if column.kind == "yesno":
        for word in TRUTH:
            yield from _cases(word)


def _cases(word: str) -> tuple[str, ...]:
    return word.lower(), word.upper(), word.capitalize()
