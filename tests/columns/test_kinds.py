import datetime
import tempfile
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.columns import Column, Schema, infer_schema, read_target, to_values
from trueodds.errors import UsageError
from trueodds.table import Frame, as_frame, write_scored


def column(cells: list[object], name: str = "c", dtype: object = None) -> Column:
    series = pl.Series(name, cells, dtype=dtype, strict=False)  # type: ignore[arg-type]
    return infer_schema(as_frame(pl.DataFrame([series]))).columns[0]


@pytest.mark.parametrize(
    ("cells", "kind", "style"),
    [
        (["1", " 2 ", "3.5", "", "NA", "?", "none"], "number", ""),
        (["1", "2", "inf", "-inf"], "number", ""),
        (["1,234.5", "12", "2,000"], "number", "decimal_point"),
        (["1,5", "12", "2,25"], "number", "decimal_comma"),
        (["10%", "5.5%", "-"], "number", "decimal_point"),
        (["$1,000", "$20", "$3,500.50"], "number", "decimal_point"),
        (["1", "2", "x"], "category", ""),
        (["0", "1", "1"], "number", ""),
        ([1, 2, None], "number", ""),
        ([0.5, float("nan"), float("inf")], "number", ""),
        ([True, False, None], "yesno", ""),
        (["2020-01-01", "2021-02-03", ""], "date", ""),
        ([datetime.date(2020, 1, 1), datetime.date(2020, 1, 2)], "date", ""),
        ([datetime.datetime(2020, 1, 1), None, datetime.datetime(2020, 1, 2)], "date", ""),
        ([datetime.timedelta(1), datetime.timedelta(2)], "number", "duration"),
        ([datetime.time(1), datetime.time(2)], "number", "duration"),
        (["b", "a", "c", "a", "NA"], "category", ""),
    ],
)
def test_kinds(cells: list[object], kind: str, style: str) -> None:
    made = column(cells)
    assert (made.kind, made.number_style, made.reason) == (kind, style, "")


def test_levels_are_most_frequent_first_then_by_text() -> None:
    made = column(["b", "a", " c", "c ", "d", "", None])
    assert made.levels == ("c", "a", "b", "d")
    assert (made.missing, made.distinct) == (2, 4)


def test_two_levels_have_the_no_first() -> None:
    assert column(["yes", "no", "yes"]).levels == ("no", "yes")
    assert column([True, False]).levels == ("false", "true")
    assert column(["male", "female", "male"]).levels == ("male", "female")


def test_odd_cells_up_to_one_in_a_hundred_leave_numbers() -> None:
    numbers: list[object] = [str(i % 37) for i in range(198)]
    made = column([*numbers, "abc", "xyz"])
    assert (made.kind, made.missing) == ("number", 2)
    assert column([*numbers[:180], "1a", "2b", "3c", "4d"]).kind == "category"
    assert column([*numbers[:50], "abc"]).kind == "category"


def test_odd_cells_among_dates() -> None:
    days: list[object] = [f"2020-01-{1 + i % 28:02d}" for i in range(150)]
    made = column([*days, "soon"])
    assert (made.kind, made.date_format, made.missing) == ("date", "%Y-%m-%d", 1)
    assert column([*days[:15], "soon"]).kind == "category"


def test_a_marker_word_that_must_be_a_level_is_one() -> None:
    assert column(["none", "yes", "none"]).levels == ("none", "yes")
    assert column(["none", "a", "b"]).levels == ("a", "b")
    both = column(["none", "none", "a", "b", ""])
    assert (both.levels, both.missing) == (("none", "a", "b"), 1)
    assert column(["?", "a", "b", "NA"]).levels == ("a", "b")
    assert column(["?", "?"]).reason == "empty: every cell is missing"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ([None, None], "empty"),
        (["", "NA", "?"], "empty"),
        ([float("nan")] * 3, "empty"),
        ([7, 7, 7], 'constant: every cell is "7"'),
        ([" x", "x "], 'constant: every cell is "x"'),
        ([True, True], 'constant: every cell is "true"'),
        (["2020-01-01"] * 2, 'constant: every cell is "2020-01-01"'),
        ([[1], [2]], "holds lists"),
        ([{"a": 1}, {"a": 2}], "holds records"),
        ([b"x", b"y"], "holds bytes"),
    ],
)
def test_columns_ignored(cells: list[object], reason: str) -> None:
    made = column(cells)
    assert made.kind == "ignored"
    assert made.reason.startswith(reason)
    assert made.levels == ()


