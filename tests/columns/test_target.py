import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueodds.columns import apply_target, read_target
from trueodds.errors import TargetError


def target(*cells: object, positive: object = None, dtype: object = None):  # type: ignore[no-untyped-def]
    column = pl.Series("y", list(cells), dtype=dtype, strict=False)  # type: ignore[arg-type]
    return read_target(column, positive=positive)


@pytest.mark.parametrize(
    ("cells", "yes", "no"),
    [
        ([0, 1, 1], "1", "0"),
        ([0.0, 1.0], "1", "0"),
        ([True, False], "true", "false"),
        (["1.0", "0", "1"], "1", "0"),
        ([" yes", "no ", "yes"], "yes", "no"),
        (["Yes", "YES", "no", "Yes"], "Yes", "no"),
        ([" >50K", " <=50K"], ">50K", "<=50K"),
        (["'1'", "'-1'"], "'1'", "'-1'"),
        ([1, 2, 2], "1", "2"),
        (["a", "A", "A"], "a", "A"),
        (["e", "p", "e"], "p", "e"),
    ],
)
def test_labels_of_any_kind(cells: list[object], yes: str, no: str) -> None:
    read = target(*cells)
    assert (read.yes, read.no) == (yes, no)
    assert read.name == "y"
    assert read.rule
    assert read.y.dtype == np.uint8
    assert read.kept.all()
    assert read.missing == 0
    assert 0 < read.y.sum() < len(cells)


def test_missing_rows_are_left_out_and_counted() -> None:
    read = target("1", "", "0", None, "?", "1", " NA ")
    assert read.y.tolist() == [1, 0, 1]
    assert read.kept.tolist() == [True, False, True, False, False, True, False]
    assert read.missing == 4
    assert target(1.0, float("nan"), 0.0).missing == 1


def test_a_marker_word_is_a_label_when_there_is_no_other() -> None:
    read = target("none", "some", "none")
    assert (read.no, read.yes, read.missing) == ("none", "some", 0)
    assert '"none" is taken as a label' in read.rule
    assert target("none", "a", "b").missing == 1


@pytest.mark.parametrize("positive", ["R", " R ", "'R'", "r"])
def test_positive_overrules(positive: str) -> None:
    read = target("M", "M", "R", "R", "R", positive=positive)
    assert (read.yes, read.no, read.rule) == ("R", "M", "as you said")
    assert read.y.tolist() == [0, 0, 1, 1, 1]


@pytest.mark.parametrize("positive", [0, 0.0, "0", "0.0", "'0'", np.int64(0), False])
def test_positive_as_a_value(positive: object) -> None:
    if positive is False:
        assert target(True, False, positive=positive).yes == "false"
    else:
        assert target(0, 1, positive=positive).yes == "0"


@pytest.mark.parametrize(
    ("cells", "positive", "found"),
    [
        (["a", "b"], "c", 'no label "c": its labels are "a" in 1 row, "b" in 1 row'),
        (["a", "a"], None, 'one label only \\("a" in 2 rows\\).*: add rows of the other\\.$'),
        (["a", "", ""], None, "of the other, or write it into the 2 rows without a label\\.$"),
        (["a", "a", None], None, "of the other, or write it into the 1 row without a label\\.$"),
        (["", None], None, "missing in all 2 rows"),
        ([], None, "missing in all 0 rows"),
        (["a", "b", "c", "c"], None, '3 different labels \\("c" in 2 rows, "a" in 1 row, "b"'),
        ([float(i) for i in range(2000)], None, "2,000 different labels .*, …"),
    ],
)
def test_targets_that_are_no_yes_no_question(
    cells: list[object], positive: str | None, found: str
) -> None:
    with pytest.raises(TargetError, match=found) as raised:
        target(*cells, positive=positive)
    assert 'the target "y"' in str(raised.value)


def test_the_source_is_named_and_any_column_name_works() -> None:
    with pytest.raises(TargetError, match=r't\.csv: the target "rows"'):
        read_target(pl.Series("rows", ["a"]), name="rows", source="t.csv")
    for name in ("", "label", "rows", "n", "count"):
        assert read_target(pl.Series(name, ["y", "n"])).yes == "y"


@pytest.mark.parametrize(
    ("yes", "no", "cells"),
    [
        ("1", "0", ["1", "0", "1.0"]),
        ("1", "0", [1.0, 0.0, 1.0]),
        ("1", "0", [True, False, True]),
        ("true", "false", ["True", "FALSE", " true"]),
        ("true", "false", [1, 0, 1]),
        ("'1'", "'-1'", [1, -1, 1]),
        (">50K", "<=50K", [" >50K", "<=50k", ">50K "]),
    ],
)
def test_labels_at_evaluation_however_spelled(yes: str, no: str, cells: list[object]) -> None:
    y, kept = apply_target(pl.Series("y", cells), "y", yes, no)
    assert y.tolist() == [1, 0, 1]
    assert kept.all()


def test_evaluation_leaves_out_missing_and_refuses_the_unknown() -> None:
    y, kept = apply_target(pl.Series(["a", None, "?", "a"]), "y", "b", "a")
    assert y.tolist() == [0, 0]
    assert kept.tolist() == [True, False, False, True]
    with pytest.raises(TargetError, match=r't\.csv, line 2: the target "y" is "c"; .* "a" and "b"'):
        apply_target(pl.Series(["a", "b", "c"]), "y", "b", "a", place="t.csv, line {}".format)
    with pytest.raises(TargetError, match="missing in every row"):
        apply_target(pl.Series(["", None]), "y", "b", "a")


def test_a_marker_label_is_known_again() -> None:
    y, kept = apply_target(pl.Series(["none", "some", ""]), "y", "some", "none")
    assert y.tolist() == [0, 1]
    assert kept.tolist() == [True, True, False]


@given(st.lists(st.sampled_from(["x", " x", "zz", "zz ", "", "NA", None]), min_size=1))
def test_training_and_evaluation_read_the_same(cells: list[str | None]) -> None:
    column = pl.Series("y", cells, dtype=pl.String)
    try:
        read = read_target(column)
    except TargetError:
        return
    y, kept = apply_target(column, "y", read.yes, read.no)
    assert np.array_equal(y, read.y)
    assert np.array_equal(kept, read.kept)
