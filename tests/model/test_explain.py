"""Shapley values: those of enumeration, their errors, and what is made of them."""

import json
import warnings
from dataclasses import replace
from itertools import combinations
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trueodds import Model, load
from trueodds.columns.values import Values
from trueodds.errors import ModelFileError, TrueOddsError
from trueodds.json_text import json_text
from trueodds.model import explain, file
from trueodds.model.background import Background, background_rows, mixed, same_cells
from trueodds.model.explain import explain_row
from trueodds.model.explanation import Explanation, factor_text
from trueodds.model.model import from_bytes

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


@pytest.fixture(params=["relu", "crosses"])
def golden(request, golden_called):
    return golden_called(request.param)


def with_background(golden) -> Model:
    """The model with 12 of its golden rows as the background."""
    model = golden.model
    return replace(
        model, background=background_rows(model.read(golden.cells[12:24]), np.arange(12.0))
    )


def enumerated(model: Model, values: Values, row: int) -> np.ndarray:
    """Shapley values from all sets of columns, in the order of the schema."""
    background = model.background.values()
    names = [*values.numbers, *values.codes]
    count, every = len(names), np.arange(background.rows)

    def worth(own: tuple[int, ...]) -> float:
        mask = np.zeros((background.rows, count), np.bool_)
        mask[:, list(own)] = True
        return float(model.log_odds_of(mixed(values, row, background, every, mask)).mean())

    known = {
        own: worth(own) for size in range(count + 1) for own in combinations(range(count), size)
    }
    out = np.zeros(count)
    for own, value in known.items():
        for i in set(range(count)) - {*own}:
            more = known[tuple(sorted((*own, i)))]
            out[i] += (more - value) / (count * comb(count - 1, len(own)))
    return out[[names.index(column.name) for column in model.schema.used]]


def test_values_are_those_of_enumeration(golden) -> None:
    model = with_background(golden)
    rows = golden.cells[:4]
    values = model.read(rows)
    for row in range(len(rows)):
        exact = enumerated(model, values, row)
        found = [model.explain(rows[row : row + 1], seed=seed) for seed in range(12)]
        each = np.array([one.values[0] for one in found])
        largest = np.abs(exact).max()
        assert np.abs(each.mean(axis=0) - exact).max() < 0.02 * largest
        assert all(one.standard_errors.max() <= 0.05 * largest * 1.2 for one in found)
        # The standard errors say how far the values are from the exact ones.
        actual = np.square(each - exact).sum(axis=1).mean()
        claimed = np.square([one.standard_errors[0] for one in found]).sum(axis=1).mean()
        assert actual < 6.0 * claimed + 1e-12
        assert claimed < 6.0 * actual + 1e-12


def test_parts_do_not_change_the_values(golden, monkeypatch) -> None:
    model = with_background(golden)
    whole = model.explain(golden.cells[:3])
    monkeypatch.setattr(explain, "MOST_CELLS", 1)
    parts = model.explain(golden.cells[:3])
    assert parts.values.tobytes() == whole.values.tobytes()
    assert parts.standard_errors.tobytes() == whole.standard_errors.tobytes()


def test_values_add_up_and_do_not_depend_on_other_rows(golden) -> None:
    model = with_background(golden)
    found = model.explain(golden.cells)
    total = found.base_values + found.values.sum(axis=1)
    assert np.allclose(total, model.log_odds(golden.cells), atol=1e-12)
    alone = model.explain([golden.cells[5]])
    assert alone.values[0].tobytes() == found.values[5].tobytes()
    assert alone.standard_errors[0].tobytes() == found.standard_errors[5].tobytes()
    assert np.all(found.standard_errors >= 0.0)
    assert len(model.explain([golden.cells[5]], seed=1).values) == 1


