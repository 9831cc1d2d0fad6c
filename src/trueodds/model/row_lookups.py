"""One row's places in the tables of `trueodds.model.lookups`, with Python's floats: a few cells."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from trueodds.features.target_encoding import TargetEncoding
from trueodds.model.fixed import Grid
from trueodds.model.lookups import Lookups
from trueodds.model.places import Steps
from trueodds.model.scorer import Float, on_grid

REMEMBERED = 256
"""Number of values of a column whose places are cached."""

Found = tuple[list[float], list[float], list[float]]
"""Rows of sums, rows of weights, and how often these count."""
Feed = Callable[[Any], Found]


class RowLookups:
    """Gives the places of a row; they are those of `Lookups.look`, and the amounts too.

    An amount that differs by fold stands at the input of each fold: members of other folds have no
    weight there.
    """

    def __init__(self, lookups: Lookups, sources: Sequence[str]) -> None:
        feeds: dict[str, list[Feed]] = {source: [] for source in sources}
        for codes in lookups.codes:
            base = float(codes.base)
            rows = [[base + code] for code in range(codes.rows)]
            feeds[codes.source].append(_of_codes(rows))
        for steps in lookups.steps:
            feeds[steps.source].append(lru_cache(REMEMBERED)(_of_number(steps, lookups.grid)))
        for each in lookups.of_folds:
            feeds[each.source].append(_of_folds(each.inputs, lookups.grid))
        self._feeds = [_joined(feeds[source]) for source in sources]
        self.units, self.parts = lookups.units, lookups.row_parts
        unit_count = 1 + len(lookups.codes) + len(lookups.steps)
        self._no_units = [float(lookups.rows - 1)] * (self.units - unit_count)
        self._no_parts = [float(lookups.weights - 1)] * (self.parts - lookups.row_parts_used)
        self._no_amounts = [0.0] * len(self._no_parts)

    def look(self, values: Sequence[Any]) -> Float:
        """Rows of sums, rows of weights, and how often these count; flat."""
        units, at, amounts = [0.0], [], []
        for value, feed in zip(values, self._feeds, strict=True):
            more, places, times = feed(value)
            units += more
            at += places
            amounts += times
        units += self._no_units
        at += self._no_parts
        return np.array(units + at + amounts + self._no_amounts)


def _of_codes(rows: list[list[float]]) -> Feed:
    found: list[Found] = [(row, [], []) for row in rows]
    return found.__getitem__


def _of_number(steps: Steps, grid: Grid) -> Feed:
    edges = steps.edges.tolist()
    missing = float(steps.base + len(edges) + 1)
    places = [float(position) for position, _ in steps.smooth]

    def feed(value: float) -> Found:
        if value != value:
            held = [float(position) for position, _ in steps.pieces]
            return [missing], [*places, *held], [0.0] * (len(places) + len(held))
        at, amounts = [*places], []
        for _, block in steps.smooth:
            inputs = block.nonzero(value)
            amounts.append(inputs[0][1] if inputs else 0.0)
        for position, pieces in steps.pieces:
            own = min(max(bisect_right(pieces.x, value) - 1, 0), pieces.width - 1)
            at.append(float(position + own))
            amounts.append(pieces.input_at(value, own))
        whole = on_grid(np.array(amounts), grid).tolist()
        return [float(steps.base + bisect_right(edges, value))], at, whole

    return feed


def _of_folds(inputs: Sequence[tuple[int, TargetEncoding]], grid: Grid) -> Feed:
    at = [float(position) for position, _ in inputs]
    if inputs[0][1].text is not None:
        said = []
        for _, table in inputs:
            assert table.text is not None
            said.append(dict(zip(table.text.places, table.log_odds.tolist(), strict=True)))

        def of_words(words: Any) -> Found:
            sums = [sum(each.get(word, 0.0) for word in words) for each in said]
            return [], at, on_grid(np.array(sums, dtype=np.float64), grid).tolist()

        return of_words
    by_code = np.array([on_grid(t.log_odds.astype(np.float64), grid) for _, t in inputs]).T.tolist()
    return lambda code: ([], at, by_code[code])


def _joined(feeds: list[Feed]) -> Feed:
    if len(feeds) == 1:
        return feeds[0]

    def feed(value: Any) -> Found:
        units, at, amounts = [], [], []
        for one in feeds:
            more, places, times = one(value)
            units += more
            at += places
            amounts += times
        return units, at, amounts

    return feed
