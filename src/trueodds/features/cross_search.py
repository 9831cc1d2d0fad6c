"""Which crosses pay, found among the rows shown to a fold's members alone.

First all columns make an additive forecast, each row's from the inner folds that do not hold it.
Then a number's values as codes, pairs of columns and triples are tried: one is kept where effects
of its levels (`trueodds.features.level_effects`) make the labels likelier than the forecast so far
does, by more than so many tries would by chance, and rows of other inner folds likelier too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log

import numpy as np
from numpy.typing import NDArray

from trueodds.features.cross import LARGEST_KEY, Cross, Part, keys_end, keys_of
from trueodds.features.cross_parts import Candidates, Offered
from trueodds.features.level_effects import (
    Float,
    Start,
    evidence,
    inner_effects,
    inner_main_effects,
    level_effects,
)

INNER_FOLDS = 5
MOST_COLUMNS = 40
"""Columns that are crossed, those of the largest evidence by themselves."""
MOST_CROSSES = 16
"""Crosses of a fold, at most …"""
ROWS_A_CROSS = 50
"""… and one for so many rows."""
LEAST_ROWS = 2
"""Rows of the table that a combination needs to be a level."""
PULL = 1.0
"""Ridge penalty of the additive forecast's weights."""
NEWTON_STEPS = 8


@dataclass(frozen=True, eq=False)
class Found:
    """One cross of one fold: each level's effect, and every row's input."""

    cross: Cross
    effects: NDArray[np.float32]
    """Shape (levels + 2,), the last two 0: those of rows that are no level, and of missing ones."""
    inputs: NDArray[np.float32]
    """Shape (rows,): rows shown have effects by the other inner folds."""


