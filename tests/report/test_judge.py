"""What is said of a model: scores of honest forecasts alone, counted by what is independent."""

from dataclasses import replace

import numpy as np
import pytest

from trueodds.ensemble.bounds import fit_bounds
from trueodds.ensemble.older_members import older_forecasts
from trueodds.evaluation.costs import Costs
from trueodds.evaluation.scores import score
from trueodds.evaluation.time_blocks import BLOCKS
from trueodds.functions import log_loss_from_logits
from trueodds.health.cures import Change, Treatment
from trueodds.model.freeze import freeze
from trueodds.report.judge import clusters_of, judge, out_of_fold_scores, training_record
from trueodds.training.heal import Attempts


@pytest.mark.parametrize("kind", ["one", "two", "weighted"])
def test_scores_are_of_the_honest_forecasts(stages, kind) -> None:
    of = stages(kind)
    found = out_of_fold_scores(of.ensemble, of.prepared.data, of.table, 0)[0]
    plain = score(
        of.table.y, of.ensemble.log_odds, of.table.sample_weight, folds=of.prepared.folds.of_row[0]
    )
    assert (found.rows, found.clusters) == (400, 0)
    assert found.auc.value == plain.auc.value
    assert found.calibration_error == plain.calibration_error
    # Less what the average of all members gains.
    assert 0.0 < plain.log_loss.value - found.log_loss.value < 0.02
    assert 0.0 < plain.brier.value - found.brier.value < 0.01


def test_intervals_count_what_trains_and_is_scored_alike(stages) -> None:
    """Two partitions show how much a forecast depends on the rows: intervals are wider."""
    of = stages("two")
    found = out_of_fold_scores(of.ensemble, of.prepared.data, of.table, 0)[0]
    none = replace(of.ensemble.variances, training=np.zeros(400))
    plain = out_of_fold_scores(replace(of.ensemble, variances=none), of.prepared.data, of.table, 0)[
        0
    ]
    for name in ("log_loss", "brier", "auc"):
        wide, narrow = getattr(found, name), getattr(plain, name)
        assert wide.value == narrow.value
        assert wide.high - wide.low > narrow.high - narrow.low


def test_groups_are_counted_as_groups(stages) -> None:
    of = stages("groups")
    found = out_of_fold_scores(of.ensemble, of.prepared.data, of.table, 0)[0]
    assert (found.rows, found.clusters) == (400, 100)


def test_by_time_blocks_of_the_scored_rows_are_counted(stages) -> None:
    of = stages("time")
    found = out_of_fold_scores(of.ensemble, of.prepared.data, of.table, 0)[0]
    scored = of.prepared.folds.of_row[0] >= 2
    assert found.rows == np.isfinite(of.ensemble.log_odds).sum() == scored.sum() > 50
    assert found.clusters == BLOCKS


def test_by_time_intervals_grow_by_the_age_of_the_model_and_only_there(stages) -> None:
    of = stages("time")
    folds = replace(of.prepared.folds, forward=False)
    plain, none = out_of_fold_scores(
        of.ensemble, replace(of.prepared.data, folds=folds), of.table, 0
    )
    found, ageing = out_of_fold_scores(of.ensemble, of.prepared.data, of.table, 0)
    assert (none, found.log_loss.value) == (0.0, plain.log_loss.value)
    fresh, older = older_forecasts(of.ensemble, of.prepared.data)
    known, y = np.isfinite(older), of.table.y.astype(np.float64)
    losses = [log_loss_from_logits(z[known], y[known]).mean() for z in (fresh, older)]
    # Folds 2 and 3 of 4 are scored: their members are two and one folds behind the model.
    behind = np.mean(4 - of.prepared.folds.of_row[0][known])
    assert ageing == pytest.approx(behind * max(0.0, losses[1] - losses[0]))
    assert found.log_loss.high == pytest.approx(plain.log_loss.high + ageing)
    assert found.log_loss.low == plain.log_loss.low


