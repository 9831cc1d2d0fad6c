"""docs/sources.md and docs/reading.md list what is read, and every line of the lists is true."""

import datetime as dt
import tomllib

import numpy as np
import pytest

from cases.places import PACK, SOURCES
from cases.what_is_read import CELLS, ELSEWHERE, LISTS, PACKINGS, PLACES, ROOT, listed
from spelled import column_of_csv
from trueodds.columns.schema import Column

KINDS = {"number": "number", "date": "date", "yesno": "yes/no", "category": "category"}


@pytest.mark.parametrize("document", LISTS)
def test_the_document_has_the_list(document: str) -> None:
    """``python tests/cases/what_is_read.py`` writes it."""
    assert listed(document)[1].splitlines() == LISTS[document][1]()


def test_every_place_is_proved() -> None:
    assert tuple(PACK) == PACKINGS
    for kind, _, _, proved in PLACES:
        assert set(proved) <= set(SOURCES)
        if not proved:
            file, _, test = ELSEWHERE[kind].partition("::")
            assert f"def {test}(" in (ROOT / "tests" / file).read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {extra for _, _, extra, _ in PLACES if extra} <= set(project["optional-dependencies"])


@pytest.mark.parametrize(("what", "written", "kind", "values"), CELLS, ids=lambda v: str(v)[:20])
def test_cells_are_read_so(
    what: str, written: tuple[str, ...], kind: str, values: tuple[str, ...]
) -> None:
    column, found = column_of_csv([*written] * 14)
    shown = "seconds" if column.number_style == "duration" else KINDS[column.kind]
    assert shown == kind, what
    assert [text(column, value) for value in found[: len(written)]] == [*values]


def text(column: Column, value: float) -> str:
    """A value as the list shows it."""
    if column.kind in ("category", "yesno"):
        return "missing" if value == -1 else column.levels[int(value)]
    if np.isnan(value):
        return "missing"
    if column.kind == "date":
        shown = dt.datetime.fromtimestamp(value, dt.UTC).isoformat(" ", "minutes")
        return shown.removesuffix("+00:00").removesuffix(" 00:00")
    return np.format_float_positional(value, trim="-")