class CrossSearch:
    """Searches the folds of one table; a cross that several folds find is made once."""

    def __init__(self, candidates: Candidates) -> None:
        self._candidates = candidates
        self._crosses: dict[tuple[Part, ...], tuple[Cross, NDArray[np.int64]]] = {}

    def find(
        self,
        y: NDArray[np.float32],
        weight: NDArray[np.float32],
        shown: NDArray[np.int64],
        seed: Sequence[int],
    ) -> list[Found]:
        """Crosses that pay for one fold, from the rows shown to its members alone.

        Parameters
        ----------
        y, weight
            Shape (rows,): labels 0 or 1, sample weights.
        shown
            Numbers of the rows shown.
        """
        rng = np.random.default_rng([*seed, 4])
        inner = np.empty(len(shown), dtype=np.intp)
        inner[rng.permutation(len(shown))] = np.arange(len(shown)) % INNER_FOLDS
        labels, weights = y[shown].astype(np.float64), weight[shown].astype(np.float64)
        base = _base(labels, weights)
        start = Start(labels, weights, inner, INNER_FOLDS, np.full(len(shown), base))
        start, ranked = self._additive(start, base, shown)
        self._left = min(MOST_CROSSES, len(shown) // ROWS_A_CROSS)
        found: list[Found] = []
        codes = [(offered,) for offered in self._candidates.exact.values()]
        start = self._stage(codes, start, shown, found, greedy=False)
        exact = {f.cross.columns[0] for f in found}
        parts = [
            self._candidates.exact[name] if name in exact else offered
            for name, offered in self._candidates.coarse.items()
            if name in ranked
        ]
        before = len(found)
        start = self._stage(list(combinations(parts, 2)), start, shown, found)
        pairs = [{p.source for p in f.cross.parts} for f in found[before:]]
        triples = [
            three
            for three in combinations(parts, 3)
            if any(pair < {o.part.source for o in three} for pair in pairs)
        ]
        self._stage(triples, start, shown, found)
        return found

    def _additive(
        self, start: Start, base: float, shown: NDArray[np.int64]
    ) -> tuple[Start, list[str]]:
        """A forecast by all columns side by side, and their names, the most telling first."""
        slopes = start.slopes()
        told: list[tuple[float, str, float]] = []
        for name, offered in self._candidates.fine.items():
            gain, variance = evidence(offered.places[shown], offered.part.size, slopes)
            told.append((gain, name, variance))
        told.sort(key=lambda each: -each[0])
        told = told[:MOST_COLUMNS]
        columns = []
        for gain, name, variance in told:
            if gain > 0.0:
                offered = self._candidates.fine[name]
                codes = offered.places[shown].astype(np.intp)
                columns.append(inner_main_effects(codes, offered.part.size, start, base, variance))
        if columns:
            effects = np.stack(columns, axis=1)
            start = start.plus(_weighted(effects, start))
        return start, [name for _, name, _ in told]

    def _stage(
        self,
        tried: Sequence[tuple[Offered, ...]],
        start: Start,
        shown: NDArray[np.int64],
        found: list[Found],
        greedy: bool = True,
    ) -> Start:
        """Add to ``found`` what pays of these, and to the forecast what they tell.

        ``greedy``: beyond those before it; otherwise each beside the others.
        """
        if not tried or self._left < 1:
            return start
        slopes = start.slopes()
        at = {id(o): o.places[shown].astype(np.int64) for each in tried for o in each}
        enough = log(len(tried) + 1.0)
        likely = []
        for number, offered in enumerate(tried):
            parts = [o.part for o in offered]
            if (size := keys_end(parts)) > LARGEST_KEY:
                continue
            key = keys_of([at[id(o)] for o in offered], parts)
            if size > max(1024, len(shown)):
                distinct, key = np.unique(key, return_inverse=True)
                key, size = key.reshape(-1), len(distinct)
            gain, variance = evidence(key, size, slopes)
            if gain > enough:
                likely.append((gain, number, variance))
        likely.sort(key=lambda each: (-each[0], each[1]))
        columns = []
        for _, number, variance in likely[: 2 * self._left]:
            if self._left < 1:
                break
            cross, codes = self._cross(tried[number])
            levels = len(cross.keys)
            if not levels:
                continue
            # Rows that are no level share one more, whose effect stays 0.
            own = np.where(codes < 0, levels, codes)[shown]
            effects = inner_effects(own, levels + 1, start, variance)
            effects[own == levels] = 0.0
            further = start.plus(effects)
            if further.loss() + 1.0 > start.loss():
                continue
            table = np.zeros(levels + 2)
            table[:levels] = level_effects(
                own, levels + 1, start.log_odds, start.y, start.weight, variance
            )[:levels]
            inputs = table[codes]
            inputs[shown] = effects
            found.append(Found(cross, table.astype(np.float32), inputs.astype(np.float32)))
            self._left -= 1
            if greedy:
                start = further
            else:
                columns.append(effects)
        return start.plus(_weighted(np.stack(columns, axis=1), start)) if columns else start

    def _cross(self, offered: tuple[Offered, ...]) -> tuple[Cross, NDArray[np.int64]]:
        """The cross of these parts and every row's code in it."""
        parts = tuple(o.part for o in offered)
        if parts not in self._crosses:
            key = keys_of([o.places.astype(np.int64) for o in offered], parts)
            distinct, inverse, counts = np.unique(key, return_inverse=True, return_counts=True)
            recurring = counts >= LEAST_ROWS
            position = np.where(recurring, np.cumsum(recurring) - 1, -2)
            self._crosses[parts] = (
                Cross(parts, distinct[recurring].astype(np.int64)),
                position[inverse.reshape(-1)],
            )
        return self._crosses[parts]


def _base(y: Float, weight: Float) -> float:
    yes, all_rows = float(np.sum(weight * y)), float(np.sum(weight))
    return log((yes + 0.5) / (all_rows - yes + 0.5))


def _weighted(effects: Float, start: Start) -> Float:
    """The columns' effects, each times what it is worth beside the others; shape (rows,).

    A logistic regression with a ridge penalty, by Newton's steps.
    """
    X = np.concatenate([np.ones((len(effects), 1)), effects], axis=1)
    weights = np.zeros(X.shape[1])
    penalty = np.full(X.shape[1], PULL)
    penalty[0] = 0.0
    for _ in range(NEWTON_STEPS):
        residual, information = start.plus(X @ weights).slopes()
        gradient = X.T @ residual - penalty * weights
        bend = (X * information[:, None]).T @ X + np.diag(penalty + 1e-9)
        step = np.linalg.solve(bend, gradient)
        weights += np.clip(step, -3.0, 3.0)
        if np.abs(step).max() < 1e-4:
            break
    return np.asarray(X @ weights)
