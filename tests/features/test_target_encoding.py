"""Target encodings take no label from the row itself nor from the rows held out."""

import numpy as np
import pytest
from numpy.typing import NDArray

from trueodds.columns.schema import Column, Schema
from trueodds.columns.values import Values
from trueodds.features.target_encoding import (
    BINS,
    INNER_FOLDS,
    PRIOR_ROWS,
    TargetEncoding,
    bin_codes,
    encode_targets,
    fit_target_encodings,
    target_encoded_columns,
)

LEVELS = tuple(f"level {n}" for n in range(12))
SCHEMA = Schema(
    (Column("many", "category", levels=LEVELS), Column("few", "category", levels=LEVELS[:3])), 0
)
ROWS = 120
SHOWN = np.arange(0, 90)
SEED = (5, 1)


def table(seed: int = 0) -> tuple[Values, NDArray[np.float32], NDArray[np.float32]]:
    rng = np.random.default_rng(seed)
    codes = rng.integers(-1, 11, ROWS).astype(np.int32)
    y = (rng.random(ROWS) < 0.2 + 0.05 * np.maximum(codes, 0)).astype(np.float32)
    weight = rng.uniform(0.5, 2.0, ROWS).astype(np.float32)
    return Values(ROWS, {}, {"many": codes, "few": np.zeros(ROWS, np.int32)}), y, weight


def test_only_categories_with_many_levels_are_encoded() -> None:
    values, *_ = table()
    assert target_encoded_columns(values, SCHEMA) == {"many": ()}


NUMBER = Schema((Column("x", "number"),), 0)


def number_values(x: NDArray[np.float64]) -> Values:
    return Values(len(x), {"x": x}, {})


def cuts_of(x: NDArray[np.float64]) -> tuple[float, ...]:
    return target_encoded_columns(number_values(x), NUMBER).get("x", ())


def test_numbers_are_encoded_where_their_values_recur() -> None:
    rng = np.random.default_rng(0)
    assert cuts_of(np.repeat(np.arange(20.0), 25)) == tuple(np.arange(19) + 0.5)
    assert cuts_of(np.repeat(np.arange(20.0), 19)) == ()
    assert cuts_of(np.repeat(np.arange(8.0), 100)) == ()
    assert cuts_of(rng.normal(size=4000)) == ()
    assert cuts_of(np.full(50, np.nan)) == ()


def test_more_values_than_bins_share_them_but_a_dominant_one_stands_alone() -> None:
    rng = np.random.default_rng(1)
    x = np.where(rng.random(20_000) < 0.5, 50.0, rng.integers(0, 100, 20_000))
    cuts = cuts_of(x)
    codes = bin_codes(x, cuts)
    assert BINS <= len(cuts) + 1 <= BINS + 2
    assert len(np.unique(x[codes == codes[x == 50.0][0]])) == 1
    others = np.bincount(codes[x != 50.0], minlength=len(cuts) + 1)
    assert np.sort(others)[-1] < 3 * 10_000 / BINS


def test_neighbours_in_floating_point_fall_on_their_own_side_of_a_cut() -> None:
    steps = np.arange(20, dtype=np.int64) + np.float64(1.0).view(np.int64)
    x = np.repeat(steps.view(np.float64), 25)
    cuts = cuts_of(x)
    assert bin_codes(x, cuts).tolist() == np.repeat(np.arange(20), 25).tolist()


def test_a_number_is_encoded_by_its_bins() -> None:
    rng = np.random.default_rng(2)
    x = np.where(rng.random(600) < 0.1, np.nan, rng.integers(0, 15, 600).astype(float))
    y = (rng.random(600) < 0.3 + 0.4 * (x == 7.0)).astype(np.float32)
    ones = np.ones(600, dtype=np.float32)
    shown = np.arange(500)
    (made,), own = fit_target_encodings(number_values(x), NUMBER, y, ones, shown, SEED)
    assert np.argmax(made.log_odds) == 7
    assert np.array_equal(own[500:], encode_targets(number_values(x), (made,))[500:])
    odd = number_values(np.array([np.nan, -np.inf, np.inf, 7.4]))
    wanted = made.log_odds[[-1, 0, 14, 7]]
    assert encode_targets(odd, (made,))[:, 0].tolist() == wanted.tolist()


