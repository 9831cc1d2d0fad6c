"""Which crosses pay, and which columns do not, found among the rows shown to a fold's members.

First all columns make an additive forecast, each row's from the inner folds that do not hold it,
and texts that tell something add to it (`trueodds.features.text_search`). Then a number's values as
codes, pairs of columns and triples are tried: one is kept where effects of its levels
(`trueodds.features.level_effects`) make the labels likelier than the forecast so far does, by more
than so many tries would by chance, and rows of other inner folds likelier too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.schema import Schema
from trueodds.columns.values import Values
from trueodds.features.additive import base_log_odds, weighted
from trueodds.features.cross import LARGEST_KEY, Cross, Part, keys_end, keys_of, positions
from trueodds.features.cross_parts import Offered, cross_candidates
from trueodds.features.level_effects import (
    VARIANCES,
    Float,
    Start,
    chances,
    evidence,
    evidences,
    inner_effects,
    inner_main_effects,
    level_effects,
    trend_evidences,
)
from trueodds.features.text_search import FoundText, find_texts, word_matrices

INNER_FOLDS = 5
MOST_COLUMNS = 40
"""Columns that are crossed, those of the largest evidence by themselves."""
MOST_CROSSES = 16
"""Crosses of a fold, at most …"""
ROWS_A_CROSS = 50
"""… and one for so many rows."""
LEAST_ROWS = 2
"""Rows of the table that a combination needs to be a level."""
TRIED = 2
"""Times as many are tried on the inner folds as may be kept."""
LEAST_GAIN = 1.0
"""Log-loss of the rows shown, nats in all, that a cross has to save on the inner folds."""
LEAST_CHANCE = 0.1
"""A column that tells something with a lower probability is mute."""
SEARCHED_ROWS = 100_000
"""Rows of the table that are looked at, about; of more, evenly spread ones."""

Combination = tuple[Offered, ...]


@dataclass(frozen=True, eq=False)
class Found:
    """One cross of one fold: each level's effect, and what rows shown have instead.

    ``effects``, float32 of shape (levels + 2,), end with those of rows that are no level and of
    missing ones, both 0. ``inner``, float32, are the effects of ``rows`` by other inner folds.
    """

    cross: Cross
    effects: NDArray[np.float32]
    rows: NDArray[np.int64]
    inner: NDArray[np.float32]

    def inputs(self, values: Values) -> NDArray[np.float32]:
        """Every row's input, shape (rows,)."""
        out = self.effects[self.cross.codes(values)]
        out[self.rows] = self.inner
        return out


@dataclass(frozen=True)
class FoldSearched:
    """What the rows shown to a fold's members say of the columns."""

    crosses: list[Found]
    texts: list[FoundText]
    mute: frozenset[str]
    """Columns that hardly tell anything by themselves and by their words, and are in no cross."""


