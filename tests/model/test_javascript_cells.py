"""The JavaScript reader reads cells as Python does: the same bits, or an Error."""

import csv
import gzip
import json
import random
import struct
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import trueodds.main_job as main_job
from real_tables import DATA, MANIFEST, NAMES, needs_tables
from spellings import CLOCKS, DATES, NUMBERS, cells_for, columns
from trueodds.columns import Column, read_target
from trueodds.columns.dates import DATE_FORMATS
from trueodds.columns.units import _CODES
from trueodds.columns.values import read_codes, read_numbers
from trueodds.model import Model
from trueodds.table import as_frame, read_table
from trueodds.table.cells import MISSING_MARKERS, NUMBER_PLACEHOLDERS, whole

CELLS = (Path(__file__).parents[2] / "readers/js/cells.mjs").as_uri()
THROWN = -1.25e300
"""Stands for an Error."""
READ = (
    f"const {{ prepared, readCell }} = await import({json.dumps(CELLS)});\n"
    "const value = (column, cell) => {\n"
    "  try { return readCell(column, cell); } catch (error) {\n"
    f"    if (/ is no (number|date): /.test(error.message)) return {THROWN};\n"
    "    throw error;\n"
    "  }\n"
    "};\n"
    "tell(cells.flatMap(([rules, all]) => {\n"
    "  const column = prepared(rules);\n"
    "  return all.map((cell) => value(column, cell));\n"
    "}));"
)
SCORE = (
    "const model = read(new Uint8Array(readFileSync(cells.path)).buffer);\n"
    "const value = (row) => {\n"
    "  try { return score(model, row).logOdds; } catch (error) {\n"
    f"    if (/ is no (number|date): /.test(error.message)) return {THROWN};\n"
    "    throw error;\n"
    "  }\n"
    "};\n"
    "tell(cells.rows.map(value));"
)


def by_python(column: Column, cells: list[str]) -> list[float]:
    """Values of cells, `THROWN` for those that are neither a value nor missing."""
    series = pl.Series([whole(cell) for cell in cells], dtype=pl.String)
    if column.kind in ("category", "yesno"):
        return [float(code) for code in read_codes(series, column)]
    values, odd = read_numbers(series, column)
    return [THROWN if no else float(v) for v, no in zip(values, odd, strict=True)]


def bits(values: Any) -> list[str]:
    return ["nan" if v != v else struct.pack(">d", v).hex() for v in values]


def compare(node: Any, pairs: list[tuple[Column, list[str]]]) -> list[float]:
    """Assert that both readers agree; returns the values."""
    found = bits(node(READ, [[column.to_json(), cells] for column, cells in pairs]))
    wanted = [value for column, cells in pairs for value in by_python(column, cells)]
    places = [(column, cell) for column, cells in pairs for cell in cells]
    different = [
        (column, cell, a, b)
        for (column, cell), a, b in zip(places, bits(wanted), found, strict=True)
        if a != b
    ]
    assert not different, different[:5]
    return wanted


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32))
def test_cells_in_random_spellings(node, seed: int) -> None:
    rng = random.Random(seed)
    some = rng.sample(columns(), 30)
    values = compare(node, [(column, cells_for(column, 40, rng)) for column in some])
    assert any(value != THROWN for value in values)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_many_cells_in_random_spellings(node, seed: int) -> None:
    rng = random.Random(seed)
    values = np.array(
        compare(node, [(column, cells_for(column, 400, rng)) for column in columns()])
    )
    assert np.mean(values == THROWN) < 0.7  # else too few are read to compare


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(cells=st.lists(st.text(max_size=12), min_size=1, max_size=40), data=st.data())
def test_cells_of_any_text(node, cells: list[str], data: Any) -> None:
    compare(node, [(data.draw(st.sampled_from(columns())), cells)])


@pytest.mark.parametrize("pattern", DATE_FORMATS)
def test_every_date_format(pattern: str) -> None:
    # polars panics at "02 Sep 2020" with one of the patterns, and takes signs for a year's.
    column = Column("d", "date", date_format=pattern)
    read = ["02 Sep 2020", "02-Sep-2020", "2 September 2020", "2020-09-02"]
    assert by_python(column, read) == [1599004800.0] * 4
    assert by_python(column, ["-2020-01-02", "1-feb-+20200", "1/2/-2020"]) == [THROWN] * 3


def test_numbers_too_long_for_an_integer() -> None:
    column = Column("t", "number", number_style="duration")
    cells = ["9" * 400 + " days", "9" * 5000 + ":00", "P" + "9" * 5000 + "D", "999999999999999 h"]
    assert by_python(column, cells) == [THROWN] * 3 + [999999999999999 * 3600.0]


def test_words_of_both_readers(node) -> None:
    words = [w for word in (*MISSING_MARKERS, *NUMBER_PLACEHOLDERS) for w in (word, word.upper())]
    units = [f"{code} 5" for code in sorted(_CODES)]
    pairs = [(Column("d", "date", date_order="dmy"), words), (Column("n", "number"), words)]
    pairs += [(Column("c", "category", levels=("b",)), words)]
    pairs += [
        (Column("n", "number", number_style="decimal_point", unit=code), units)
        for code in ("$", "€", "CHF", "zł")
    ]
    compare(node, pairs)


