"""One table in many spellings and containers: the same cells, and the same model."""

import csv
import datetime as dt
import io
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.test_dates import DAYS, EXACT
from cases.test_durations import iso_text, polars_text
from cases.test_numbers import SPELLINGS
from table.made_files import PACK, in_duckdb, in_ods, in_sqlite, in_xlsx, zipped
from trueodds import TrueOddsClassifier
from trueodds.columns import infer_schema, to_values
from trueodds.table import as_frame, read_table

ROWS = 36
SURE = {
    "amount": [-2191.05, 1463.54, 1538.5, 2029.02, 0.5, 112000.0, 7.0],
    "day": [dt.date(2001, 1, 25), dt.date(2003, 3, 13), dt.date(2005, 5, 30), dt.date(2011, 2, 28)],
    "moment": [dt.datetime(2019, 1, 25, 8, 30, 5), dt.datetime(2020, 12, 31, 23, 59, 59)],
    "took": [dt.timedelta(days=1, seconds=61), dt.timedelta(hours=5), dt.timedelta(0)],
    "paid": [True, False],
    "code": ["010", "0010", "10", "00010"],
    "town": ["Rome", "Oslo", "Bonn", "Łódź"],
}
"""Cells that every table has: they show how its columns are spelled."""
DRAWN = {
    "amount": st.floats(-1e6, 1e6).map(lambda v: round(v, 2) + 0.0),
    "day": st.dates(dt.date(1990, 1, 1), dt.date(2029, 12, 31)),
    "moment": st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2029, 12, 31)).map(
        lambda m: m.replace(microsecond=0)
    ),
    "took": st.integers(0, 10**7).map(lambda s: dt.timedelta(seconds=s)),
    **{name: st.sampled_from(SURE[name]) for name in ("paid", "code", "town")},
}
# Days 1 to 30 tell days from years of two digits; the spelling of a year, month and day alone.
MIDNIGHT = {
    name: (lambda day, spell=spell: spell(dt.datetime.combine(day, dt.time())))
    for name, spell in DAYS.items()
    if name != "yy-mm-dd"
}
SPELLED: dict[str, dict[str, Callable[[Any], str]]] = {
    "amount": SPELLINGS,
    "day": MIDNIGHT,
    "moment": EXACT,
    "took": {
        "Python": str,
        "pandas": lambda v: str(pd.Timedelta(v)),
        "polars": polars_text,
        "ISO": iso_text,
        "clock": lambda v: (
            f"{v // dt.timedelta(hours=1)}:{v.seconds // 60 % 60:02}:{v.seconds % 60:02}"
        ),
    },
    "paid": {
        "words": lambda v: "yes" if v else "no",
        "capitals": lambda v: "TRUE" if v else "FALSE",
        "letters": lambda v: "Y" if v else "N",
        "Python": str,
    },
    "code": {"as it is": str},
    "town": {"as it is": str},
}
MISSING = ["", "NA", "NULL", "n/a", "?"]


@st.composite
def tables(draw: st.DrawFn) -> pl.DataFrame:
    """A typed table, with missing cells."""
    columns = {}
    for name, cells in SURE.items():
        more = draw(st.lists(DRAWN[name], min_size=ROWS - len(cells), max_size=ROWS - len(cells)))
        columns[name] = [*cells, *more]
        for place in draw(st.lists(st.integers(len(cells), ROWS - 1), max_size=4)):
            columns[name][place] = None
    return pl.DataFrame(columns)


@st.composite
def spelled(draw: st.DrawFn) -> tuple[pl.DataFrame, pl.DataFrame, str]:
    """A typed table, the same as text, and how it is spelled."""
    table = draw(tables())
    how = {name: draw(st.sampled_from(sorted(ways))) for name, ways in SPELLED.items()}
    gone = draw(st.sampled_from(MISSING))
    text = {
        name: [gone if cell is None else SPELLED[name][how[name]](cell) for cell in table[name]]
        for name in table.columns
    }
    return table, pl.DataFrame(text), f"{how}, {gone!r}"


def csv_text(text: pl.DataFrame, seed: int) -> bytes:
    """One of the dialects of CSV."""
    rng = random.Random(seed)
    out = io.StringIO()
    writer = csv.writer(
        out,
        delimiter=rng.choice(",;\t|"),
        quoting=rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
        lineterminator=rng.choice(["\n", "\r\n", "\r"]),
    )
    writer.writerow(text.columns)
    writer.writerows(text.rows())
    return out.getvalue().encode(rng.choice(["utf-8", "utf-8-sig", "utf-16"]))


def put(path: Path, raw: bytes) -> Path:
    path.write_bytes(raw)
    return path


