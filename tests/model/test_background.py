"""The background: rows along the forecasts, without anything but their cells."""

from dataclasses import replace

import numpy as np
import pytest

from trueodds.columns.schema import Column, Schema
from trueodds.columns.values import Values
from trueodds.columns.words import WordCells
from trueodds.model.background import (
    MOST_CELLS,
    ROWS,
    Background,
    background_rows,
    mixed,
    same_cells,
)

SCHEMA = Schema(
    columns=(Column("n", "number"), Column("c", "category", levels=("a", "b", "c"))), rows=500
)


def rows(count: int = 500) -> Values:
    rng = np.random.default_rng(0)
    n = np.where(rng.random(count) < 0.2, np.nan, rng.normal(size=count))
    return Values(count, {"n": n}, {"c": rng.integers(-1, 3, count).astype(np.int32)})


def test_rows_stand_for_all_forecasts() -> None:
    values, z = rows(), np.random.default_rng(1).normal(size=500)
    found = background_rows(values, z)
    assert found.rows == ROWS
    assert found.fits(SCHEMA)
    z_of = dict(zip(values.numbers["n"].tolist(), z.tolist(), strict=True))
    shown = [z_of[x] for x in found.numbers["n"] if x is not None]
    assert abs(np.mean(shown) - z.mean()) < 0.2
    assert abs(np.std(shown) - z.std()) < 0.2


def test_rows_without_forecast_or_weight_are_not_kept_and_heavy_rows_are() -> None:
    values, z = rows(), np.linspace(-1.0, 1.0, 500)
    values.numbers["n"][:] = np.arange(500.0)
    z[:250] = np.nan
    weight = np.ones(500)
    weight[400:] = 0.0
    weight[300] = 1e6
    found = background_rows(values, z, weight)
    kept = [x for x in found.numbers["n"] if x is not None]
    assert all(250 <= x < 400 for x in kept)
    assert kept.count(300.0) >= ROWS - 4


def test_a_small_table_is_kept_whole_and_infinities_are_missing() -> None:
    values = rows(20)
    values.numbers["n"][3] = np.inf
    found = background_rows(values, np.arange(20.0))
    assert found.rows == 20
    assert found.numbers["n"][3] is None
    assert np.isnan(found.values().numbers["n"][3])
    assert found.codes["c"] == tuple(values.codes["c"].tolist())


def test_a_wide_table_has_fewer_rows_in_it() -> None:
    wide = Values(100, {f"x{i}": np.arange(100.0) for i in range(10_000)}, {})
    assert background_rows(wide, np.arange(100.0)).rows == MOST_CELLS // 10_000


@pytest.mark.parametrize(
    "change",
    [
        {"rows": 0},
        {"rows": 3},
        {"numbers": {}},
        {"numbers": {"n": (1.0,)}},
        {"codes": {"c": (0, 3)}},
        {"codes": {"c": (0, -3)}},
        {"codes": {"c": (0, 1), "d": (0, 1)}},
    ],
)
def test_what_does_not_fit_the_columns_is_noticed(change: dict) -> None:
    good = Background(2, {"n": (1.0, None)}, {"c": (-1, 2)})
    assert good.fits(SCHEMA)
    assert not replace(good, **change).fits(SCHEMA)


def test_cells_are_compared_and_mixed() -> None:
    one = Values(1, {"n": np.array([np.nan])}, {"c": np.array([2], np.int32)})
    others = Values(2, {"n": np.array([np.nan, 5.0])}, {"c": np.array([1, 2], np.int32)})
    assert same_cells(one, 0, others).tolist() == [[True, False], [False, True]]
    own = np.array([[False, True], [True, False], [False, False]])
    found = mixed(one, 0, others, np.array([0, 1, 1]), own)
    assert np.array_equal(found.numbers["n"], [np.nan, np.nan, 5.0], equal_nan=True)
    assert found.codes["c"].tolist() == [2, 2, 2]


TEXT = Schema(columns=(Column("t", "text", words=("good", "bad", "so so")),), rows=500)


def texts(*cells: tuple[int, ...]) -> Values:
    starts = np.concatenate([[0], np.cumsum([len(cell) for cell in cells])])
    places = np.array([x for cell in cells for x in cell], np.int32)
    codes = {"t": np.full(len(cells), -2, np.int32)}
    return Values(len(cells), {}, codes, words={"t": WordCells(starts, places)})


def test_words_are_kept_compared_and_mixed() -> None:
    others = texts((0, 2), (), (1,))
    found = background_rows(others, np.arange(3.0))
    assert found.words == {"t": ((0, 2), (), (1,))}
    assert found.fits(TEXT)
    assert same_cells(texts((1,)), 0, found.values()).tolist() == [[False], [False], [True]]
    at, own = np.array([0, 1, 2, 0]), np.array([[False], [True], [False], [True]])
    cells = mixed(texts((1, 2)), 0, found.values(), at, own).words["t"]
    assert cells.starts.tolist() == [0, 2, 4, 5, 7]
    assert cells.places.tolist() == [0, 2, 1, 2, 1, 1, 2]


@pytest.mark.parametrize("words", [{}, {"t": ((0,),)}, {"t": ((3,), ())}, {"t": ((-1,), ())}])
def test_words_that_do_not_fit_are_noticed(words: dict) -> None:
    good = Background(2, {}, {"t": (-2, -1)}, {"t": ((0, 1), ())})
    assert good.fits(TEXT)
    assert not replace(good, words=words).fits(TEXT)