def test_a_training_rows_input_does_not_depend_on_its_own_label() -> None:
    values, y, weight = table()
    _, plain = fit_target_encodings(values, SCHEMA, y, weight, SHOWN, SEED)
    for row in SHOWN.tolist():
        flipped = y.copy()
        flipped[row] = 1.0 - y[row]
        _, own = fit_target_encodings(values, SCHEMA, flipped, weight, SHOWN, SEED)
        blind = SHOWN[own[SHOWN, 0] == plain[SHOWN, 0]]
        # Exactly the row's inner fold is untouched, and every other row depends on it.
        assert row in blind
        assert len(blind) == len(SHOWN) // INNER_FOLDS
        assert (own[90:] != plain[90:]).all()


def test_held_out_labels_never_matter() -> None:
    values, y, weight = table()
    tables, own = fit_target_encodings(values, SCHEMA, y, weight, SHOWN, SEED)
    other = y.copy()
    other[90:] = 1.0 - other[90:]
    again, own_again = fit_target_encodings(values, SCHEMA, other, weight * 1.0, SHOWN, SEED)
    assert np.array_equal(own, own_again)
    assert np.array_equal(tables[0].log_odds, again[0].log_odds)


def test_table_is_the_smoothed_log_odds_of_the_rows_shown() -> None:
    values, y, weight = table()
    (made,), own = fit_target_encodings(values, SCHEMA, y, weight, SHOWN, SEED)
    codes, w = values.codes["many"][SHOWN], weight[SHOWN].astype(float)
    yes = w * y[SHOWN]
    base = (yes.sum() + 0.5) / (w.sum() + 1.0)
    for code in (-1, *range(11)):
        there = codes == code
        rate = (yes[there].sum() + PRIOR_ROWS * base) / (w[there].sum() + PRIOR_ROWS)
        expected = np.log(rate / (1 - rate)) - np.log(base / (1 - base))
        assert made.log_odds[code] == pytest.approx(expected, rel=1e-5)
    assert np.array_equal(own[90:, 0], made.log_odds[values.codes["many"][90:]])


def test_unseen_levels_and_missing_cells_get_0_unless_shown() -> None:
    values, y, weight = table()
    values.codes["many"][:] = np.abs(values.codes["many"])
    (made,), _ = fit_target_encodings(values, SCHEMA, y, weight, SHOWN, SEED)
    assert made.log_odds.shape == (len(LEVELS) + 2,)
    assert made.log_odds[11] == made.log_odds[-1] == made.log_odds[-2] == 0.0
    values.codes["many"][:30] = -1
    (made,), _ = fit_target_encodings(values, SCHEMA, y, weight, SHOWN, SEED)
    assert made.log_odds[-1] != 0.0
    assert made.log_odds[-2] == 0.0


def test_new_rows_take_the_encoding_of_their_level() -> None:
    encoding = TargetEncoding("many", np.arange(14, dtype=np.float32))
    values = Values(4, {}, {"many": np.array([0, 11, -1, -2], dtype=np.int32)})
    assert encode_targets(values, (encoding,)).tolist() == [[0.0], [11.0], [13.0], [12.0]]
    assert encode_targets(values, ()).shape == (4, 0)


@pytest.mark.parametrize("shown", [1, 2, 3])
def test_fewer_rows_than_inner_folds(shown: int) -> None:
    values, y, weight = table()
    _, own = fit_target_encodings(values, SCHEMA, y, weight, np.arange(shown), SEED)
    assert np.isfinite(own).all()


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_one_class_alone_stays_finite(label: float) -> None:
    values, y, weight = table()
    (made,), own = fit_target_encodings(values, SCHEMA, np.full_like(y, label), weight, SHOWN, SEED)
    assert np.isfinite(own).all()
    assert np.isfinite(made.log_odds).all()


def test_seed_decides_the_inner_folds() -> None:
    values, y, weight = table()
    _, own = fit_target_encodings(values, SCHEMA, y, weight, SHOWN, SEED)
    _, again = fit_target_encodings(values, SCHEMA, y, weight, SHOWN, SEED)
    _, other = fit_target_encodings(values, SCHEMA, y, weight, SHOWN, (6, 1))
    assert np.array_equal(own, again)
    assert not np.array_equal(own[SHOWN], other[SHOWN])
    assert np.array_equal(own[90:], other[90:])
