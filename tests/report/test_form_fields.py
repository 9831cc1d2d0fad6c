import numpy as np

from trueodds.columns.profile import ColumnProfile, Profile, profile_rows
from trueodds.columns.schema import Column, Schema
from trueodds.columns.values import Values
from trueodds.report.form_fields import MOST_OPTIONS, form_fields, usual_cells
from trueodds.report.out_of_fold import ColumnImportance

DAY = 86_400.0
SCHEMA = Schema(
    (
        Column("age", "number", unit="kg"),
        Column("job", "category", levels=("clerk", "cook")),
        Column("gone", "ignored"),
        Column("since", "date"),
        Column("at", "date"),
        Column("rare", "number"),
        Column("town", "category", levels=tuple(f"t{i}" for i in range(MOST_OPTIONS + 1))),
        Column("story", "text", words=("a",)),
        Column("took", "number", number_style="duration"),
    ),
    5,
)
VALUES = Values(
    5,
    {
        "age": np.array([1.0, 2.5, 2.5, 9.0, np.nan]),
        "since": DAY * np.array([0.0, 1.0, 1.0, 2.0, 3.0]),
        "at": np.array([0.0, 3661.0, 3661.0, 9000.0, np.nan]),
        "rare": np.array([np.nan, np.nan, np.nan, 1.0, 2.0]),
        "took": np.array([60.0, 60.0, 60.0, 60.0, 60.0]),
    },
    {
        "job": np.array([1, 1, 0, 1, -1], np.int32),
        "town": np.array([7, 7, 7, 2, 1], np.int32),
        "story": np.array([0, 0, -1, 0, 0], np.int32),
    },
)
PROFILE = profile_rows(VALUES, SCHEMA, np.zeros(5))


def test_a_usual_row_has_medians_and_frequent_levels() -> None:
    assert usual_cells(SCHEMA, PROFILE) == [2.5, 1, DAY, 3661.0, None, 7, None, 60.0]
    assert usual_cells(SCHEMA, None) == [None] * 8


def test_fields_show_the_usual_row_by_importance() -> None:
    importance = (ColumnImportance("job", 0.3, 0.2, 0.4), ColumnImportance("at", 0.2, 0.1, 0.3))
    fields = form_fields(SCHEMA, PROFILE, importance)
    assert [f.position for f in fields] == [1, 3, 0, 2, 4, 5, 6, 7]
    by_name = {f.name: f for f in fields}
    assert {name: (f.kind, f.value) for name, f in by_name.items()} == {
        "age": ("number", "2.5"),
        "job": ("level", "1"),
        "since": ("date", "1970-01-02"),
        "at": ("datetime-local", "1970-01-01T01:01:01"),
        "rare": ("number", ""),
        "town": ("text", "t7"),
        "story": ("text", ""),
        "took": ("number", "60"),
    }
    assert by_name["job"].options == ("clerk", "cook")
    assert (by_name["age"].low, by_name["age"].high) == (1.0, 9.0)
    assert by_name["age"].hint == "in kg"
    assert by_name["took"].hint == "in seconds"


def test_a_column_without_numbers_has_no_limits() -> None:
    schema = Schema((Column("x", "number"), Column("when", "date")), 3)
    empty = (ColumnProfile("x", 3, (0,)), ColumnProfile("when", 0, (3,), (), (), 1e14, 1e14))
    fields = form_fields(schema, Profile(3, empty, empty[0]), ())
    assert (fields[0].value, fields[0].low, fields[0].high) == ("", None, None)
    assert fields[1].value == ""  # beyond the years that a field can show
