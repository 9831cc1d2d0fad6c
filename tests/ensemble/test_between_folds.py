"""How much members of different folds differ on the same rows."""

from dataclasses import replace

import numpy as np
import pytest

from trueodds.ensemble import between_folds as module
from trueodds.ensemble.between_folds import BetweenFolds, between_folds
from trueodds.network.forward import log_odds
from trueodds.training.folds import Folds


def forecasts(of, at: int) -> np.ndarray:
    """Log-odds of one row by the members of all folds that saw it: (folds, kinds)."""
    data, kinds = of.prepared.data, of.ensemble.held_out.kinds
    folds = data.folds
    X = data.inputs(int(folds.of_row[0][at]), np.array([at])).astype(np.float64)
    out = np.full((folds.each, len(kinds)), np.nan)
    for member in of.attempts.made[0]:
        fold, layout = member.record.fold, member.layout
        if folds.of_row[0][at] != fold:
            flat = member.parameters.astype(np.float64)
            z = log_odds(X, layout.weights(flat), layout.biases(flat), layout.activation)[0]
            out[fold, kinds.index(member.record.sort)] = z - data.base_log_odds(fold)
    return out[np.isfinite(out[:, 0])]


@pytest.fixture
def not_few(monkeypatch: pytest.MonkeyPatch, stages) -> None:
    """The few rows of the tests count as enough, after the stages are made."""
    stages("one")
    monkeypatch.setattr(module, "few", lambda rows: False)


def of_stages(of) -> BetweenFolds:
    held = of.ensemble.held_out
    return between_folds(of.attempts.made[0], of.prepared.data, held.kinds, held.log_odds)


@pytest.mark.usefixtures("not_few")
def test_the_covariance_is_that_of_the_members_that_saw_the_row(stages) -> None:
    of = stages("one")
    found, folds = of_stages(of), of.prepared.folds
    assert found.rows.tolist() == list(range(400))
    for at in (0, 17, 399):
        expected = np.cov(forecasts(of, at), rowvar=False) * (1.0 - 1.0 / folds.each)
        np.testing.assert_allclose(found.covariance[at], expected, rtol=1e-3, atol=1e-6)


@pytest.mark.usefixtures("not_few")
def test_two_partitions_are_left_alone_whatever_the_rows(stages) -> None:
    found = of_stages(stages("two"))
    assert not len(found.rows)
    assert not found.removed(np.ones(400, dtype=bool)).any()


def test_rows_that_are_not_allowed_count_for_nothing() -> None:
    rng = np.random.default_rng(0)
    factors = rng.normal(size=(6, 2, 3))
    covariance = factors @ factors.transpose(0, 2, 1)
    curvature, weight = rng.uniform(0.1, 0.5, 6), rng.uniform(0.5, 2.0, 6)
    found = BetweenFolds(np.arange(0, 12, 2), covariance, curvature, weight)
    allowed = np.arange(12) < 7
    expected = np.tensordot(curvature[:4], covariance[:4], 1) / weight[:4].sum()
    np.testing.assert_allclose(found.removed(allowed), expected)
    assert not found.removed(np.zeros(12, dtype=bool)).any()
    slopes = np.array([0.7, 0.4])
    mean = np.tensordot(curvature, covariance, 1) / curvature.sum()
    assert found.variance(slopes) == pytest.approx(slopes @ mean @ slopes)


@pytest.mark.usefixtures("not_few")
def test_the_mean_forecast_decides_only_the_weight_of_a_row(stages) -> None:
    of = stages("one")
    held, found = of.ensemble.held_out, of_stages(of)
    given = of.attempts.made[0], of.prepared.data, held.kinds
    other = between_folds(*given, held.log_odds + 1.0)
    assert other.covariance.tobytes() == found.covariance.tobytes()
    assert not np.array_equal(other.curvature, found.curvature)


@pytest.mark.parametrize("kind", ["time", "one", "two", "groups"])
def test_by_time_and_for_few_rows_nothing_is_known(stages, kind) -> None:
    of = stages(kind)
    between = of.ensemble.held_out.between
    assert between.rows.size == 0
    assert not between.removed(np.ones(400, dtype=bool)).any()
    assert between.variance(np.full(len(of.ensemble.held_out.kinds), 0.3)) == 0.0


@pytest.mark.usefixtures("not_few")
def test_with_two_folds_nothing_is_known(stages) -> None:
    one = stages("one")
    data = replace(one.prepared.data, folds=Folds(one.prepared.folds.of_row % 2, 2, ""))
    held = one.ensemble.held_out
    assert between_folds((), data, held.kinds, held.log_odds).rows.size == 0