def test_every_spelling_is_the_same_in_both_readers(node) -> None:
    pairs = [
        (Column("n", "number", number_style="decimal_point", unit=unit), list(NUMBERS))
        for unit in ("", "¥", "元")
    ]
    pairs += [(Column("n", "number", number_style="duration"), list(CLOCKS))]
    pairs += [
        (Column("d", "date", date_order=order, century=1969), list(DATES))
        for order in ("dmy", "mdy", "ymd")
    ]
    assert sum(value != THROWN for value in compare(node, pairs)) > 150


def messy_table(rows: int) -> dict[str, list[str]]:
    """Columns of text of every kind, as files have them."""
    rng = random.Random(7)
    x = [rng.gauss(0.0, 1.0) for _ in range(rows)]
    euros = [f"{1000 + 400 * v:,.2f} €".translate(str.maketrans(",.", ".,")) for v in x]
    return {
        "euros": [cell if i % 9 else "n.a." for i, cell in enumerate(euros)],
        "share": [f"{rng.random() * 100:.1f} %" for _ in x],
        "balance": [f"({abs(v) * 9999:,.2f})" if v < 0 else f"{v * 9999:,.2f}" for v in x],
        "took": [f"{rng.randint(0, 5)}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02}" for _ in x],
        "born": [f"{rng.randint(1, 28)}.{rng.randint(1, 12)}.{rng.randint(50, 99)}" for _ in x],
        "seen": [f"2021-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}T10:00:00Z" for _ in x],
        "when": [rng.choice(("Jan", "Mar", "Sep")) + f" {rng.randint(1, 28)}, 2020" for _ in x],
        "member": [rng.choice(("yes", "Yes", "no", "NO", "")) for _ in x],
        "town": [rng.choice(("Bonn", "Köln", "NA", "Ulm", "Trier ")) for _ in x],
        "y": ["yes" if v + rng.gauss(0.0, 0.5) > 0 else "no" for v in x],
    }


def fitted(frame: Any, target: str, drop: tuple[str, ...] = (), positive: Any = None) -> Model:
    """A model that takes little time: only how cells are read matters here."""
    labels = read_target(frame.column(target), name=target, positive=positive)
    inputs = frame.without([target])
    return main_job.learn(inputs, labels, drop=drop, effort="quick", jobs=1).model


def score_both(
    node: Any, model: Model, rows: list[dict[str, str]], folder: Path
) -> tuple[list[str], list[str]]:
    """Bits of the log-odds by both readers; rows that Python warns of may throw in JavaScript."""
    path = folder / "m.odds"
    model.save(path)
    found = node(SCORE, {"path": str(path), "rows": rows})
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted = model.log_odds(columns)
    odd = np.zeros(len(rows), dtype=bool)
    for column in model.schema.used:
        if column.kind in ("number", "date"):
            odd |= read_numbers(pl.Series(columns[column.name], dtype=pl.String), column)[1]
    wanted = np.where(odd, THROWN, wanted)
    return bits(wanted), bits(found)


def test_a_messy_table(node, tmp_path) -> None:
    table = messy_table(300)
    model = fitted(as_frame(table), "y")
    kinds = {c.name: (c.kind, c.number_style, c.date_order) for c in model.schema.used}
    assert kinds["euros"] == ("number", "decimal_comma", "")
    assert kinds["took"] == ("number", "duration", "")
    assert kinds["born"] == ("date", "", "dmy")
    del table["y"]
    rows = [dict(zip(table, cells, strict=True)) for cells in zip(*table.values(), strict=True)]
    odd = [{"euros": "1.2345,0 €"}, {"born": "31.2.80"}, {"took": "soon"}, {"seen": "never"}]
    others = [{"euros": "1 234,5 EUR", "born": "1 May 1980"}, {"seen": "2021-03-04", "member": "Y"}]
    rows += [{**rows[0], **change} for change in (*odd, *others)]
    wanted, found = score_both(node, model, rows, tmp_path)
    assert wanted == found
    assert wanted.count(*bits([THROWN])) == len(odd)


@needs_tables
@pytest.mark.slow
@pytest.mark.parametrize("about", MANIFEST, ids=NAMES)
def test_the_cells_of_every_table(about: dict[str, Any], node, tmp_path) -> None:
    """As the file spells them: all rows, or 2,000 of them evenly apart."""
    path = DATA / about["file"]
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        first = file.readline()
        file.seek(0)
        delimiter = max(",;\t", key=first.count)
        header, *lines = csv.reader(file, delimiter=delimiter)
    few = lines[:: max(1, len(lines) // 600)]
    train = tmp_path / "train.csv"
    with train.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *few])
    frame = read_table(train)
    model = fitted(frame, about["target"], tuple(about["drop"]))
    some = lines[:: max(1, len(lines) // 2000)]
    used = {column.name for column in model.schema.used}
    rows = [
        {name: cell for name, cell in zip(frame.names, line, strict=True) if name in used}
        for line in some
        if len(line) == len(header)
    ]
    wanted, found = score_both(node, model, rows, tmp_path)
    assert wanted == found
    assert wanted.count(*bits([THROWN])) < 0.02 * len(wanted)
