"""The paired difference from a simpler forecast, and its interval."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.evaluation.baseline import Baseline, compare
from trueodds.evaluation.intervals import Interval
from trueodds.evaluation.scores import score


def rows(seed: int, n: int = 300):
    rng = np.random.default_rng(seed)
    z = rng.normal(size=n)
    y = (rng.random(n) < 1.0 / (1.0 + np.exp(-z))).astype(np.uint8)
    return rng, y, z


@given(st.integers(0, 2**32 - 1), st.booleans(), st.booleans())
def test_its_scores_are_those_of_score(seed: int, weighted: bool, in_folds: bool) -> None:
    rng, y, z = rows(seed)
    other = 0.5 * z + rng.normal(size=len(z))
    weight = rng.uniform(0.1, 3.0, len(z)) if weighted else None
    folds = rng.integers(0, 5, len(z)) if in_folds else None
    of_model, of_other = (score(y, each, weight, folds=folds, draws=1) for each in (z, other))
    found = compare(y, z, other, of_model.log_loss.value, weight, folds=folds)
    assert found.log_loss == pytest.approx(of_other.log_loss.value, rel=1e-12)
    assert found.brier == pytest.approx(of_other.brier.value, rel=1e-12)
    assert found.auc == of_other.auc.value
    gap = of_other.log_loss.value - of_model.log_loss.value
    assert found.difference.value == pytest.approx(gap, abs=1e-12)
    assert found.difference.low < found.difference.value < found.difference.high


def test_forecasts_that_are_equal_differ_by_nothing_for_sure() -> None:
    _, y, z = rows(1)
    loss = score(y, z, draws=1).log_loss.value
    assert compare(y, z, z.copy(), loss).difference == Interval(0.0, 0.0, 0.0)


def test_the_pair_is_surer_than_each_alone() -> None:
    rng, y, z = rows(2)
    other = z + 0.2 * rng.normal(size=len(z))
    alone = score(y, z, draws=1).log_loss
    found = compare(y, z, other, alone.value).difference
    assert found.high - found.low < 0.3 * (alone.high - alone.low)


def test_folds_widen_it_and_clusters_count_as_one() -> None:
    rng, y, z = rows(3, 400)
    other = z + rng.normal(size=len(z))
    plain, folded = (
        compare(y, z, other, 0.5, folds=folds).difference for folds in (None, np.arange(400) % 5)
    )
    assert (folded.high - folded.low) / (plain.high - plain.low) == pytest.approx(1.5)
    pairs = np.repeat(np.arange(400), 2)
    twice = compare(y[pairs], z[pairs], other[pairs], 0.5, clusters=pairs).difference
    assert twice.low == pytest.approx(plain.low, abs=1e-12)
    assert twice.high == pytest.approx(plain.high, abs=1e-12)


@pytest.mark.parametrize(
    ("low", "high", "verdict"), [(0.1, 0.3, "better"), (-0.1, 0.1, "same"), (-0.3, -0.1, "worse")]
)
def test_the_verdict_is_beyond_noise(low: float, high: float, verdict: str) -> None:
    found = Baseline(0.5, 0.2, 0.7, Interval((low + high) / 2.0, low, high))
    assert found.verdict == verdict
    nothing = Baseline(0.5, 0.2, 0.7, Interval(0.1, float("nan"), float("nan")))
    assert nothing.verdict == "same"


@pytest.mark.parametrize("effect", [0.0, 1.0])
def test_the_interval_holds_the_difference_of_honest_forecasts(effect: float) -> None:
    """Shares of yes by one of eight levels against the overall share, in five folds."""
    rng = np.random.default_rng(7)
    n, runs, levels, folds = 200, 400, 8, np.arange(200) % 5
    truth = 1.0 / (1.0 + np.exp(-effect * np.linspace(-1.5, 1.5, levels)))
    risks, ends = [], []
    for _ in range(runs):
        level = rng.integers(0, levels, n)
        y = (rng.random(n) < truth[level]).astype(np.uint8)
        z, base, gaps = np.empty(n), np.empty(n), []
        for fold in range(5):
            shown = folds != fold
            counts = np.bincount(level[shown], minlength=levels)
            share = (np.bincount(level[shown], y[shown], levels) + 1.0) / (counts + 2.0)
            overall = y[shown].mean()
            z[~shown] = np.log(share / (1.0 - share))[level[~shown]]
            base[~shown] = np.log(overall / (1.0 - overall))
            loss = [-truth * np.log(p) - (1.0 - truth) * np.log1p(-p) for p in (overall, share)]
            gaps.append(float(np.mean(loss[0] - loss[1])))
        risks.append(np.mean(gaps))
        model = score(y, z, draws=1).log_loss.value
        ends.append(compare(y, z, base, model, folds=folds).difference)
    expected = float(np.mean(risks))
    held = np.mean([end.low <= expected <= end.high for end in ends])
    assert held >= 0.95