@pytest.mark.parametrize("kind", ["one", "time"])
def test_importances_come_most_important_first_with_their_intervals(stages, kind) -> None:
    of = stages(kind)
    judged = judge(of.ensemble, freeze(of.ensemble, of.prepared), of.prepared, of.table, 0)
    assert judged.scores == out_of_fold_scores(of.ensemble, of.prepared.data, of.table, 0)[0]
    assert judged.out_of_fold.log_odds is of.ensemble.log_odds
    assert judged.rounding.probability < 1e-4
    assert judged.leak is None
    found = judged.out_of_fold.importance
    assert sorted(c.name for c in found) == sorted(of.table.columns)
    assert found[0].name == "x"
    means = [c.mean for c in found]
    assert means == sorted(means, reverse=True)
    assert all(c.low <= c.mean <= c.high for c in found)


def test_the_record_tells_of_the_run_that_is_kept(stages) -> None:
    of = stages("two")
    first = Treatment((Change("learning_rate", 0.3, 0.03, "too high"),), 0.5, 0.4, kept=True)
    second = Treatment((Change("learning_rate", 0.03, 0.3, "too low"),), 0.4, 0.5, kept=False)
    recipes = tuple(replace(of.recipe, learning_rate=rate) for rate in (0.3, 0.03, 0.003))
    made = of.attempts.made * 3
    for run, kept in ((0, [False, False]), (1, [True, False]), (2, [True, True])):
        record = training_record(
            "quick",
            7,
            Attempts(made, recipes, (first, second)),
            replace(of.ensemble, run=run),
            of.prepared.folds,
            0.0,
        )
        assert [t.kept for t in record.treatments] == kept
        assert record.settings["learning_rate"] == recipes[run].learning_rate
        assert (record.effort, record.seed, record.folds) == ("quick", 7, 8)
        assert record.fold_rule == "4 random folds, drawn 2 times"
        assert len(record.members) == len(of.ensemble.members)


def test_by_time_the_fold_that_leaves_nothing_out_is_no_fold_of_the_record(stages) -> None:
    of = stages("time")
    record = training_record("quick", 0, of.attempts, of.ensemble, of.prepared.folds, 0.0123)
    assert record.folds == 4
    assert record.fold_rule == (
        "4 folds forward in time; intervals allow for 0.0123 nats of ageing"
    )
    assert {member.fold for member in record.members} == {0, 1, 2, 3, 4}
    assert {member.fold for member in record.members if member.weight > 0.0} == {4}


@pytest.mark.parametrize("kind", ["one", "two", "weighted", "groups", "time"])
def test_bounds_are_of_the_honest_forecasts_and_count_what_is_independent(stages, kind) -> None:
    of = stages(kind)
    judged = judge(of.ensemble, freeze(of.ensemble, of.prepared), of.prepared, of.table, 0)
    known = np.isfinite(of.ensemble.log_odds)
    weight, clusters = of.table.sample_weight, clusters_of(of.table, known)
    assert (clusters is None) == (kind not in ("groups", "time"))
    expected = fit_bounds(
        of.table.y[known],
        of.ensemble.log_odds[known],
        None if weight is None else weight[known],
        clusters,
    )
    assert expected is not None
    assert judged.bounds is not None
    assert judged.bounds.at == expected.at
    assert judged.bounds.lower == expected.lower
    assert judged.bounds.upper == expected.upper


@pytest.mark.parametrize("kind", ["weighted", "groups", "time"])
def test_a_logistic_regression_is_compared_on_the_same_rows(stages, kind) -> None:
    of = stages(kind)
    judged = judge(of.ensemble, freeze(of.ensemble, of.prepared), of.prepared, of.table, 0)
    found = judged.out_of_fold.logistic_regression
    assert found is not None
    gap = found.log_loss - judged.scores.log_loss.value
    assert found.difference.value == pytest.approx(gap)
    assert found.difference.low < gap < found.difference.high
    assert found.log_loss < judged.scores.base_log_loss
    assert 0.5 < found.auc < 1.0


@pytest.mark.parametrize("kind", ["weighted", "groups", "time"])
def test_costs_are_judged_on_the_honest_forecasts(stages, kind) -> None:
    of = stages(kind)
    networks = freeze(of.ensemble, of.prepared)
    judged = judge(of.ensemble, networks, of.prepared, of.table, 0, Costs(1.0, 3.0))
    found = judged.out_of_fold.decision
    assert found is not None
    assert found.threshold == 0.25
    assert found.rows == np.isfinite(of.ensemble.log_odds).sum()
    assert found.cost.low < found.cost.value < min(found.cost_of_none, found.cost_of_all)
    assert judge(of.ensemble, networks, of.prepared, of.table, 0).out_of_fold.decision is None
