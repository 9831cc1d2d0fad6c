"""The effect of one column on some rows: places, changes of the forecast, and their sums.

A number or a date is moved between the two quantiles around the row's own cell, a level to its
neighbours in the order of similarity (`trueodds.evaluation.level_order`); all other cells of the
row stay (Apley & Zhu 2020). Inputs that depend on several columns, such as differences of dates,
move along. Cells that have no neighbours, which are missing cells and levels of few rows, are
compared with the same rows when a known cell of another row is put there; the known cell's own
effect is subtracted.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.schema import Column
from trueodds.columns.values import MISSING, Values
from trueodds.evaluation.accumulated import (
    LEAST_ROWS,
    Replicates,
    accumulated,
    between,
    edges,
    intervals,
    rows_at,
)
from trueodds.evaluation.level_order import similar_order
from trueodds.model.effect import ColumnEffect, EffectPoint

Float = NDArray[np.float64]
Whole = NDArray[np.int64]
Forecast = Callable[[Values], Float]
"""Log-odds of rows, shape (1 + members, rows): by the model, then by each of its members."""

LEVELS = 20
"""Levels with a place of their own, at most: those of the most rows."""
OTHERS = 64
"""Other columns by which levels are ordered, at most."""
ORDER_ROWS = 100
"""Rows of each level by which they are ordered, at most."""
LEAST_MOVED = 4
"""Rows of an interval whose cells are moved, at least, where it has them."""


def put(rows: Values, name: str, donors: Whole, theirs: Values) -> Values:
    """The rows with the cells of one column from other rows, by their numbers, shape (rows,)."""
    if name in rows.numbers:
        return replace(rows, numbers={**rows.numbers, name: theirs.numbers[name][donors]})
    words = rows.words
    if name in words:
        words = {**words, name: theirs.words[name].take(donors)}
    return replace(rows, codes={**rows.codes, name: theirs.codes[name][donors]}, words=words)


class Measure:
    """Measures one column on some rows, of which about ``most`` are moved."""

    def __init__(
        self,
        forecast: Forecast,
        replicates: Replicates,
        rows: Values,
        most: int,
        rng: np.random.Generator,
    ) -> None:
        self.forecast, self.replicates, self.rows, self.rng = forecast, replicates, rows, rng
        self.most = most

    def _first(self, part: Whole, each: int) -> Whole:
        """Positions of up to so many random rows of each part, increasing; parts are from 0 on."""
        order = self.rng.permutation(len(part))
        order = order[np.argsort(part[order], kind="stable")]
        starts = np.searchsorted(part[order], part[order])
        return np.sort(order[np.arange(len(order)) - starts < each])

    def _each(self, count: int) -> int:
        return max(LEAST_MOVED, self.most // count)

    def effect(self, column: Column) -> ColumnEffect:
        """Measure a column of numbers, dates or levels."""
        if column.name in self.rows.numbers:
            return self._of_number(column)
        return self._of_levels(column)

    def _of_number(self, column: Column) -> ColumnEffect:
        cells = self.rows.numbers[column.name]
        places = edges(cells)
        kind = cast(Literal["number", "date"], column.kind)
        if not len(places):
            return ColumnEffect(column.name, kind, (), None, None, 0.0)
        known = np.flatnonzero(~np.isnan(cells))
        own = cells[known]
        interval = intervals(own, places)
        moved = self._first(interval, self._each(len(places) - 1))
        some, interval = self.rows.take(known[moved]), interval[moved]
        upper, lower = (
            self.forecast(replace(some, numbers={**some.numbers, column.name: places[at]}))
            for at in (interval + 1, interval)
        )
        effects = accumulated(upper - lower, interval, len(places) - 1)
        of_rows = between(own, places, effects)
        centre = of_rows.mean(axis=1, keepdims=True)
        effects, of_rows = effects - centre, of_rows - centre
        texts = [number_text(at, column.kind) for at in places.tolist()]
        points = self._points(texts, places.tolist(), effects, rows_at(own, places))
        missing = self._apart(
            "missing", column.name, np.flatnonzero(np.isnan(cells)), known, of_rows
        )
        return ColumnEffect(
            column.name, kind, points, missing, None, self._size(of_rows[0], missing)
        )

    def _of_levels(self, column: Column) -> ColumnEffect:
        codes = self.rows.codes[column.name]
        kind = cast(Literal["category", "yesno"], column.kind)
        counts = np.bincount(codes[codes >= 0], minlength=len(column.levels))
        levels = np.argsort(-counts, kind="stable")[:LEVELS]
        levels = levels[counts[levels] >= LEAST_ROWS]
        if len(levels) == 2:
            levels = np.sort(levels)
        if len(levels) < 2:
            return ColumnEffect(column.name, kind, (), None, None, 0.0)
        level_of = np.full(len(column.levels) + 2, -1)
        level_of[levels] = np.arange(len(levels))
        level = level_of[codes]
        known = np.flatnonzero(level >= 0)
        order = self._order(column.name, level[known], len(levels), known)
        levels = levels[order]
        place = np.argsort(order)[level[known]]
        effects = self._accumulated_levels(column.name, known, place, len(levels))
        of_rows = effects[:, place]
        centre = of_rows.mean(axis=1, keepdims=True)
        effects, of_rows = effects - centre, of_rows - centre
        names = [column.levels[code] for code in levels.tolist()]
        points = self._points(names, [None] * len(names), effects, np.bincount(place))
        gone = np.flatnonzero(codes == MISSING)
        rest = np.flatnonzero((level < 0) & (codes != MISSING))
        missing = self._apart("missing", column.name, gone, known, of_rows)
        other = self._apart("other levels", column.name, rest, known, of_rows)
        return ColumnEffect(
            column.name, kind, points, missing, other, self._size(of_rows[0], missing, other)
        )

    def _order(self, name: str, level: Whole, count: int, known: Whole) -> Whole:
        if count == 2:
            return np.arange(2)
        first = self._first(level, ORDER_ROWS)
        level, known = level[first], known[first]
        numbers = [c[known] for other, c in self.rows.numbers.items() if other != name]
        codes = [c[known] for other, c in self.rows.codes.items() if other != name]
        return similar_order(level, count, numbers[:OTHERS], codes[:OTHERS])

    def _accumulated_levels(self, name: str, known: Whole, place: Whole, count: int) -> Float:
        """Effects of the levels in their order, not yet centred, (1 + members, levels)."""
        donor = known[[int(np.argmax(place == number)) for number in range(count)]]
        first = self._first(place, self._each(count))
        some, place = self.rows.take(known[first]), place[first]
        own = self.forecast(some)
        changes, of_interval = [], []
        for rows, step in ((place < count - 1, 1), (place > 0, -1)):
            at = np.flatnonzero(rows)
            moved = self.forecast(put(some.take(at), name, donor[place[at] + step], self.rows))
            changes.append(step * (moved - own[:, at]))
            of_interval.append(np.minimum(place[at], place[at] + step))
        every = np.concatenate(changes, axis=1)
        return accumulated(every, np.concatenate(of_interval), count - 1)

    def _apart(
        self, text: str, name: str, rows: Whole, known: Whole, of_rows: Float
    ) -> EffectPoint | None:
        """The effect of cells without neighbours: those of ``rows``; None if there are none."""
        if not len(rows):
            return None
        count = len(rows)
        rows = np.sort(self.rng.permutation(rows)[: max(LEAST_MOVED, self.most // 4)])
        drawn = self.rng.integers(0, len(known), len(rows))
        some = self.rows.take(rows)
        changes = self.forecast(some) - self.forecast(put(some, name, known[drawn], self.rows))
        effects = (changes + of_rows[:, drawn]).mean(axis=1, keepdims=True)
        (point,) = self._points([text], [None], effects, np.array([count]))
        return point

    def _points(
        self, texts: Sequence[str], at: Sequence[float | None], effects: Float, rows: Whole
    ) -> tuple[EffectPoint, ...]:
        half = self.replicates.half(effects[1:])
        return tuple(
            EffectPoint(text, place, effect, effect - wide, effect + wide, count)
            for text, place, effect, wide, count in zip(
                texts, at, effects[0].tolist(), half.tolist(), rows.tolist(), strict=True
            )
        )

    def _size(self, of_rows: Float, *apart: EffectPoint | None) -> float:
        every = [of_rows, *(np.full(p.rows, p.effect) for p in apart if p is not None)]
        return float(np.concatenate(every).std())


def number_text(at: float, kind: str) -> str:
    """A number, or a date in UTC, as the name of its place."""
    if kind != "date":
        return f"{at:.6g}"
    if not abs(at) < 2.0**55:
        return f"{at:.6g} s"
    text = str(np.datetime_as_string(np.int64(round(at)).astype("datetime64[s]")))
    return text.removesuffix("T00:00:00").replace("T", " ")
