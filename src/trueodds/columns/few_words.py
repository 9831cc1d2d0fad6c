"""How many cells of a column may be no numbers (or dates), and what is said of the others."""

import polars as pl

from trueodds.text import printable

ODD_SHARE = 0.01
"""A column of text is numbers (or dates) with at most this share of cells that are neither …"""
ODD_NEEDS = 100
"""… and at least this many numbers (or dates); with fewer, every cell must be one."""
FEW_WORDS = 3
"""So many words without a digit, such as "not measured", may stand in more cells …"""
FEW_WORDS_SHARE = 0.2
"""… up to this share, beside `ODD_NEEDS` numbers (or dates) …"""
FEW_WORDS_DISTINCT = 20
"""… of which at least so many are different."""
NEARLY = 0.8
"""From this share of numbers (or dates) on, a column that is none is spoken of."""


def accepted(values: pl.Series, odd: pl.Series) -> bool:
    """Whether a column is one of numbers (or dates).

    Parameters
    ----------
    values
        The column as read, null where missing or odd.
    odd
        The cells of text that are neither read nor missing.
    """
    read, count = len(values) - values.null_count(), len(odd)
    if not read or not count:
        return bool(read)
    if read < ODD_NEEDS:
        return False
    if count <= ODD_SHARE * (read + count):
        return True
    return (
        count <= FEW_WORDS_SHARE * (read + count)
        and odd.n_unique() <= FEW_WORDS
        and not odd.str.contains(r"\d").any()
        and values.drop_nulls().n_unique() >= FEW_WORDS_DISTINCT
    )


def almost(kind: str, read: int, odd: pl.Series) -> str:
    """A sentence where most cells are ``kind`` and the ``odd`` ones keep the column from it."""
    count = len(odd)
    if not count or read < 3 or read < NEARLY * (read + count):
        return ""
    words = (
        odd.alias("word").value_counts(sort=True).sort(["count", "word"], descending=[True, False])
    )
    word = printable(words["word"][0], 30)
    cells, keep = ("cell", "keeps") if count == 1 else ("cells", "keep")
    return f'{count:,} {cells} such as "{word}" {keep} this from being {kind}'