@settings(max_examples=40)
@given(st.integers(1, 7), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_two_columns_and_additive_functions_are_exact(columns: int, rows: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    names = [f"x{i}" for i in range(columns)]
    slopes = rng.normal(size=columns)
    pair = columns == 2

    def forecast(values: Values) -> np.ndarray:
        X = np.column_stack([values.numbers[name] for name in names])
        return X @ slopes + (X[:, 0] * X[:, 1] if pair else 0.0)

    def table(count: int) -> Values:
        return Values(count, {n: rng.integers(0, 3, count).astype(float) for n in names}, {})

    one, background = table(1), table(rows)
    own, theirs = float(forecast(one)[0]), forecast(background)
    differ = ~same_cells(one, 0, background)
    found = explain_row(
        lambda at, mask: forecast(mixed(one, 0, background, at, mask)), differ, (own, theirs), 0
    )
    x = np.array([one.numbers[n][0] for n in names])
    b = np.column_stack([background.numbers[n] for n in names])
    exact = ((x - b) * slopes).mean(axis=0)
    if pair:
        exact += ((x - b) * (x[::-1] + b[:, ::-1]) / 2.0).mean(axis=0)
    assert np.allclose(found.values, exact, atol=1e-9)
    assert np.all(found.errors < 1e-6)


def test_a_row_that_is_all_of_the_background_has_no_values(golden) -> None:
    model = golden.model
    row = golden.cells[:1]
    same = replace(model, background=background_rows(model.read(row * 3), np.zeros(3)))
    found = same.explain(row)
    assert not found.values.any()
    assert not found.standard_errors.any()
    assert found.reasons(0) == ()


def test_the_cells_are_told(golden_called) -> None:
    golden = golden_called("relu")
    model = with_background(golden)
    names = [c.name for c in model.schema.used]
    found = model.explain([{**golden.cells[0], "town": "elsewhere", "amount": None}])
    assert found.feature_names == names
    told = dict(zip(names, found.data[0], strict=True))
    assert told["town"] == "elsewhere"
    assert told["amount"] is None
    assert told["skewed"] == golden.cells[0]["skewed"]
    assert told["begun"] == golden.cells[0]["begun"]


def test_reasons_are_words_in_the_order_of_their_size() -> None:
    values = np.array([[np.log(1.8), -1.2, 0.0, 0.04, 3.0]])
    found = Explanation(
        values,
        np.zeros(1),
        np.array([["cellular", 39.5, None, "x", None]], dtype=object),
        ["contact", "age", "b", "c", "income"],
        np.zeros((1, 5)),
    )
    assert found.reasons(0, 9) == (
        "income is missing: odds × 20",
        "age is 39.5: odds × 0.3",
        "contact is cellular: odds × 1.8",
    )
    assert len(found.reasons(0, 2)) == 2
    assert "\n" not in replace(found, feature_names=["a\nb"] * 5).reasons(0)[0]


@pytest.mark.parametrize(("value", "factor"), [(2000.0, "1e+304"), (-2000.0, "1e-304")])
def test_a_huge_change_has_a_factor_too(value: float, factor: str) -> None:
    one, cells = np.array([[value]]), np.array([["b"]], dtype=object)
    found = Explanation(one, np.zeros(1), cells, ["a"], np.zeros((1, 1)))
    assert found.reasons(0) == (f"a is b: odds × {factor}",)


def test_factors() -> None:
    assert [factor_text(x) for x in (1.84, 0.0123, 12.0, 99.7, 1234.0, 1e-5, 1e9)] == [
        "1.8",
        "0.012",
        "12",
        "100",
        "1,234",
        "1e-05",
        "1e+09",
    ]


def test_a_file_keeps_the_background(golden, tmp_path) -> None:
    model = with_background(golden)
    model.save(tmp_path / "m.odds")
    back = load(tmp_path / "m.odds")
    assert back.background == model.background
    rows = golden.cells[:3]
    assert back.explain(rows).values.tobytes() == model.explain(rows).values.tobytes()


def test_a_background_that_does_not_fit_is_a_damaged_file(golden, monkeypatch) -> None:
    def damaged(header: dict) -> str:
        return json_text({**header, "background": {"rows": 1, "numbers": {}, "codes": {}}})

    monkeypatch.setattr(file, "json_text", damaged)
    with pytest.raises(ModelFileError, match="the background does not fit the columns"):
        from_bytes(file.to_bytes(golden.model))


def test_a_model_without_a_background_says_so(golden) -> None:
    with pytest.raises(
        TrueOddsError, match="fitted with --no-background; fit it again, without that"
    ):
        golden.model.explain(golden.cells[:1])


def test_explaining_does_not_warn(golden) -> None:
    model = with_background(golden)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.explain(golden.cells)


def test_the_header_holds_cells_and_nothing_else(golden) -> None:
    model = with_background(golden)
    text = json.loads(json_text(model.background))
    assert set(text) == {"rows", "numbers", "codes", "words"}
    assert isinstance(model.background, Background)
