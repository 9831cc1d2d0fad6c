"""Places, intervals and sums of accumulated local effects, and their band."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.evaluation.accumulated import (
    INTERVALS,
    LEAST_ROWS,
    Replicates,
    accumulated,
    between,
    edges,
    intervals,
    rows_at,
)
from trueodds.evaluation.intervals import student_t

CELLS = st.lists(
    st.one_of(
        st.integers(-3, 3).map(float),
        st.floats(-1e6, 1e6),
        st.sampled_from([np.nan, np.inf, -np.inf]),
    ),
    max_size=300,
).map(np.array)


@given(CELLS)
def test_places_are_values_with_enough_rows_between_them(cells: np.ndarray) -> None:
    places = edges(cells)
    known = cells[~np.isnan(cells)]
    assert len(places) != 1
    assert len(places) <= INTERVALS + 1
    if len(places):
        assert (np.diff(places) > 0.0).all()
        assert np.isin(places, cells).all()
        assert rows_at(known, places).sum() == len(known)
        assert rows_at(known, places).min() >= LEAST_ROWS
        assert (known >= places[-1]).sum() >= LEAST_ROWS
        of_row = intervals(known, places)
        inside = (known > places[0]) & (known <= places[-1])
        assert (places[of_row] < known)[inside].all()
        assert (places[of_row + 1] >= known)[inside].all()
    else:
        finite = np.sort(cells[np.isfinite(cells)])
        few = len(finite) < 2 * LEAST_ROWS
        assert few or finite[LEAST_ROWS - 1] == finite[-LEAST_ROWS] or len(finite) < 3 * LEAST_ROWS


def test_each_value_of_a_few_is_a_place_and_one_of_many_rows_takes_one() -> None:
    assert edges(np.repeat([1.0, 2.0, 5.0], 40)).tolist() == [1.0, 2.0, 5.0]
    cells = np.concatenate([np.zeros(900), np.arange(1.0, 101.0)])
    places = edges(cells)
    assert places[0] == 0.0
    assert len(places) == 11
    assert places[-1] == 91.0  # ten rows lie there or beyond


def test_a_line_is_found_exactly_whatever_the_rows() -> None:
    rng = np.random.default_rng(0)
    cells = rng.exponential(size=500)
    places = edges(cells)
    at = intervals(cells, places)
    slopes = np.array([2.0, -1.0])[:, None]
    changes = slopes * (places[at + 1] - places[at])
    effects = accumulated(changes, at, len(places) - 1)
    np.testing.assert_allclose(effects, slopes * (places - places[0]), atol=1e-12)
    inside = np.clip(cells, places[0], places[-1])
    np.testing.assert_allclose(
        between(cells, places, effects), slopes * (inside - places[0]), atol=1e-12
    )


def test_folds_are_a_jackknife() -> None:
    """Of a mean, whose variance is known: (each − 1)/each · Σ (mean without a fold − mean)²."""
    rng = np.random.default_rng(1)
    values, folds = rng.normal(size=500), np.arange(500) % 5
    without = np.array([values[folds != fold].mean() for fold in range(5)])
    found = Replicates.of_folds(np.arange(5), 5).half(without[:, None])
    variance = 4.0 / 5.0 * np.square(without - without.mean()).sum()
    assert found[0] == pytest.approx(student_t(5) * np.sqrt(variance))


def test_the_band_of_a_jackknife_holds_the_truth() -> None:
    rng = np.random.default_rng(2)
    folds, held = np.arange(200) % 5, []
    for _ in range(400):
        values = rng.exponential(size=200)
        without = np.array([values[folds != fold].mean() for fold in range(5)])
        half = Replicates.of_folds(np.arange(5), 5).half(without[:, None])[0]
        held.append(abs(values.mean() - 1.0) <= half)
    assert 0.92 <= np.mean(held) <= 0.98


def test_members_that_do_not_see_a_column_and_other_kinds_change_nothing() -> None:
    """Two members a fold, of two kinds; the second kind's effects are all 3 higher, or unseen."""
    rng = np.random.default_rng(3)
    effects = rng.normal(size=(10, 4)) + 1.0
    folds = np.repeat(np.arange(5), 2)
    plain = Replicates.of_folds(folds, 5).half(effects)
    moved = effects.copy()
    moved[1::2] += 3.0
    np.testing.assert_allclose(Replicates.of_folds(folds, 5).half(moved), plain)
    gone = effects.copy()
    gone[1::2] = 0.0
    alone = Replicates.of_folds(np.arange(5), 5).half(effects[::2])
    np.testing.assert_allclose(Replicates.of_folds(folds, 5).half(gone), 0.5 * alone)
    assert (Replicates.of_folds(folds, 5).half(np.zeros((10, 4))) == 0.0).all()


def test_two_partitions_are_two_jackknives_of_the_same_rows() -> None:
    rng = np.random.default_rng(4)
    effects = rng.normal(size=(8, 1)) + 1.0
    twice = Replicates.of_folds(np.arange(8), 4)
    assert twice.freedom == 6
    squares = [np.square(half - half.mean()).mean() for half in (effects[:4], effects[4:])]
    expected = student_t(7) * np.sqrt(3.0 * np.mean(squares))
    assert twice.half(effects)[0] == pytest.approx(expected)


def test_members_of_one_training_table_give_the_error_of_their_mean() -> None:
    effects = np.random.default_rng(5).normal(size=(10, 3)) + 1.0
    found = Replicates.of_members(10, 5).half(effects)
    residuals = np.concatenate([e - e.mean(axis=0) for e in (effects[:5], effects[5:])])
    sums = residuals.reshape(2, 5, 3).mean(axis=0)
    error = np.sqrt(np.square(sums).sum(axis=0) / (5 * 4))
    np.testing.assert_allclose(found, student_t(5) * error)


def test_a_single_member_has_no_band() -> None:
    assert np.isnan(Replicates.of_members(1, 5).half(np.ones((1, 3)))).all()


def test_places_very_near_or_very_far_are_interpolated() -> None:
    for places in ([-2.23e-311, -2.2250738585e-313, 0.0], [-1.7e308, 0.0, 1.7e308]):
        ends = np.array(places)
        values = np.array([-np.inf, ends[0], ends[1] / 2 + ends[2] / 2, ends[2], np.inf])
        found = between(values, ends, np.array([[1.0, 2.0, 4.0]]))
        np.testing.assert_allclose(found, [[1.0, 1.0, 3.0, 4.0, 4.0]], rtol=1e-6)
