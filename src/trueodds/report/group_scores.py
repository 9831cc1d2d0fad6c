"""Scores by group of the columns with few levels, for the page."""

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.schema import Schema
from trueodds.columns.values import Values
from trueodds.evaluation.costs import Costs
from trueodds.evaluation.slices import Slices, slice_scores
from trueodds.model.few_levels import few_level_groupings

MOST_ROWS = 20_000
"""Rows that are grouped, at most: a group of a hundredth of them still has 200."""


def group_scores(
    values: Values,
    schema: Schema,
    y: NDArray[np.uint8],
    log_odds: NDArray[np.float64],
    weight: NDArray[np.float64] | None,
    clusters: NDArray[np.int64] | None,
    costs: Costs | None,
    seed: int,
) -> Slices:
    """Score the groups of the columns with few levels on the rows that have a forecast.

    Parameters
    ----------
    values
        The model's columns of the rows.
    schema
        The model's columns.
    y, log_odds, weight
        Shape (rows,): 1 for yes; calibrated log-odds, NaN where a row has none; sample weights ≥ 0.
    clusters
        Shape (rows with a forecast,): rows of one number belong together; None where none do.
    costs
        What decisions cost; None gives the groups no costs.
    seed
        Of the rows that are drawn of many, and of the halves for the worst combination.
    """
    known = np.flatnonzero(np.isfinite(log_odds))
    drawn = np.arange(len(known))
    notes: tuple[str, ...] = ()
    if len(known) > MOST_ROWS:
        rng = np.random.default_rng([seed, 13])
        drawn = np.sort(rng.permutation(len(known))[:MOST_ROWS])
        notes = (f"the groups are of {MOST_ROWS:,} rows, drawn of {len(known):,}",)
    rows = known[drawn]
    kept = np.ones(len(rows), np.bool_) if weight is None else weight[rows] > 0.0
    rows, drawn = rows[kept], drawn[kept]
    groupings, more = few_level_groupings(values.take(rows), schema)
    every = np.zeros(len(y), np.bool_)
    every[rows] = True
    return slice_scores(
        y[rows],
        log_odds[rows],
        groupings,
        None if weight is None else weight[rows],
        clusters=None if clusters is None else clusters[drawn],
        costs=None if costs is None else costs.of_rows(every),
        notes=(*notes, *more),
        seed=seed,
    )
