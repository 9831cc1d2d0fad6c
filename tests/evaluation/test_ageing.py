"""Intervals that allow for the age of the model."""

import numpy as np
import pytest

from trueodds.evaluation.ageing import allow_for_age
from trueodds.evaluation.scores import score
from trueodds.functions import log_loss_from_logits
from trueodds.functions.portable import sigmoid


def rows(n: int = 500, older_scale: float = 0.5):
    rng = np.random.default_rng(1)
    z = 2.0 * rng.normal(size=n)
    y = (rng.random(n) < sigmoid(z)).astype(np.uint8)
    older = older_scale * z + rng.normal(size=n)
    return y, z, older, np.arange(n) % 3


def test_the_interval_grows_to_the_side_of_the_older_forecast() -> None:
    y, z, older, folds = rows()
    plain = score(y, z, folds=folds)
    found, rise = allow_for_age(plain, y, z, older, None, folds, 2.0)
    label = y.astype(np.float64)
    worse = np.mean(log_loss_from_logits(older, label) - log_loss_from_logits(z, label))
    assert worse > 0.0
    assert rise == pytest.approx(2.0 * worse)
    assert found.log_loss.high == pytest.approx(plain.log_loss.high + rise)
    assert found.brier.high > plain.brier.high
    assert found.auc.low < plain.auc.low
    for name in ("log_loss", "brier"):
        before, after = getattr(plain, name), getattr(found, name)
        assert (after.value, after.low) == (before.value, before.low)
    assert (found.auc.value, found.auc.high) == (plain.auc.value, plain.auc.high)


def test_an_older_forecast_that_is_better_changes_nothing() -> None:
    y, z, older, folds = rows()
    plain = score(y, older, folds=folds)
    assert allow_for_age(plain, y, older, z, None, folds, 2.0) == (plain, 0.0)


def test_ends_stay_in_their_range_and_rows_without_both_forecasts_do_not_count() -> None:
    y, z, _, folds = rows()
    plain = score(y, z, folds=folds)
    found, _ = allow_for_age(plain, y, z, -20.0 * z, None, folds, 9.0)
    assert (found.brier.high, found.auc.low) == (1.0, 0.0)
    nothing = np.full(len(y), np.nan)
    assert allow_for_age(plain, y, z, nothing, None, folds, 2.0) == (plain, 0.0)
    assert allow_for_age(plain, y, nothing, z, None, folds, 2.0) == (plain, 0.0)


def test_rows_of_weight_0_do_not_count() -> None:
    y, z, older, folds = rows()
    weight = (np.arange(len(y)) < 400).astype(np.float64)
    plain = score(y, z, weight, folds=folds)
    found, rise = allow_for_age(plain, y, z, older, weight, folds, 1.0)
    some = weight > 0.0
    again, same = allow_for_age(plain, y[some], z[some], older[some], None, folds[some], 1.0)
    assert rise == pytest.approx(same)
    assert found.auc.low == pytest.approx(again.auc.low)
