"""From a frame to a table: which rows count, what the columns are, what is told."""

import numpy as np
import polars as pl
import pytest

from trueodds.columns import read_target
from trueodds.columns.describe import Table, describe
from trueodds.columns.leak import Leak
from trueodds.errors import TableError, TrainingError
from trueodds.table import as_frame

ROWS = 60
LEAK = Leak(("x",), "look", "score", 0.99, "seen")


def described(answer: list[str | None], extra: dict | None = None, **options) -> Table:
    rng = np.random.default_rng(0)
    columns = {
        "x": rng.normal(size=len(answer)),
        "town": [f"t{i}" for i in rng.integers(0, 4, len(answer))],
        "unit": ["kg"] * len(answer),
        **(extra or {}),
    }
    target = read_target(pl.Series("y", answer), name="y")
    given = {"weight": None, "groups": None, "time": None, "drop": (), **options}
    given.setdefault("keep", lambda name, array: array)
    return describe(as_frame(pl.DataFrame(columns)), target, **given)


def answers(rows: int = ROWS) -> list[str | None]:
    return ["yes" if i % 3 else "no" for i in range(rows)]


def test_columns_have_a_kind_and_constants_are_ignored() -> None:
    table = described(answers())
    assert table.columns == ["x", "town"]
    assert set(table.values.numbers) == {"x"}
    assert set(table.values.codes) == {"town"}
    assert table.y.tolist() == [int(a == "yes") for a in answers()]
    assert described(answers(), drop=("town",)).columns == ["x"]


def test_rows_without_a_label_or_a_weight_are_left_out_of_everything() -> None:
    answer, weight = answers(), np.ones(ROWS)
    answer[3], answer[40] = None, None
    weight[[7, 40]] = 0.0
    kept = np.setdiff1d(np.arange(ROWS), [3, 7, 40])
    number = np.arange(float(ROWS))
    table = described(answer, {"n": number}, weight=weight, groups=number * 2.0, time=number)
    assert table.y.tolist() == [int(answer[i] == "yes") for i in kept]
    assert table.groups.tolist() == (kept * 2.0).tolist()
    assert table.time.tolist() == kept.tolist()
    assert table.values.numbers["n"].tolist() == kept.tolist()
    assert len(table.sample_weight) == len(kept)
    assert table.values.rows == len(kept)
    assert described(answer).values.rows == ROWS - 2


@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e308])
def test_weights_have_mean_1_whatever_their_scale(scale: float) -> None:
    weight = np.linspace(0.1, 1.0, ROWS)
    table = described(answers(), weight=weight * scale)
    np.testing.assert_allclose(table.sample_weight, weight / weight.mean(), rtol=1e-12)
    assert described(answers()).sample_weight is None


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf")])
def test_weights_that_mean_nothing_are_refused(bad: float) -> None:
    weight = np.ones(ROWS)
    weight[7] = bad
    with pytest.raises(TableError, match="finite numbers ≥ 0"):
        described(answers(), weight=weight)
    with pytest.raises(TrainingError, match="all sample weights are zero"):
        described(answers(), weight=np.zeros(ROWS))


def test_both_labels_need_two_rows_that_count() -> None:
    one = ["no"] + ["yes"] * (ROWS - 1)
    with pytest.raises(TrainingError, match=r'"y" is "no" in only 1 row of 60; .* at least 2'):
        described(one)
    weight = np.array([0.0 if a == "no" else 1.0 for a in answers()])
    with pytest.raises(TrainingError, match="in only 0 rows of 40 with a weight above 0; each"):
        described(answers(), weight=weight)


@pytest.mark.parametrize(("most", "least"), [(1e300, 1e-300), (1.0, 1e-45), (1e30, 1e-8)])
def test_a_weight_that_vanishes_beside_the_largest_counts_as_0(most: float, least: float) -> None:
    weight = np.full(ROWS, most)
    weight[:5] = least
    table = described(answers(), weight=weight)
    assert table.values.rows == ROWS - 5
    assert table.sample_weight is not None
    assert (table.sample_weight == 1.0).all()


def test_weights_that_count_are_numbers_of_float32_whose_inverse_is_finite() -> None:
    weight = np.geomspace(1e-60, 1.0, ROWS)
    table = described(answers(), weight=weight)
    assert table.sample_weight is not None
    assert 2 < table.values.rows < ROWS
    with np.errstate(all="raise"):
        assert np.isfinite(np.float32(1.0) / table.sample_weight.astype(np.float32)).all()


def test_every_column_is_kept_by_a_name_of_its_own() -> None:
    kept: dict[str, np.ndarray] = {}

    def keep(name: str, array: np.ndarray) -> np.ndarray:
        kept[name] = array.copy()
        return kept[name]

    table = described(answers(), keep=keep)
    assert len(kept) == len(table.columns)
    assert any(table.values.numbers["x"] is array for array in kept.values())
    assert any(table.values.codes["town"] is array for array in kept.values())


def test_a_suspicion_about_the_score_is_added_only_where_there_is_no_other() -> None:
    table = described(answers())
    assert table.schema_with(None) is table.schema
    assert table.schema_with(LEAK).leaks == (LEAK,)
    paid = [3.0 if a == "yes" else 1.0 for a in answers()]
    leaky = described(answers(), {"paid": paid})
    assert leaky.schema.leaks
    assert leaky.schema_with(LEAK) is leaky.schema


def test_what_was_odd_in_the_cells_is_noted() -> None:
    odd = [f"{value:.6f}" for value in np.random.default_rng(1).normal(size=300)]
    odd[5] = "twelve"
    table = described(answers(300), {"odd": odd})
    assert any('"odd"' in note for note in table.notes)
