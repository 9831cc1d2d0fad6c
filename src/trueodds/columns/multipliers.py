"""Words behind a number that multiply it: 5K, $1.2M, 3 million."""

import re

MULTIPLIED = "×"
"""Ends the unit of a column whose numbers have such words."""
_POWERS = {
    **dict.fromkeys(("k", "thousand", "thousands", "tsd"), 3),
    **dict.fromkeys(("lakh", "lakhs", "lac", "lacs"), 5),
    **dict.fromkeys(("m", "mn", "mm", "mio", "mln", "million", "millions"), 6),
    **dict.fromkeys(("cr", "crore", "crores"), 7),
    **dict.fromkeys(("b", "bn", "mrd", "billion", "billions"), 9),
    **dict.fromkeys(("trillion", "trillions"), 12),
}
"""Powers of ten; case does not count."""
ALONE = frozenset(("m", "M", "b", "B", "mm", "cr", "Cr", "CR", "mn"))
"""They are units or parts of codes (5 m, 34B) unless another word, or the cells, tell more."""
_SHAPE = re.compile(r"([A-Za-z]+)\.? ?(.*)", re.ASCII | re.DOTALL)


def multiplier(suffix: str) -> tuple[int, str, str] | None:
    """Power of ten, the word and what stands behind it; None for a suffix without such a word.

    >>> multiplier("Mio. €"), multiplier("kg")
    ((6, 'Mio', '€'), None)
    """
    found = _SHAPE.fullmatch(suffix)
    if found is None or found[1].lower() not in _POWERS:
        return None
    return _POWERS[found[1].lower()], found[1], found[2]
