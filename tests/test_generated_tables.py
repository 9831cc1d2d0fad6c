"""Any generated table, from a file or from memory, ends in a model or in one sentence.

TRUEODDS_TABLES sets how many tables the long run generates (CI 1,000).
"""

import csv
import io
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from one_end import end_of, ends, fit
from trueodds.errors import TrueOddsError
from trueodds.table import as_frame

pytestmark = pytest.mark.usefixtures("tiny_recipe")


LONG = int(os.environ.get("TRUEODDS_TABLES", "1000"))


ODD_CELLS = (
    "", " ", "?", "NA", "none", "0", "-0", "1e999", "-1e999", "1e-400", "0x1F", "1,234.5",
    "1.234,5", "١٢", "1_0", "nan", "inf", "$5", "5 %", "2024-01-31", "31.01.2024", "01/02/2024",
    "Jan 31, 2024", "2024-02-30", "0000-00-00", "9999-12-31", "24:00", "12:30 PM", "true", "FALSE",
    "yes", "=cmd()", "+1", "@a", "\t", "🙂", "e\u0301", "\u202eabc", "\ufeff", "\u2028", "\x85",
    "\x1b[0m", '"', '""', "a\nb", "a\r\nb", "\r", "a,b", "a;b", "a|b", "9" * 30, "1" * 400,
    "z" * 300, "[1]", "{}", "\\N",
)  # fmt: skip
LABELS = [*[("no", "yes"), ("0", "1")] * 4, ("a", "a"), ("u", "v", "w"), ("", "1")]
BYTES = [b'"', b"\n", b",", b"\0", b"\xff", b"\r", b"", b"\xef\xbb\xbf"]
cell = st.sampled_from(ODD_CELLS) | st.text(max_size=6) | st.floats().map(repr)
number = st.integers(-5, 5).map(str) | st.floats(-1e6, 1e6).map(lambda v: f"{v:.3g}")
header = st.sampled_from(["x", "x", "", " ", "id", "y.1", "^x$", "*", "🙂"]) | st.text(max_size=4)


@st.composite
def columns(draw: st.DrawFn, rows: int) -> list[str]:
    """A column that repeats a few cells, is all odd, or is numbers but for a cell."""
    few = draw(st.lists(draw(st.sampled_from([cell, number])), min_size=1, max_size=6))
    made = [few[(i * 7 + i // 5) % len(few)] for i in range(rows)]
    for place in draw(st.lists(st.integers(0, rows - 1), max_size=2)):
        made[place] = draw(cell)
    return made


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """Text of a table, most often with a target of two labels, now and then with bytes changed."""
    rows = draw(st.sampled_from([24, 24, 24, 24, 24, 5, 2, 1]))
    width = draw(st.sampled_from([1, 2, 3, 4, 2, 3, 0]))
    body = [draw(columns(rows)) for _ in range(width)]
    labels = draw(st.sampled_from(LABELS))
    body.append([labels[(i * i) % len(labels)] for i in range(rows)])
    heads = [*(draw(header) for _ in range(width)), draw(st.sampled_from(["y", "y", "y", "Y "]))]
    order = draw(st.permutations(range(width + 1)))
    out = io.StringIO()
    writer = csv.writer(
        out,
        delimiter=draw(st.sampled_from(",,,;\t|")),
        lineterminator=draw(st.sampled_from(["\n", "\n", "\r\n", "\r"])),
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
    )
    writer.writerow([heads[i] for i in order])
    writer.writerows([[body[i][row] for i in order] for row in range(rows)])
    raw = out.getvalue().encode(
        draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252"])), "replace"
    )
    for _ in range(draw(st.sampled_from([0, 0, 0, 0, 0, 0, 1, 3]))):
        at = draw(st.integers(0, len(raw)))
        put = draw(st.sampled_from(BYTES))
        raw = raw[:at] + put + raw[at + draw(st.integers(0, 3)) :]
    return raw


def check_generated(raw: bytes, folder: Path) -> None:
    path = folder / "hell.csv"
    path.write_bytes(raw)
    end_of(path)


COMMON = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "database": None,
    "print_blob": True,
}


@settings(max_examples=60, **COMMON)
@given(raw=tables())
def test_generated_tables(raw: bytes, tmp_path: Path) -> None:
    check_generated(raw, tmp_path)


@pytest.mark.slow
def test_many_generated_tables(tmp_path: Path) -> None:
    ends.clear()

    @settings(max_examples=LONG, **COMMON)
    @given(raw=tables())
    def check(raw: bytes) -> None:
        check_generated(raw, tmp_path)

    check()
    print(f"\ntables: {dict(ends)}", file=sys.__stdout__)
    assert ends.total() >= LONG
    assert min(ends["model"], ends["sentence"]) > LONG // 10


objects = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(), max_size=4),
    st.binary(max_size=3),
    st.datetimes(),
    st.dates(),
    st.decimals(),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=1), st.none(), max_size=1),
    st.sampled_from(["\ud800", np.float32(1.5), np.int8(3), np.datetime64("NaT"), 10**400]),
)


@settings(max_examples=60, **COMMON)
@given(
    few=st.lists(st.lists(objects, min_size=1, max_size=4), min_size=1, max_size=3),
    names=st.lists(st.text(st.characters(), max_size=3), min_size=3, max_size=3),
)
def test_objects_in_memory(few: list[list[Any]], names: list[str]) -> None:
    rows = 24
    data: dict[str, Any] = {
        name: [cells[i % len(cells)] for i in range(rows)]
        for name, cells in zip(names, few, strict=False)
    }
    data["y"] = [i * i % 3 % 2 for i in range(rows)]
    data["good"] = [i * 7 % 11 + i * i % 3 for i in range(rows)]
    try:
        frame = as_frame(data)
        model = fit(frame)
    except TrueOddsError as error:
        if "\n" in str(error):
            pytest.fail(f"more than one line: {error}")
        return
    row = {name: cells[0] for name, cells in data.items()}
    assert np.isfinite(model.log_odds([row])).all()
