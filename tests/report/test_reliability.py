from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import binomtest

from trueodds.report.out_of_fold import OutOfFold
from trueodds.report.reliability import GAP, MOST_BINS, reliability_bins, wilson
from trueodds.report.sample import Sample, sample_of


def sample(y, log_odds, weight=None) -> Sample:
    return sample_of(
        OutOfFold(
            y=np.asarray(y, dtype=np.uint8),
            log_odds=np.asarray(log_odds, dtype=np.float64),
            weight=None if weight is None else np.asarray(weight, dtype=np.float64),
            importance=(),
        )
    )


@pytest.mark.parametrize(("yes", "rows"), [(0, 5), (5, 5), (1, 3), (37, 120), (4999, 5000)])
def test_interval_is_wilsons(yes: int, rows: int) -> None:
    expected = binomtest(yes, rows).proportion_ci(method="wilson")
    assert wilson(yes / rows, rows) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_interval_of_nothing_is_everything() -> None:
    assert wilson(0.0, 0.0) == (0.0, 1.0)


def test_bins_have_equal_mass_and_right_numbers() -> None:
    rng = np.random.default_rng(1)
    log_odds = rng.normal(size=10_000)
    y = rng.random(10_000) < 0.3
    bins = reliability_bins(sample(y, log_odds))
    assert len(bins) == MOST_BINS
    assert {b.rows for b in bins} == {500}
    first = np.argsort(log_odds)[:500]
    assert bins[0].forecast == pytest.approx(np.mean(1 / (1 + np.exp(-log_odds[first]))))
    assert bins[0].observed == pytest.approx(y[first].mean())


def test_weights_count_as_copies_would() -> None:
    rng = np.random.default_rng(2)
    log_odds, copies = rng.normal(size=400), rng.integers(1, 5, 400)
    y = rng.random(400) < 0.5
    weighted = reliability_bins(sample(y, log_odds, copies))
    for b in weighted:
        probability = 1 / (1 + np.exp(-log_odds))
        chosen = (probability >= b.lowest - 1e-12) & (probability <= b.highest + 1e-12)
        repeated = np.repeat(y[chosen], copies[chosen])
        assert b.observed == pytest.approx(repeated.mean())
        assert b.rows == chosen.sum()


def test_equal_weights_change_nothing() -> None:
    rng = np.random.default_rng(3)
    log_odds, y = rng.normal(size=1000), rng.random(1000) < 0.2
    plain = reliability_bins(sample(y, log_odds))
    for a, b in zip(plain, reliability_bins(sample(y, log_odds, np.full(1000, 7.0))), strict=True):
        assert (a.rows, a.low, a.high) == (b.rows, pytest.approx(b.low), pytest.approx(b.high))


def test_a_constant_forecast_is_one_bin() -> None:
    (only,) = reliability_bins(sample([0, 1, 0, 0] * 500, np.zeros(2000)))
    assert (only.rows, only.forecast, only.observed) == (2000, 0.5, 0.25)


def test_no_rows_no_bins() -> None:
    assert reliability_bins(sample([], [])) == ()


@given(
    st.integers(1, 300).flatmap(
        lambda n: st.tuples(
            arrays(np.uint8, n, elements=st.integers(0, 1)),
            arrays(np.float64, n, elements=st.sampled_from([-np.inf, -9.5, -1, 0, 0.5, 30, 800])),
            arrays(np.float64, n, elements=st.floats(0.001, 1e6)),
        )
    )
)
def test_bins_hold_all_rows_and_keep_their_order(case) -> None:
    y, log_odds, weight = case
    bins = reliability_bins(sample(y, log_odds, weight))
    assert sum(b.rows for b in bins) == y.size
    for b in bins:
        assert 0 <= b.low <= b.observed <= b.high <= 1
        assert b.lowest <= b.forecast <= b.highest
    for a, b in pairwise(bins):
        assert a.highest < b.lowest


def test_no_bin_spans_a_gap_of_forecasts() -> None:
    rng = np.random.default_rng(0)
    p = np.concatenate([rng.uniform(0.02, 0.1, 900), rng.uniform(0.7, 0.8, 30), [0.95]])
    y = (rng.random(p.size) < p).astype(np.uint8)
    bins = reliability_bins(sample(y, np.log(p / (1 - p))))
    span = p.max() - p.min()
    assert [b.rows for b in bins if b.lowest > 0.9] == [1]
    assert sum(b.rows for b in bins if 0.5 < b.lowest < 0.9) == 30
    for b in bins:
        inside = np.sort(p[(p >= b.lowest - 1e-12) & (p <= b.highest + 1e-12)])
        assert inside.size == b.rows
        assert np.diff(inside, prepend=inside[0]).max() <= GAP * span
