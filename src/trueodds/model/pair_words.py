"""Pairs of columns in words, for the terminal and the page."""

from collections.abc import Sequence
from math import exp, isfinite

from trueodds.model.effect import PairEffect
from trueodds.model.explanation import factor_text
from trueodds.text import printable

LONGEST = 40
HEAD = ("pair", "size", "by chance up to", "most at", "odds")


def pairs_told(pairs: Sequence[PairEffect]) -> str:
    """One sentence: how many pairs act together beyond chance; empty if none was measured."""
    if not pairs:
        return ""
    count = sum(pair.beyond_chance for pair in pairs)
    of = "of 1 pair" if len(pairs) == 1 else f"of {len(pairs)} pairs"
    if not any(isfinite(pair.chance) for pair in pairs):
        return f"{of} of columns, none can be compared with chance: the model has one network"
    if not count:
        return f"{of} of columns, none acts together more than chance between networks allows"
    acts = "acts" if count == 1 else "act"
    return f"{of} of columns, {count} {acts} together more than chance between networks allows"


def pair_row(pair: PairEffect) -> tuple[str, str, str, str, str]:
    """Names, size, what chance allows, the place of the largest effect, and its odds.

    A pair that is within chance has no place.
    """
    names = " and ".join(printable(name, LONGEST) for name in (pair.first, pair.second))
    chance = f"{pair.chance:.3f}" if isfinite(pair.chance) else "unknown"
    place = pair.strongest if pair.beyond_chance else None
    if place is None:
        return names, f"{pair.size:.3f}", chance, "", ""
    cells = " and ".join(printable(cell, LONGEST) for cell in (place.first, place.second))
    odds = f"× {factor_text(exp(min(max(place.effect, -700.0), 700.0)))}"
    return names, f"{pair.size:.3f}", chance, cells, odds
