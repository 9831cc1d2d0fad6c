"""Any table ends in a model or in one sentence that names the file: a corpus, and generated ones.

TRUEODDS_TABLES sets how many tables the long run generates (CI 2,000).
"""

import csv
import io
import json
import os
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from trueodds import load
from trueodds.cli.app import app
from trueodds.columns import read_target
from trueodds.errors import TrueOddsError
from trueodds.main_job import learn
from trueodds.model import Model
from trueodds.table import Frame, as_frame, read_table, write_scored

pytestmark = pytest.mark.usefixtures("tiny_recipe")
CORPUS = sorted(
    path for path in (Path(__file__).parent / "corpus").iterdir() if path.suffix not in (".py", "")
)
LONG = int(os.environ.get("TRUEODDS_TABLES", "2000"))
ends: Counter[str] = Counter()


def fit(frame: Frame) -> Model:
    """The main job, the forecast of the same rows, and the scored table."""
    target = read_target(frame.column("y"), name="y", source=frame.source)
    model = learn(frame.without(["y"]), target, jobs=1).model
    probability = model.predict(frame)
    assert probability.shape == (frame.rows,)
    assert ((probability > 0.0) & (probability < 1.0)).all()
    return model


def end_of(path: Path) -> str:
    """ "model", or the one sentence that says what is wrong; any other end is an error."""
    try:
        frame = read_table(path)
        model = fit(frame)
        model.save(path.with_name("m.odds"))
    except TrueOddsError as error:
        sentence = str(error)
        assert path.name in sentence, sentence
        assert sentence.isprintable(), sentence
        assert len(sentence) <= 600, sentence
        ends["sentence"] += 1
        return sentence
    back = load(path.with_name("m.odds"))
    assert back.log_odds(frame).tobytes() == model.log_odds(frame).tobytes()
    passed_through(frame, model, path)
    ends["model"] += 1
    return "model"


def passed_through(frame: Frame, model: Model, path: Path) -> None:
    """Scored rows have the source's headers and cells, character by character."""
    scored = path.with_name("scored.csv")
    write_scored(frame, model.predict(frame), scored)
    if any(column.dtype != pl.String for column in frame.data):
        return
    with scored.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert tuple(head[:-1]) == frame.headers
    for written, given_row in zip(rows, frame.data.iter_rows(), strict=True):
        assert written[:-1] == list(given_row)


SENTENCES = {
    "blank_lines.csv": "is empty",
    "constant_columns.csv": '"x" \\(constant',
    "deep.json": "too deep",
    "deep.jsonl": "line 1: .*too deep",
    "empty.csv": "is empty",
    "huge_number.jsonl": "line 1: .*too many digits",
    "lines.jsonl": "line 1",
    "no_target.csv": 'has no column "y"',
    "quote_last.csv": "line 61",
    "quote_open.csv": "line 2",
    "ragged_long.csv": "line 31",
    "ragged_short.csv": "line 62",
    "target_missing_everywhere.csv": '"y" is missing in all 60 rows',
    "target_of_numbers.csv": "60 different labels",
    "two_rows.csv": "1 row",
    "utf_32.csv": "UTF-32",
    "zero_bytes.csv": "zero byte in line 2",
}
"""What some sentences must name."""
MODELS = """
    blank_headers byte_order_mark carriage_returns commas_in_tsv controls dates duplicate_headers
    emoji empty_headers excel_hint injection latin_1 long markers mixed_encodings mixed_line_ends
    newlines_within no_last_line_end not_even_windows numbers odd patterns quotes_within
    right_to_left semicolons surrogate target_twice utf_16
"""


@pytest.mark.parametrize("source", CORPUS, ids=lambda path: path.name)
def test_the_corpus(source: Path, tmp_path: Path) -> None:
    path = tmp_path / source.name
    path.write_bytes(source.read_bytes())
    end = end_of(path)
    if source.name in SENTENCES:
        assert end != "model"
        with pytest.raises(TrueOddsError, match=SENTENCES[source.name]):
            raise TrueOddsError(end)
    else:
        assert (end == "model") == (
            source.stem in MODELS.split() and source.name != "numbers.json"
        ), end


def test_the_corpus_is_as_its_maker_makes_it() -> None:
    space: dict[str, Any] = {"__file__": str(CORPUS[0]), "__name__": "maker"}
    maker = CORPUS[0].with_name("make_corpus.py")
    exec(compile(maker.read_text(encoding="utf-8"), str(maker), "exec"), space)
    made = space["files"]()
    assert sorted(made) == [path.name for path in CORPUS]
    for path in CORPUS:
        assert path.read_bytes() == made[path.name], path.name


def test_formulas_pass_through_the_command_untouched(tmp_path: Path) -> None:
    table = next(path for path in CORPUS if path.name == "injection.csv")
    model, out = tmp_path / "m.odds", tmp_path / "s.csv"
    run = CliRunner()
    fitted = run.invoke(app, ["fit", str(table), "--target", "y", "--out", str(model)])
    assert fitted.exit_code == 0, fitted.output
    done = run.invoke(app, ["predict", str(model), str(table), "--out", str(out)])
    assert done.exit_code == 0, done.output
    with table.open(encoding="utf-8", newline="") as file:
        given_rows = list(csv.reader(file))
    with out.open(encoding="utf-8", newline="") as file:
        written = list(csv.reader(file))
    assert [row[:-1] for row in written] == given_rows
    assert any(row[1].startswith("=cmd") for row in written)


@pytest.mark.slow
def test_ten_thousand_columns(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    path = tmp_path / "wide.csv"
    cells = rng.normal(size=(60, 10_000)).round(3)
    label = np.where(cells[:, 0] > 0, "yes", "no")
    lines = [",".join([*(f"x{i}" for i in range(10_000)), "y"])]
    lines += [",".join([*map(str, row), y]) for row, y in zip(cells, label, strict=True)]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert end_of(path) == "model"


@pytest.mark.slow
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_line_of_100_megabytes(tmp_path: Path, quote: str) -> None:
    path = tmp_path / "long.csv"
    long = quote + "z" * 100_000_000 + quote
    rows = [f"{i % 7},{long if i == 30 else 'a'},{('no', 'yes')[i % 2]}" for i in range(60)]
    path.write_text("x,c,y\n" + "\n".join(rows) + "\n", encoding="utf-8")
    # Read and learned, but no model file may be so large.
    assert re.search('long.csv: the model does not fit into a file.*"c".*: drop it', end_of(path))
    path.write_text(long, encoding="utf-8")
    assert "header line but no rows" in end_of(path)


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


def test_json_lines_of_odd_values(tmp_path: Path) -> None:
    odd = [None, 1e400, "\ud800", [1, {"a": None}], True, "x" * 1000, -0.0, 2**70]
    lines = [
        json.dumps({"odd": odd[i % len(odd)], "x": i * 7 % 11, "y": i * i % 3 % 2})
        for i in range(64)
    ]
    path = tmp_path / "odd.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert end_of(path) == "model"
