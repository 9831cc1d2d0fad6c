"""Spellings of levels have the codes that the reader of tables gives."""

import polars as pl

from trueodds.columns.schema import Column
from trueodds.columns.values import read_codes
from trueodds.export.known_cells import known_cells

NUMBERED = Column("size", "category", levels=("1", "2.5", "large"))
ANSWERS = Column("smoker", "yesno", levels=("no", "yes"))


def test_other_spellings_of_a_level_are_known() -> None:
    cells = known_cells(NUMBERED)
    assert (cells["1"], cells["1.0"], cells["2.5"], cells["large"]) == (0, 0, 1, 2)
    assert cells["NA"] == cells[""] == -1
    assert "Large" not in cells
    answers = known_cells(ANSWERS)
    assert answers["TRUE"] == answers["Yes"] == answers["1"] == 1


def test_codes_are_those_of_the_reader() -> None:
    for column in (NUMBERED, ANSWERS):
        cells = known_cells(column)
        assert read_codes(pl.Series([*cells]), column).tolist() == [*cells.values()]
