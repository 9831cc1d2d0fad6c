"""Scores by group for the page: the figures of `slice_scores`, on rows with a forecast."""

import numpy as np
import pytest

from trueodds.evaluation.costs import Costs
from trueodds.evaluation.slices import slice_scores
from trueodds.model.few_levels import few_level_groupings
from trueodds.report import group_scores as module
from trueodds.report.group_scores import group_scores
from trueodds.report.judge import clusters_of


def made(of, costs=None):
    table, z = of.table, of.ensemble.log_odds
    clusters = clusters_of(table, np.isfinite(z))
    return group_scores(
        table.values, table.schema, table.y, z, table.sample_weight, clusters, costs, 3
    )


@pytest.mark.parametrize("kind", ["weighted", "groups", "time"])
def test_the_figures_are_those_of_the_rows_with_a_forecast(stages, kind) -> None:
    of = stages(kind)
    table, z, costs = of.table, of.ensemble.log_odds, Costs(1.0, 4.0)
    known = np.isfinite(z)
    groupings, notes = few_level_groupings(table.values.take(np.flatnonzero(known)), table.schema)
    weight = None if table.sample_weight is None else table.sample_weight[known]
    same = slice_scores(
        table.y[known],
        z[known],
        groupings,
        weight,
        clusters=clusters_of(table, known),
        costs=costs,
        notes=notes,
        seed=3,
    )
    found = made(of, costs)
    assert found.to_json() == same.to_json()
    assert found.rows == known.sum()
    assert len(found.slices) > 1


def test_many_rows_are_drawn(stages, monkeypatch) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 150)
    found = made(stages("groups"))
    assert found.rows == 150
    assert "the groups are of 150 rows, drawn of 400" in found.notes
    assert made(stages("groups")).to_json() == found.to_json()
