"""Words of a column of text as an input: the sum of what each word of the cell says.

A single word is an input of 1 where a cell has it; all words of a column together have log-odds
each. What a word says is a whole number of `UNIT`, so that a row's sum is exact in any order and
any reader of the model file has the same bits.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.values import Values
from trueodds.columns.words import spoken

UNIT = 2.0**-12
"""Log-odds of words are whole multiples of this many nats …"""
LARGEST = 8.0
"""… from −8 to 8."""

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Text:
    """The words of one column that make an input: increasing positions in the column's words."""

    column: str
    places: tuple[int, ...]

    def sums(self, values: Values, log_odds: NDArray[np.float32]) -> Float:
        """Sum of the log-odds of each row's words, shape (rows,), exact.

        ``log_odds`` has shape (places,) and comes from `in_units`.
        """
        return values.words[self.column].sums(np.array(self.places), log_odds)


def text_names(
    texts: Iterable[Text], words: Mapping[str, Sequence[str]], taken: Iterable[str]
) -> dict[str, Text]:
    """Texts by names other than all that are taken; ``words`` are those of the columns."""
    found: dict[str, Text] = {}
    others = set(taken)
    for text in texts:
        name = f"words of {text.column}"
        if len(text.places) == 1:
            name = f"{spoken(words[text.column][text.places[0]])} in {text.column}"
        while name in others:
            name += "'"
        others.add(name)
        found[name] = text
    return found


def in_units(log_odds: Float) -> NDArray[np.float32]:
    """Round log-odds of any shape to whole multiples of `UNIT`, within ±`LARGEST`."""
    whole = np.rint(np.clip(log_odds, -LARGEST, LARGEST) / UNIT)
    return np.asarray(whole * UNIT, dtype=np.float32)
