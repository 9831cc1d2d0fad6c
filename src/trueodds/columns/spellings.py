"""Levels of one column that are one word in several spellings."""

import unicodedata
from collections import Counter
from collections.abc import Mapping

from trueodds.columns.labels import bare

TRUTH = {
    **dict.fromkeys(("true", "t", "yes", "y", "1", "1.0", "on"), True),
    **dict.fromkeys(("false", "f", "no", "n", "0", "0.0", "off"), False),
}
"""Words of yes and no; case and quotes do not count."""


def truth_levels(counts: Mapping[str, int]) -> dict[str, int]:
    """The two levels of a column that spells yes and no in several ways; empty for any other.

    Each is the most frequent of its spellings, with the rows of all; ``counts`` has the most
    frequent first.
    """
    meant = {word: TRUTH.get(bare(word)) for word in counts}
    if set(meant.values()) != {True, False}:
        return {}
    first: dict[bool | None, str] = {}
    rows: Counter[str] = Counter()
    for word, count in counts.items():
        rows[first.setdefault(meant[word], word)] += count
    return dict(rows)


def same_truth(one: str, other: str) -> bool:
    """Whether two spellings of yes and no mean the same."""
    return TRUTH.get(bare(one)) == TRUTH.get(bare(other))


def variants(counts: Mapping[str, int]) -> str:
    """A sentence where levels differ in case, blanks or Unicode form only; else empty."""
    first: dict[str, str] = {}
    pairs = []
    for word in counts:
        known = first.setdefault(_folded(word), word)
        if known != word:
            pairs.append((known, word))
    if not pairs:
        return ""
    more = f" ({len(pairs):,} such pairs)" if len(pairs) > 1 else ""
    one, other = pairs[0]
    if one.casefold() == other.casefold():
        how = "case"
    elif unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other):
        how = "Unicode form"
    else:
        how = "case, blanks or Unicode form"
    return f'"{one}" and "{other}" differ in {how} only and are two levels{more}'


def _folded(word: str) -> str:
    if word.isascii():
        return " ".join(word.lower().split())
    word = "".join(c for c in word if unicodedata.category(c) != "Cf")  # such as U+200B
    return " ".join(unicodedata.normalize("NFKC", word).casefold().split())
