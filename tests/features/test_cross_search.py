"""The search finds what lies in columns together, in codes, and nothing in noise."""

import numpy as np
import pytest
from numpy.typing import NDArray

from trueodds.columns.schema import Column, Schema
from trueodds.columns.values import Values
from trueodds.features import cross_search
from trueodds.features.cross_search import CrossSearch, FoldSearched, Found

ROWS = 2000
SHOWN = np.arange(0, 1600)
SCHEMA = Schema(
    (
        Column("a", "number"),
        Column("b", "number"),
        Column("code", "number"),
        Column("town", "category", levels=tuple("abcde")),
        Column("own", "yesno", levels=("no", "yes")),
    ),
    ROWS,
)


def values(seed: int = 0) -> Values:
    rng = np.random.default_rng(seed)
    return Values(
        ROWS,
        {
            "a": rng.normal(size=ROWS),
            "b": np.where(rng.random(ROWS) < 0.05, np.nan, rng.normal(size=ROWS)),
            "code": rng.integers(0, 60, ROWS) * 13.0,
        },
        {
            "town": rng.integers(-1, 5, ROWS).astype(np.int32),
            "own": rng.integers(0, 2, ROWS).astype(np.int32),
        },
    )


def labels(log_odds: NDArray[np.float64], seed: int = 1) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    return (rng.random(ROWS) < 1.0 / (1.0 + np.exp(-log_odds))).astype(np.float32)


def find(table: Values, y: NDArray[np.float32]) -> list[Found]:
    return searched(table, y).crosses


def searched(table: Values, y: NDArray[np.float32]) -> FoldSearched:
    return CrossSearch(table, SCHEMA).find(y, np.ones(ROWS, np.float32), SHOWN, [0, 0])


def names(found: list[Found]) -> set[frozenset[str]]:
    return {frozenset(each.cross.columns) for each in found}


def test_a_product_of_numbers_is_found() -> None:
    table = values()
    a, b = table.numbers["a"], np.nan_to_num(table.numbers["b"])
    assert frozenset("ab") in names(find(table, labels(2.0 * a * b)))


def test_columns_side_by_side_need_no_cross() -> None:
    table = values()
    town, own = table.codes["town"], table.codes["own"]
    found = find(table, labels(1.5 * table.numbers["a"] + 0.5 * town - 2.0 * own))
    assert len(found) <= 1


def test_codes_are_read_by_value() -> None:
    table = values()
    effect = np.random.default_rng(5).normal(size=60) * 1.5
    level = (table.numbers["code"] / 13.0).astype(int)
    found = find(table, labels(effect[level]))
    assert frozenset(["code"]) in names(found)
    (made,) = (each for each in found if each.cross.columns == ("code",))
    codes = made.cross.codes(table)
    assert np.corrcoef(made.effects[codes], effect[level])[0, 1] > 0.8


def test_three_columns_that_tell_together_are_found() -> None:
    table = values()
    a, own, town = table.numbers["a"] > 0, table.codes["own"] > 0, table.codes["town"] > 2
    z = 2.5 * (a & own) - 2.5 * (a & own & town) * 2.0
    assert frozenset(["a", "own", "town"]) in names(find(table, labels(z)))


def many_numbers(X: NDArray[np.float64], y: NDArray[np.bool_], seed: int) -> FoldSearched:
    """The search of a table of numbers x0, x1 and so on; four of five rows are shown."""
    rows = len(X)
    names = [f"x{i}" for i in range(X.shape[1])]
    schema = Schema(tuple(Column(name, "number") for name in names), rows)
    table = Values(rows, dict(zip(names, X.T.copy(), strict=True)), {})
    shown = np.arange(rows - rows // 5)
    return CrossSearch(table, schema).find(
        y.astype(np.float32), np.ones(rows, np.float32), shown, [seed, 0]
    )


def test_columns_that_tell_something_alone_or_together_are_not_mute() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(ROWS, 100))
    y = rng.random(ROWS) < 1.0 / (1.0 + np.exp(-2.0 * X[:, 0] * X[:, 1] - X[:, 2]))
    mute = many_numbers(X, y, 0).mute
    assert len(mute) > 50
    assert not mute & {"x0", "x1", "x2"}
    # Where no column tells anything, all stay.
    for seed in range(4):
        assert len(many_numbers(X, rng.random(ROWS) < 0.5, seed).mute) < 100


@pytest.mark.parametrize("effect", [0.2, 0.4])
def test_weak_columns_of_few_rows_are_not_mute(effect: float) -> None:
    # Such a table is sonar: sixty bands of a spectrum in 166 rows.
    for seed in range(3):
        rng = np.random.default_rng(seed)
        y = rng.random(166) < 0.5
        X = rng.normal(size=(166, 60))
        X[:, :42] += effect * y[:, None]
        assert len(many_numbers(X, y, seed).mute) < 6


def test_noise_has_hardly_any() -> None:
    found = [find(values(seed), labels(np.zeros(ROWS), seed + 100)) for seed in range(20)]
    assert sum(map(len, found)) <= 2


@pytest.mark.parametrize("seed", [0, 1])
def test_rows_left_out_decide_nothing(seed: int) -> None:
    table = values(seed)
    a, b = table.numbers["a"], np.nan_to_num(table.numbers["b"])
    y = labels(2.0 * a * b, seed)
    other = y.copy()
    other[1600:] = 1.0 - other[1600:]
    before, after = find(table, y), find(table, other)
    assert len(before) == len(after) > 0
    for one, two in zip(before, after, strict=True):
        assert np.array_equal(one.effects, two.effects)
        assert np.array_equal(one.inputs(table), two.inputs(table))


def test_a_row_shown_has_an_input_that_its_own_label_did_not_make() -> None:
    table = values()
    a, b = table.numbers["a"], np.nan_to_num(table.numbers["b"])
    found = find(table, labels(2.0 * a * b))
    for each in found:
        plain = each.effects[each.cross.codes(table)]
        inputs = each.inputs(table)
        assert np.array_equal(inputs[1600:], plain[1600:])
        assert not np.array_equal(inputs[:1600], plain[:1600])
        assert each.effects[-2:].tolist() == [0.0, 0.0]


def test_many_rows_are_looked_at_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cross_search, "SEARCHED_ROWS", 1000)
    table = values()
    a, b = table.numbers["a"], np.nan_to_num(table.numbers["b"])
    y = labels(3.0 * a * b)
    found = find(table, y)
    assert frozenset("ab") in names(found)
    other = y.copy()
    other[1::2] = 1.0 - other[1::2]
    for one, two in zip(found, find(table, other), strict=True):
        assert np.array_equal(one.inputs(table), two.inputs(table))
        # Rows that were not looked at are as new ones.
        plain = one.effects[one.cross.codes(table)]
        assert np.array_equal(one.inputs(table)[1::2], plain[1::2])


def test_rows_bound_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    table = values()
    a, b = table.numbers["a"], np.nan_to_num(table.numbers["b"])
    y = labels(2.0 * a * b + 2.0 * (table.codes["own"] - 0.5) * (table.codes["town"] - 2))
    assert len(find(table, y)) > 1
    monkeypatch.setattr(cross_search, "ROWS_A_CROSS", 1000)
    assert len(find(table, y)) == 1
    monkeypatch.setattr(cross_search, "ROWS_A_CROSS", 2000)
    assert find(table, y) == []
