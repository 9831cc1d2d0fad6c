"""Spellings of one level, in inputs and in the target."""

import unicodedata

import polars as pl
import pytest

from spelled import column_of_csv, rescore
from trueodds.columns import apply_target, read_target


def test_spellings_of_yes_and_no_are_two_levels() -> None:
    column, codes = column_of_csv(["TRUE", "true", "1", "yes", "FALSE", "no", "0", "n"] * 3)
    assert column.kind == "yesno"
    assert codes[:8].tolist() == [1, 1, 1, 1, 0, 0, 0, 0]
    assert rescore(column, ["Y", "False", "t", "maybe", ""]) == [1, 0, 1, -2, -1]
    assert 'are read as "' in column.remarks[0]
    assert column_of_csv(["TRUE", "true", "maybe"] * 3)[0].kind == "category"


def test_a_target_of_several_spellings() -> None:
    target = read_target(pl.Series("y", ["TRUE", "true", "1", "yes", "no", "FALSE", "0"]))
    assert target.y.tolist() == [1, 1, 1, 1, 0, 0, 0]
    y, _ = apply_target(pl.Series(["Yes", "0", "t"]), "y", target.yes, target.no)
    assert y.tolist() == [1, 0, 1]


def test_case_and_unicode_variants_are_said() -> None:
    column, _ = column_of_csv(["Paris", "paris", "Rome", "Oslo"] * 3)
    assert column.remarks == ('"Paris" and "paris" differ in case only and are two levels',)
    composed, apart = (unicodedata.normalize(form, "Köln") for form in ("NFC", "NFD"))
    column, _ = column_of_csv([composed, apart, "Rome"] * 3)
    assert "differ in Unicode form only" in column.remarks[0]
    column, _ = column_of_csv(["X", "x", ""] * 9)
    assert column.remarks == ('"X" and "x" differ in case only and are two levels',)


def test_unicode_forms_of_a_target_are_one_label() -> None:
    composed, apart = (unicodedata.normalize(form, "Genäht") for form in ("NFC", "NFD"))
    target = read_target(pl.Series("y", [composed, apart, composed, "offen"]))
    assert target.y.tolist() in ([1, 1, 1, 0], [0, 0, 0, 1])
    y, _ = apply_target(pl.Series([apart, "offen"]), "y", target.yes, target.no)
    assert y.tolist() in ([1, 0], [0, 1])


@pytest.mark.parametrize(
    ("labels", "positive"),
    [(["f", "t"], True), (["0", "1"], True), (["no", "yes"], 1), (["0,0", "1,0"], 1)],
)
def test_yes_may_be_named_by_its_meaning(labels: list[str], positive: object) -> None:
    target = read_target(pl.Series("y", labels * 3), positive=positive)
    assert [target.no, target.yes] == labels


def test_the_larger_number_is_yes_with_a_decimal_comma_too() -> None:
    target = read_target(pl.Series("y", ["1,0", "1,0", "0,0"]))
    assert (target.no, target.yes) == ("0,0", "1,0")
    y, _ = apply_target(pl.Series([1.0, 0.0]), "y", target.yes, target.no)
    assert y.tolist() == [1, 0]