def test_one_value_beside_missing_cells_still_tells_something() -> None:
    assert column(["x", "", "x"]).kind == "category"
    assert column([1.0, None]).kind == "number"


def test_dropping() -> None:
    frame = as_frame(pl.DataFrame({"a": [1, 2], "b": [3, 4]}))
    schema = infer_schema(frame, drop=["a"])
    assert [c.kind for c in schema.columns] == ["ignored", "number"]
    assert schema.columns[0].reason == "dropped by you"
    with pytest.raises(UsageError, match=r'--drop: DataFrame has no column "A": did you mean "a"'):
        infer_schema(frame, drop=["A"])


def test_the_schema_survives_json() -> None:
    schema = infer_schema(as_frame(pl.DataFrame({"a": ["1,5", "2,5"], "b": ["x", "y"]})))
    assert msgspec.json.decode(msgspec.json.encode(schema), type=Schema) == schema


@pytest.mark.parametrize("rows", [1, 2, 10, 50])
def test_small_tables_of_floats_stay_numbers(rows: int) -> None:
    rng = np.random.default_rng(0)
    schema = infer_schema(as_frame(rng.normal(size=(rows, 3))))
    kinds = {c.kind for c in schema.columns}
    assert kinds == ({"ignored"} if rows == 1 else {"number"})


def test_a_thousand_columns_and_repeated_names() -> None:
    data = np.random.default_rng(0).integers(0, 3, size=(30, 1000))
    frame = as_frame(data, names=["a"] * 1000)
    schema = infer_schema(frame)
    assert len(schema.used) == 1000
    assert len(to_values(frame, schema).numbers) == 1000


def test_no_columns_and_no_usable_column() -> None:
    frame = as_frame(pl.DataFrame({"a": [1, 1]}))
    assert infer_schema(frame).used == ()
    bare = frame.without(["a"])
    assert infer_schema(bare) == Schema((), 2)
    assert to_values(bare, infer_schema(bare)).rows == 2


def test_names_that_polars_takes_for_patterns() -> None:
    columns = {
        "": ["a", "b"],
        "*": ["1", "3"],
        "^a.*$": ["x", "y"],
        "^b$": ["2,5", "1"],
        "c": [1, 2],
    }
    frame = as_frame(pl.DataFrame(columns)).without(["c"])
    assert frame.names == ("Unnamed: 0", "*", "^a.*$", "^b$")
    schema = infer_schema(frame)
    assert [c.kind for c in schema.columns] == ["yesno", "number", "yesno", "number"]
    values = to_values(frame.take(np.array([1])), schema)
    assert values.numbers["*"].tolist() == [3.0]
    assert values.codes["^a.*$"].tolist() == [1]
    target = read_target(frame.column("^a.*$"), name="^a.*$")
    assert target.y.tolist() == [0, 1]
    assert len(write_text(frame)) == 3


def write_text(frame: Frame) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        write_scored(frame, np.zeros(frame.rows), Path(folder) / "o.csv")
        return (Path(folder) / "o.csv").read_text().splitlines()


anything = st.lists(
    st.one_of(
        st.none(),
        st.text(max_size=6),
        st.sampled_from(
            ["1", "2.5", "1,000", "1,5", "2020-01-01", "1/2/2020", "none", "NA", "yes"]
        ),
        st.floats().map(str),
    ),
    max_size=30,
)


@given(anything, st.sampled_from(["c", "", "id", "Unnamed: 0", "rows", "word", "n", "^c.*$", "*"]))
def test_any_text_gets_a_kind_and_every_cell_its_value(cells: list[str | None], name: str) -> None:
    frame = as_frame(pl.DataFrame({name: pl.Series(cells, dtype=pl.String)}))
    schema = infer_schema(frame)
    made = schema.columns[0]
    values = to_values(frame, schema)
    if made.kind in ("number", "date"):
        assert int(np.isnan(values.numbers[made.name]).sum()) == made.missing
    elif made.kind in ("category", "yesno"):
        codes = values.codes[made.name]
        assert int((codes == -1).sum()) == made.missing
        assert codes.min() >= -1
        assert set(codes.tolist()) - {-1} == set(range(len(made.levels)))
    else:
        assert made.reason
