"""Effects of levels: most likely ones, by chance none, and for a row from other rows."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from trueodds.features.level_effects import (
    VARIANCES,
    Start,
    chances,
    evidence,
    inner_effects,
    inner_main_effects,
    level_effects,
)
from trueodds.functions import log_loss_from_logits, sigmoid

Float = NDArray[np.float64]
LEVELS, ROWS, FOLDS = 6, 900, 5


def rows(seed: int, spread: float) -> tuple[NDArray[np.intp], Start]:
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, LEVELS, ROWS)
    start = rng.normal(size=ROWS)
    effect = spread * np.array([-1.0, 1.0, 0.5, -0.5, 1.0, -1.0])
    y = (rng.random(ROWS) < sigmoid(start + effect[codes])).astype(np.float64)
    inner = rng.permutation(ROWS) % FOLDS
    return codes, Start(y, rng.uniform(0.5, 1.5, ROWS), inner, FOLDS, start)


@pytest.mark.parametrize("variance", [0.1, 1.0])
def test_effects_are_the_most_likely_ones(variance: float) -> None:
    codes, start = rows(0, 1.0)

    def minus_log_likelihood(effects: Float) -> float:
        losses = log_loss_from_logits(start.log_odds + effects[codes], start.y)
        return float(start.weight @ losses + np.sum(effects**2) / (2.0 * variance))

    best = minimize(minus_log_likelihood, np.zeros(LEVELS)).x
    found = level_effects(codes, LEVELS, start.log_odds, start.y, start.weight, variance)
    np.testing.assert_allclose(found, best, atol=2e-3)


def test_chances_know_the_columns_around() -> None:
    """Weak evidence against a column counts where most columns tell nothing, and only there."""
    nothing, weak, sure = (np.full(len(VARIANCES), each) for each in (-3.0, -0.7, 20.0))
    among_noise = chances(np.stack([weak, sure, *[nothing] * 60]))
    among_signal = chances(np.stack([weak, *[sure] * 20]))
    assert among_noise[0] < 0.1 < 0.3 < among_signal[0]
    assert among_noise[1] > 0.99
    assert among_noise[2:].max() < 0.01
    assert chances(np.stack([np.full(len(VARIANCES), 1e6)])).tolist() == [pytest.approx(1.0)]


def test_a_level_without_rows_has_no_effect() -> None:
    codes, start = rows(0, 1.0)
    found = level_effects(codes, LEVELS + 2, start.log_odds, start.y, start.weight, 1.0)
    assert found[LEVELS:].tolist() == [0.0, 0.0]


def test_evidence_tells_effects_from_chance() -> None:
    codes, start = rows(1, 1.0)
    gain, variance = evidence(codes, LEVELS, start.slopes())
    assert gain > 20.0
    assert variance >= 0.3
    by_chance = [evidence(*_chance(seed)) for seed in range(40)]
    assert np.mean([gain > 0.0 for gain, _ in by_chance]) < 0.4
    assert max(gain for gain, _ in by_chance) < 5.0
    assert by_chance[0][1] == VARIANCES[0]


def _chance(seed: int) -> tuple[NDArray[np.intp], int, tuple[Float, Float]]:
    codes, start = rows(seed, 0.0)
    return codes, LEVELS, start.slopes()


def test_a_row_s_own_inner_fold_says_nothing_of_its_effect() -> None:
    codes, start = rows(2, 1.0)
    before = inner_effects(codes, LEVELS, start, 1.0)
    there = start.inner == 3
    flipped = np.where(there, 1.0 - start.y, start.y)
    other = Start(flipped, start.weight, start.inner, FOLDS, start.log_odds)
    after = inner_effects(codes, LEVELS, other, 1.0)
    assert np.array_equal(after[there], before[there])
    assert not np.array_equal(after[~there], before[~there])


def test_main_effects_from_sums_are_those_from_rows() -> None:
    codes, start = rows(3, 1.0)
    base = -0.4
    flat = Start(start.y, start.weight, start.inner, FOLDS, np.full(ROWS, base))
    np.testing.assert_allclose(
        inner_main_effects(codes, LEVELS, flat, base, 0.3),
        inner_effects(codes, LEVELS, flat, 0.3),
        atol=1e-12,
    )
