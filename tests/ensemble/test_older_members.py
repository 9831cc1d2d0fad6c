"""Forecasts by the members of the fold before."""

import numpy as np

from trueodds.ensemble import older_members
from trueodds.ensemble.older_members import older_forecasts


def test_rows_that_are_scored_have_both_forecasts(stages) -> None:
    of = stages("time")
    fresh, older = older_forecasts(of.ensemble, of.prepared.data)
    scored = np.isfinite(of.ensemble.log_odds)
    assert np.array_equal(np.isfinite(fresh), scored)
    assert np.array_equal(np.isfinite(older), scored)
    assert not np.allclose(fresh[scored], older[scored])
    plain = of.ensemble.stack.apply(of.ensemble.held_out.log_odds)
    assert np.array_equal(fresh[scored], plain[scored])


def test_the_members_of_the_fold_before_forecast_a_row(stages) -> None:
    """Members forecast their own fold's rows as they did in training."""
    of = stages("time")
    data, folds = of.prepared.data, of.prepared.folds
    shifted = folds.of_row.copy()
    shifted[shifted >= 1] += 1  # fold 1's rows are now those of fold 2, whose fold before is 1
    moved = type(data)(**{**vars(data), "folds": type(folds)(shifted, folds.each + 1, "", True)})
    rows = folds.held_out(1)
    known = of.ensemble.log_odds.copy()
    known[rows] = 0.0
    ensemble = type(of.ensemble)(**{**vars(of.ensemble), "log_odds": known})
    older = older_forecasts(ensemble, moved)[1]
    expected = of.ensemble.stack.apply(of.ensemble.held_out.log_odds)
    base = data.base_log_odds(1) - moved.base_log_odds(1)
    slope = of.ensemble.stack.slopes.sum()
    np.testing.assert_allclose(older[rows] - slope * base, expected[rows], atol=1e-5)


def test_blocks_of_rows_change_nothing(stages, monkeypatch) -> None:
    of = stages("time")
    whole = older_forecasts(of.ensemble, of.prepared.data)
    monkeypatch.setattr(older_members, "ROWS", 7)
    parts = older_forecasts(of.ensemble, of.prepared.data)
    np.testing.assert_allclose(whole, parts, atol=1e-6)
