"""Scores that count the variance of training: over members averaged, and over training tables."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit as sigmoid

from trueodds.evaluation.scores import Scores, noise_part, score


def expected(z: NDArray[np.float64], f: NDArray[np.float64], **more: NDArray[np.float64]) -> Scores:
    """Scores over all labels of rows whose true log-odds are ``f``: each label with its chance."""
    y = np.repeat(np.array([1, 0], np.uint8), len(f))
    p = sigmoid(f)
    twice = {name: np.tile(values, 2) for name, values in more.items()}
    return score(y, np.tile(z, 2), np.concatenate([p, 1.0 - p]), draws=1, **twice)


@pytest.mark.parametrize("deviation", [0.1, 0.3])
def test_averaged_variance_gives_the_scores_of_the_mean_of_all_networks(deviation: float) -> None:
    """Few networks say z = f + e where all say f; no label tells e."""
    rng = np.random.default_rng(0)
    f = 1.5 * rng.normal(size=200_000)
    z = f + deviation * rng.normal(size=len(f))
    few, all_of_them = expected(z, f), expected(f, f)
    scored = expected(z, f, averaged_variance=np.full(len(f), deviation**2))
    for name in ("log_loss", "brier"):
        gain = getattr(few, name).value - getattr(all_of_them, name).value
        assert gain > 0.0
        error = getattr(scored, name).value - getattr(all_of_them, name).value
        assert abs(error) < 0.05 * gain
    assert scored.auc == few.auc
    assert scored.calibration_error == few.calibration_error


def test_averaged_variance_counts_where_it_is() -> None:
    """A variance of some rows alone is that of their own p(1 − p)."""
    z = np.array([0.0, 3.0, -1.0, 0.5])
    y = np.array([1, 1, 0, 0], np.uint8)
    variance = np.array([0.0, 0.4, 0.0, 0.1])
    p = sigmoid(z)
    plain, scored = score(y, z), score(y, z, averaged_variance=variance)
    gain = np.mean(0.5 * p * (1.0 - p) * variance)
    assert plain.log_loss.value - scored.log_loss.value == pytest.approx(gain)
    gain = np.mean((p * (1.0 - p)) ** 2 * variance)
    assert plain.brier.value - scored.brier.value == pytest.approx(gain)


def test_averaged_variance_leaves_half_of_a_score_near_0() -> None:
    """Labels that are nearly certain: the second order says more than there is to gain."""
    y = np.array([1, 0] * 50, np.uint8)
    z = np.where(y == 1, 6.0, -6.0) + np.linspace(-0.5, 0.5, 100)
    plain, scored = score(y, z), score(y, z, averaged_variance=np.full(100, 9.0))
    for name in ("log_loss", "brier"):
        found = getattr(scored, name)
        assert found.value == pytest.approx(0.5 * getattr(plain, name).value)
        assert 0.0 < found.low < found.value < found.high


@pytest.mark.parametrize("weighted", [False, True])
def test_on_noise_training_variance_widens_intervals_by_the_square_root_of_two(
    weighted: bool,
) -> None:
    """The forecasts are as much made of the labels of other rows as scored by their own."""
    rng, rows = np.random.default_rng(1), 50_000
    z = 0.1 * rng.normal(size=rows)
    y = (rng.random(rows) < 0.5).astype(np.uint8)
    weight = rng.uniform(0.5, 1.5, rows) if weighted else None
    plain = score(y, z, weight, draws=1)
    scored = score(y, z, weight, draws=1, training_variance=np.full(rows, 0.01))
    for name in ("log_loss", "brier", "auc"):
        narrow, wide = getattr(plain, name), getattr(scored, name)
        assert wide.value == narrow.value
        ratio = (wide.high - wide.low) / (narrow.high - narrow.low)
        assert ratio == pytest.approx(np.sqrt(2.0), rel=0.02)


def test_where_columns_tell_much_training_variance_matters_little() -> None:
    rng, rows = np.random.default_rng(1), 50_000
    z = 3.0 * rng.normal(size=rows)
    y = (rng.random(rows) < sigmoid(z)).astype(np.uint8)
    plain = score(y, z, draws=1)
    scored = score(y, z, draws=1, training_variance=np.full(rows, 0.01))
    for name in ("log_loss", "brier", "auc"):
        narrow, wide = getattr(plain, name), getattr(scored, name)
        assert 1.0 <= (wide.high - wide.low) / (narrow.high - narrow.low) < 1.02
    none = score(y, z, draws=1, training_variance=np.zeros(rows))
    assert none.log_loss == plain.log_loss
    constant = score(y, np.zeros(rows), draws=1, training_variance=np.full(rows, 0.01))
    assert np.isfinite(constant.auc.low)


@pytest.mark.parametrize("noise", [0.0, 0.5, 1.0])
def test_the_part_of_a_forecast_that_is_noise_is_seen_in_its_gain(noise: float) -> None:
    """Log-odds of true part and noise, shrunk as calibration does."""
    rng, rows = np.random.default_rng(2), 400_000
    true = 0.3 * np.sqrt(1.0 - noise) * rng.normal(size=rows)
    z = true + 0.3 * np.sqrt(noise) * rng.normal(size=rows)
    p = sigmoid(true)
    loss = float(np.mean(np.logaddexp(0.0, z) - p * z))
    slope = sigmoid(z) * (1.0 - sigmoid(z))
    found = noise_part(np.log(2.0) - loss, slope, np.square(z - z.mean()))
    # Noise costs as much as the same spread of truth gains: it counts twice.
    assert found == pytest.approx(min(1.0, 2.0 * noise), abs=0.05)
    assert noise_part(0.1, np.zeros(5), np.ones(5)) == 0.0


def test_training_variance_is_no_less_than_what_is_noise() -> None:
    rng, rows = np.random.default_rng(1), 50_000
    z = 0.1 * rng.normal(size=rows)
    y = (rng.random(rows) < 0.5).astype(np.uint8)
    plain, scored = score(y, z, draws=1), score(y, z, draws=1, training_variance=np.zeros(rows))
    ratio = (scored.log_loss.high - scored.log_loss.low) / (
        plain.log_loss.high - plain.log_loss.low
    )
    assert ratio == pytest.approx(np.sqrt(2.0), rel=0.02)