class CrossSearch:
    """Searches the folds of one table; a cross that several folds find is made once."""

    def __init__(self, values: Values, schema: Schema) -> None:
        self.rows = np.arange(0, values.rows, max(1, -(-values.rows // SEARCHED_ROWS)))
        """Rows that are looked at."""
        looked_at = values if len(self.rows) == values.rows else values.take(self.rows)
        self.candidates = cross_candidates(looked_at, schema)
        self.words = word_matrices(looked_at, schema)
        self._crosses: dict[tuple[Part, ...], tuple[Cross, NDArray[np.int64]]] = {}

    def find(
        self,
        y: NDArray[np.float32],
        weight: NDArray[np.float32],
        shown: NDArray[np.int64],
        seed: Sequence[int],
    ) -> FoldSearched:
        """Crosses that pay for one fold, and columns that do not, from the rows shown to it alone.

        Parameters
        ----------
        y, weight
            Shape (rows,): labels 0 or 1, sample weights.
        shown
            Numbers of the rows shown.
        """
        is_shown = np.zeros(len(y), dtype=np.bool_)
        is_shown[shown] = True
        at = np.flatnonzero(is_shown[self.rows])
        labels = y[self.rows[at]].astype(np.float64)
        weights = weight[self.rows[at]].astype(np.float64)
        rng = np.random.default_rng([*seed, 4])
        inner = np.empty(len(at), dtype=np.intp)
        inner[rng.permutation(len(at))] = np.arange(len(at)) % INNER_FOLDS
        base = base_log_odds(labels, weights)
        start = Start(labels, weights, inner, INNER_FOLDS, np.full(len(at), base))
        return _FoldSearch(self, at, start).searched(base)

    def cross(self, offered: Combination) -> tuple[Cross, NDArray[np.int64]]:
        """The cross of these parts and the code in it of every row that is looked at."""
        parts = tuple(each.part for each in offered)
        if parts not in self._crosses:
            key = keys_of([each.places.astype(np.int64) for each in offered], parts)
            distinct, counts = np.unique(key, return_counts=True)
            made = Cross(parts, distinct[counts >= LEAST_ROWS])
            self._crosses[parts] = made, positions(made.keys, key)
        return self._crosses[parts]


class _FoldSearch:
    """The search of one fold: what is found so far, and the forecast that holds it.

    ``at`` are the rows shown among those that are looked at.
    """

    def __init__(self, table: CrossSearch, at: NDArray[np.int64], start: Start) -> None:
        self._table, self._at, self._start = table, at, start
        self._rows = table.rows[at]
        self._most = min(MOST_CROSSES, len(at) // ROWS_A_CROSS)
        self._found: list[Found] = []

    def searched(self, base: float) -> FoldSearched:
        """All that pay; the forecast is ``base`` for every row as yet."""
        candidates = self._table.candidates
        likely = self._additive(base)
        shortlist = list(likely)[:MOST_COLUMNS]
        texts, self._start = find_texts(self._table.words, self._at, self._rows, self._start)
        self._codes([(offered,) for offered in candidates.exact.values()])
        codes = {each.cross.columns[0] for each in self._found}
        parts = [
            candidates.exact[name] if name in codes else offered
            for name, offered in candidates.coarse.items()
            if name in shortlist
        ]
        self._stage(list(combinations(parts, 2)))
        pairs = [set(each.cross.columns) for each in self._found if len(each.cross.parts) == 2]
        triples = combinations(parts, 3) if pairs else ()
        self._stage(
            [
                three
                for three in triples
                if any(pair.issubset(each.part.source for each in three) for pair in pairs)
            ]
        )
        crossed = {name for each in self._found for name in each.cross.columns}
        crossed |= {each.text.column for each in texts}
        telling = {name for name, chance in likely.items() if chance >= LEAST_CHANCE} | crossed
        mute = frozenset(likely) - telling if telling else frozenset()
        return FoldSearched(self._found, texts, mute)

    def _additive(self, base: float) -> dict[str, float]:
        """Forecast by the most telling columns side by side.

        Returns how likely each column tells something, the most telling first.
        """
        slopes, fine = self._start.slopes(), self._table.candidates.fine
        found = {
            name: evidences(offered.places[self._at], offered.part.size, slopes)
            for name, offered in fine.items()
        }
        # A smooth effect in few rows shows in one slope, and hardly in effects of many bins.
        told = {
            name: np.concatenate([each, trend_evidences(fine[name].places[self._at], slopes)])
            if fine[name].part.cuts
            else np.concatenate([each, each])
            for name, each in found.items()
        }
        ranked = sorted(found, key=lambda name: -found[name].max())
        self._add_beside(
            [
                inner_main_effects(
                    fine[name].places[self._at],
                    fine[name].part.size,
                    self._start,
                    base,
                    float(VARIANCES[np.argmax(found[name])]),
                )
                for name in ranked[:MOST_COLUMNS]
                if found[name].max() > 0.0
            ]
        )
        if not ranked:
            return {}
        likely = chances(np.stack([told[name] for name in ranked]))
        return dict(zip(ranked, likely.tolist(), strict=True))

    def _add_beside(self, effects: list[Float]) -> None:
        """Add effects to the forecast, each for what it is worth beside the others."""
        if effects:
            self._start = self._start.plus(weighted(np.stack(effects, axis=1), self._start))

    def _codes(self, tried: Sequence[Combination]) -> None:
        """Numbers read as codes: as other columns, each is tried beside the others."""
        effects = []
        for number in self._likely(tried):
            made = self._tried(tried[number], log(len(tried) + 1.0))
            if made is not None:
                self._found.append(made)
                effects.append(made.inner.astype(np.float64))
        self._add_beside(effects)

    def _stage(self, tried: Sequence[Combination]) -> None:
        """Combinations of columns: each is tried on a forecast that holds those found before."""
        for number in self._likely(tried):
            made = self._tried(tried[number], log(len(tried) + 1.0))
            if made is not None:
                self._found.append(made)
                self._start = self._start.plus(made.inner.astype(np.float64))

    def _likely(self, tried: Sequence[Combination]) -> Iterator[int]:
        """Numbers of those with enough evidence, the most first, while there is room."""
        if not tried or len(self._found) >= self._most:
            return
        slopes, enough = self._start.slopes(), log(len(tried) + 1.0)
        at = {id(each): each.places[self._at].astype(np.int64) for one in tried for each in one}
        likely = []
        for number, offered in enumerate(tried):
            parts = [each.part for each in offered]
            if (size := keys_end(parts)) > LARGEST_KEY:
                continue
            key = keys_of([at[id(each)] for each in offered], parts)
            if size > max(1024, len(key)):
                distinct, key = np.unique(key, return_inverse=True)
                key, size = key.reshape(-1), len(distinct)
            gain, _ = evidence(key, size, slopes)
            if gain > enough:
                likely.append((-gain, number))
        for _, number in sorted(likely)[: TRIED * self._most]:
            if len(self._found) < self._most:
                yield number

    def _tried(self, offered: Combination, enough: float) -> Found | None:
        """The cross of these parts, or None where it does not pay beyond the forecast as it is."""
        start = self._start
        cross, codes = self._table.cross(offered)
        levels = len(cross.keys)
        if not levels:
            return None
        # Rows that are no level share one more, whose effect stays 0.
        own = np.where(codes < 0, levels, codes)[self._at]
        gain, variance = evidence(own, levels + 1, start.slopes())
        if gain <= enough:
            return None
        effects = inner_effects(own, levels + 1, start, variance)
        effects[own == levels] = 0.0
        if start.plus(effects).loss() > start.loss() - LEAST_GAIN:
            return None
        table = np.zeros(levels + 2)
        table[:levels] = level_effects(
            own, levels + 1, start.log_odds, start.y, start.weight, variance
        )[:levels]
        return Found(cross, table.astype(np.float32), self._rows, effects.astype(np.float32))
