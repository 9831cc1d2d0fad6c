"""One row of cells is read as a table's row is, whatever is in it."""

import datetime
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trueodds import Model
from trueodds.model.short_lists import MOST_ROWS
from trueodds.table.cells import MISSING_MARKERS

numbers = (
    st.floats()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False).map(str)
    | st.integers(-(10**20), 10**20).map(lambda n: f" {n:,} ")
    | st.sampled_from(["1e5", "1E400", "+7", ".5", "-.5", "5.", "0x1F", "1_000", "$12.5", "12 %"])
)
words = st.sampled_from(
    ["red", " green", "blue\t", "RED", "town 1", "town 13", "\u00a0town 2\u2003", "yes", "no", "Y"]
)
times = (
    st.datetimes(datetime.datetime(1, 1, 1), datetime.datetime(9999, 1, 1))
    | st.dates()
    | st.datetimes().map(str)
    | st.sampled_from(["2021-03-05 10:30:00", "2021-03-05", "05.03.2021", "soon"])
)
cells = (
    numbers
    | words
    | times
    | st.none()
    | st.booleans()
    | st.text(max_size=6)
    | st.sampled_from(MISSING_MARKERS)
    | st.sampled_from([np.float32(0.1), np.int8(3), np.bool_(True), np.datetime64("NaT"), b"red"])
)


@pytest.fixture(scope="module")
def relu(golden_called) -> Any:
    return golden_called("relu")


def same_alone_and_among(data: st.DataObject, golden: Any, most: int) -> None:
    row: dict[str, Any] = dict(golden.cells[data.draw(st.integers(0, 23))])
    for name in data.draw(st.lists(st.sampled_from(sorted(row)), min_size=1, max_size=most)):
        row[name] = data.draw(cells)
    alone = golden.model.log_odds(row)
    for rows in ([row], [golden.cells[0], row, golden.cells[1]]):
        # Beside other types, cells reach the model by way of text.
        found, warned = told(golden.model._table_log_odds, rows)
        assert alone.tobytes() == found[min(1, len(rows) - 1)].tobytes()
        quick, warned_quickly = told(golden.model.log_odds, rows)
        assert quick.tobytes() == found.tobytes()
        assert warned_quickly == warned


def told(forecast: Callable[[Any], Any], rows: Any) -> tuple[Any, list[str]]:
    """What a call gives, and what it warns of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = forecast(rows)
    return found, [str(each.message) for each in caught]


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_cell_in_any_column(data: st.DataObject, relu: Any) -> None:
    same_alone_and_among(data, relu, 3)


@pytest.mark.slow
@pytest.mark.parametrize("most", [1, 6])
@settings(max_examples=700, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_cell_in_any_column_many_times(data: st.DataObject, relu: Any, most: int) -> None:
    """Single cells, which most often stay with the quick reader, and many at once."""
    same_alone_and_among(data, relu, most)


def test_columns_in_a_dict_are_a_table(golden_called) -> None:
    golden = golden_called("relu")
    columns = {name: [row[name] for row in golden.cells] for name in golden.cells[0]}
    assert golden.model.log_odds(columns).tobytes() == golden.log_odds.tobytes()


@pytest.mark.parametrize("more", [{"tags": ["a", "b"]}, {"extra": 1}])
def test_what_else_a_row_may_hold(more: dict[str, Any], golden_called) -> None:
    golden = golden_called("relu")
    row = {**golden.cells[0], **more}
    if "tags" in more:
        with pytest.raises(ValueError, match="list of cells for each column"):
            golden.model.predict(row)
    else:
        assert golden.model.predict(row)[0] == golden.probability[0]


def test_short_lists_of_usual_rows_are_no_tables(
    golden_called, monkeypatch: pytest.MonkeyPatch
) -> None:
    golden = golden_called("relu")
    model = golden.model
    usual = [row for row in golden.cells if model.usual_row_log_odds(row) is not None]
    expected, warned = told(model._table_log_odds, usual[:3])
    tables = []
    whole = Model._table_log_odds

    def noted(self: Model, X: Any) -> Any:
        tables.append(len(X))
        return whole(self, X)

    monkeypatch.setattr(Model, "_table_log_odds", noted)
    assert not warned
    assert model.log_odds(usual[:3]).tobytes() == expected.tobytes()
    assert model.predict(usual[:1])[0] == model.predict(usual[0])[0]
    assert not tables
    one = usual[0]
    for longer in (
        [one] * (MOST_ROWS + 1),
        [one, {**one, "extra": 1}],
        [{**one, 3: 1}],
        [{**one, "extra": 10**19}],
        [{**one, "extra": 1j}],
        [{**one, " a": 1, "a ": 2}],
        [{**one, "": 1}],
    ):
        tables.clear()
        found, quick = told(model.log_odds, longer)
        assert tables == [len(longer)]
        assert (found.tobytes(), quick) == (whole(model, longer).tobytes(), quick)


def test_missing_cells_of_a_short_list_are_told_as_of_a_table(golden_called) -> None:
    model, row = golden_called("soft_splits").model, dict(golden_called("soft_splits").cells[0])
    warnings_seen = 0
    for column in model.schema.used:
        for count in (1, 2, 8):
            rows = [{**row, column.name: None}] * count + [row]
            expected, warned = told(model._table_log_odds, rows)
            found, quick = told(model.log_odds, rows)
            assert found.tobytes() == expected.tobytes()
            assert quick == warned
            warnings_seen += len(warned)
    assert warnings_seen
