"""Words of a text that alone separate yes from no."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.leak import Leak
from trueodds.columns.leak_alone import FEWEST_TO_LOOK, LEAK_AUC, LOOK_AUC
from trueodds.columns.words import WordCells
from trueodds.text import printable

_LONGEST = 40
"""Most characters of a word in a message."""


def leak_in_words(
    name: str, words: Sequence[str], cells: WordCells, y: NDArray[np.float64]
) -> Leak | None:
    """Return the finding about the word that separates yes from no best; None if none does.

    With at least 20 rows of each class, chance gives no word of thousands an AUC of 0.95.

    Parameters
    ----------
    name, words
        The column, and the words that ``cells`` counts.
    cells
        The words of each row, rows as in ``y``.
    y
        Labels 0 and 1, shape (rows,).
    """
    positives = float(y.sum())
    others = len(y) - positives
    if not words or min(positives, others) < FEWEST_TO_LOOK:
        return None
    row = np.repeat(np.arange(len(y)), np.diff(cells.starts))
    pairs = np.unique(row * len(words) + cells.places)  # a word counts once in a row
    row, place = np.divmod(pairs, len(words))
    count = np.bincount(place, minlength=len(words))
    yes = np.bincount(place, y[row], minlength=len(words))
    of_yes, of_no = yes / positives, (count - yes) / others
    best = int(np.abs(of_yes - of_no).argmax())
    a, b = float(of_yes[best]), float(of_no[best])
    area = 0.5 + abs(a - b) / 2.0
    if area < LOOK_AUC:
        return None
    evidence = (
        f'the word "{printable(words[best], _LONGEST)}" is in {a:.1%} of the rows where the answer '
        f"is yes and in {b:.1%} of others"
    )
    return Leak((name,), "leak" if area >= LEAK_AUC else "look", "alone", area, evidence)