def parquet(table: pl.DataFrame) -> bytes:
    file = io.BytesIO()
    table.write_parquet(file)
    return file.getvalue()


def arrow(table: pl.DataFrame) -> bytes:
    file = io.BytesIO()
    table.write_ipc(file)
    return file.getvalue()


Make = Callable[[Path, pl.DataFrame], Any]
IN_MEMORY: dict[str, Make] = {
    "polars": lambda d, t: t,
    "polars, lazy": lambda d, t: t.lazy(),
    "pandas": lambda d, t: t.to_pandas(),
    "pandas on Arrow": lambda d, t: t.to_pandas(use_pyarrow_extension_array=True),
    "pandas, objects": lambda d, t: pd.DataFrame(
        {c: t[c].to_list() for c in t.columns}, dtype=object
    ),
    "Arrow": lambda d, t: t.to_arrow(),
    "list of dicts": lambda d, t: t.to_dicts(),
    "dict of columns": lambda d, t: t.to_dict(as_series=False),
}
TYPED_FILES: dict[str, Make] = {
    "Parquet": lambda d, t: put(d / "t.parquet", parquet(t)),
    "Arrow file": lambda d, t: put(d / "t.arrow", arrow(t)),
    "DuckDB": lambda d, t: in_duckdb(d / "t.duckdb", {"t": t}),
    "zip of Parquet": lambda d, t: zipped(d / "t.zip", {"t.parquet": parquet(t)}),
}
TEXT_FILES: dict[str, Make] = {
    **{f"CSV {i}": lambda d, t, i=i: put(d / "t.csv", csv_text(t, i)) for i in range(6)},
    "CSV and .zst": lambda d, t: put(d / "t.csv.zst", PACK[".zst"](csv_text(t, 1))),
    "JSON lines": lambda d, t: put(d / "t.jsonl", t.write_ndjson().encode()),
    "JSON": lambda d, t: put(d / "t.json", t.write_json().encode()),
    "Excel": lambda d, t: in_xlsx(d / "t.xlsx", {"t": t}),
    "OpenDocument": lambda d, t: in_ods(d / "t.ods", {"t": t}),
    "SQLite": lambda d, t: in_sqlite(d / "t.sqlite", {"t": t}),
}


def read_cells(source: Any) -> dict[str, list[Any]]:
    """Numbers, and levels in place of codes, of every column."""
    frame = read_table(source) if isinstance(source, Path) else as_frame(source)
    schema = infer_schema(frame)
    values = to_values(frame, schema)
    assert not values.odd
    cells: dict[str, list[Any]] = {
        name: [None if np.isnan(v) else v for v in column]
        for name, column in values.numbers.items()
    }
    for column in schema.used:
        if column.coded:
            levels = [False, True] if column.kind == "yesno" else column.levels
            codes = values.codes[column.name]
            cells[column.name] = [None if code < 0 else levels[code] for code in codes]
    return cells


COMMON = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}


@settings(max_examples=10, **COMMON)
@given(drawn=spelled(), pick=st.data())
def test_the_cells_are_the_same(
    drawn: tuple[pl.DataFrame, pl.DataFrame, str],
    pick: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    table, text, how = drawn
    expected = read_cells(table)
    assert set(expected) == set(table.columns)
    typed = {**IN_MEMORY, **TYPED_FILES}
    written = {**IN_MEMORY, **TYPED_FILES, **TEXT_FILES}
    for made, ways in ((table, typed), (text, written)):
        for name in pick.draw(st.lists(st.sampled_from(sorted(ways)), min_size=3, max_size=3)):
            folder = tmp_path_factory.mktemp("one")
            assert read_cells(ways[name](folder, made)) == expected, (name, how)


@pytest.mark.filterwarnings("ignore::trueodds.TableWarning")
@pytest.mark.usefixtures("tiny_recipe")
@settings(max_examples=8, **COMMON)
@given(drawn=spelled(), pick=st.data())
def test_the_model_is_the_same(
    drawn: tuple[pl.DataFrame, pl.DataFrame, str],
    pick: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Trained on the table as text from anywhere, it forecasts as one that is trained on types."""
    table, text, how = drawn
    name = pick.draw(st.sampled_from(sorted({**IN_MEMORY, **TEXT_FILES})))
    source = {**IN_MEMORY, **TEXT_FILES}[name](tmp_path_factory.mktemp("one"), text)
    frame = read_table(source) if isinstance(source, Path) else source
    y = [i % 7 % 2 for i in range(ROWS)]
    expected = TrueOddsClassifier(n_jobs=1).fit(table, y).predict_proba(table)
    found = TrueOddsClassifier(n_jobs=1).fit(frame, y).predict_proba(frame)
    assert found.tobytes() == expected.tobytes(), (name, how)
