"""What is offered to the search for crosses: bins of numbers, and whole numbers as codes."""

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.schema import Column, Schema
from trueodds.columns.values import Values
from trueodds.features.cross_parts import BINS, FINE_BINS, Candidates, cross_candidates


def offered(x: NDArray[np.float64]) -> Candidates:
    return cross_candidates(Values(len(x), {"x": x}, {}), Schema((Column("x", "number"),), 0))


def test_numbers_are_cut_at_quantiles_and_few_values_stay_apart() -> None:
    rng = np.random.default_rng(0)
    made = offered(rng.normal(size=4000))
    assert not made.exact
    for part, bins in ((made.coarse["x"].part, BINS), (made.fine["x"].part, FINE_BINS)):
        assert bins <= part.levels <= bins + 1
    rows = np.bincount(made.coarse["x"].places)[2 : 2 + BINS]
    assert rows.min() > 400
    few = offered(rng.integers(0, 10, 500).astype(np.float64))
    assert few.coarse["x"].part.cuts == tuple(range(1, 10))


def test_whole_numbers_that_recur_may_be_codes() -> None:
    rng = np.random.default_rng(1)
    codes = rng.integers(0, 300, 3000) * 11.0
    made = offered(codes).exact["x"]
    known = np.unique(codes)
    for code in known[:20]:
        assert len(np.unique(made.places[codes == code])) == 1
        assert (made.places[codes != code] != made.places[codes == code][0]).all()
    # A value between two codes, and any beyond them, is in none of their bins.
    new = made.part.places(Values(3, {"x": np.array([5.0, -1.0, 1e9])}, {}))
    assert not set(new.tolist()) & set(made.places.tolist())
    assert not offered(codes + 0.5).exact
    assert not offered(rng.permutation(3000).astype(np.float64)).exact
    assert not offered(rng.integers(0, 20, 3000).astype(np.float64)).exact


def test_columns_that_tell_nothing_are_not_offered() -> None:
    values = Values(
        4,
        {"same": np.ones(4), "gone": np.full(4, np.nan), "day": np.arange(4.0)},
        {"town": np.zeros(4, np.int32), "own": np.array([0, 1, -1, -2], np.int32)},
    )
    schema = Schema(
        (
            Column("same", "number"),
            Column("gone", "number"),
            Column("day", "date"),
            Column("town", "category", levels=("a",)),
            Column("own", "yesno", levels=("no", "yes")),
        ),
        4,
    )
    made = cross_candidates(values, schema)
    assert (set(made.fine), set(made.coarse), set(made.exact)) == ({"own"}, {"own"}, set())
