"""The second slope: taken where it gains, left out where it does not."""

import numpy as np
import pytest

from trueodds.ensemble.bend import bent
from trueodds.ensemble.calibrator import Bend
from trueodds.ensemble.stacking import Stack, fit_stack
from trueodds.functions import log_loss_from_logits


def forecasts(rows: int, seed: int, above: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A forecast whose right slope above log-odds of 0 is ``above``, labels and folds."""
    rng = np.random.default_rng(seed)
    z = 1.5 * rng.normal(size=rows)
    right = z + (above - 1.0) * np.maximum(z, 0.0)
    y = (rng.random(rows) < 1.0 / (1.0 + np.exp(-right))).astype(np.uint8)
    return z[:, None], y, rng.integers(5, size=rows)


def loss(z: np.ndarray, y: np.ndarray) -> float:
    return float(log_loss_from_logits(z, y.astype(np.float64)).mean())


def test_a_second_slope_is_found_and_gains_on_new_rows() -> None:
    log_odds, y, fold = forecasts(20_000, 0, 3.0)
    plain = fit_stack(log_odds, y, None)
    found = bent(plain, log_odds, y, None, fold)
    assert found.bend is not None
    below, above = found.slopes[0], found.slopes[0] * (1.0 + found.bend.change)
    assert below == pytest.approx(1.0, abs=0.15)
    assert above == pytest.approx(3.0, abs=0.5)
    new, labels, _ = forecasts(50_000, 1, 3.0)
    assert loss(found.apply(new), labels) < loss(plain.apply(new), labels) - 0.001


def test_forecasts_that_are_right_rarely_get_one() -> None:
    taken = 0
    for seed in range(40):
        log_odds, y, fold = forecasts(500, seed, 1.0)
        taken += bent(fit_stack(log_odds, y, None), log_odds, y, None, fold).bend is not None
    assert taken <= 4


def test_sample_weights_count_as_repeated_rows() -> None:
    log_odds, y, fold = forecasts(4000, 2, 3.0)
    counts = np.random.default_rng(1).integers(1, 4, 4000)
    weight = counts.astype(np.float64)
    weighted = bent(fit_stack(log_odds, y, weight), log_odds, y, weight, fold)
    many = [np.repeat(a, counts, axis=0) for a in (log_odds, y, fold)]
    repeated = bent(fit_stack(many[0], many[1], None), many[0], many[1], None, many[2])
    assert weighted.bend is not None
    assert repeated.bend is not None
    assert weighted.bend.change == pytest.approx(repeated.bend.change, rel=0.1)


def test_no_rows_to_judge_by_give_no_bend() -> None:
    log_odds, y, fold = forecasts(200, 3, 3.0)
    stack = fit_stack(log_odds, y, None)
    assert bent(stack, log_odds, y, None, np.zeros_like(fold)) is stack


def test_the_order_of_rows_stays_and_the_curve_has_no_jump() -> None:
    stack = Stack(np.array([0.5, 0.7]), -0.2, Bend(0.4, -0.9))
    assert stack.numbers == 4
    z = np.sort(np.random.default_rng(4).normal(size=500))
    out = stack.apply(np.stack([z, z], axis=1))
    assert (np.diff(out) >= 0.0).all()
    assert stack.steepness(np.array([0.3, 0.5])).tolist() == pytest.approx([1.0, 0.1])
    assert Bend(0.4, 2.0).apply(np.array([0.3, 0.4, 0.5])) == pytest.approx([0.3, 0.4, 0.7])
