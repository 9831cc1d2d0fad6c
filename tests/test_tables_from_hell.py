"""Each odd table of a corpus ends in a model or in one sentence that names the file."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from one_end import end_of
from trueodds.cli.app import app
from trueodds.errors import TrueOddsError

pytestmark = pytest.mark.usefixtures("tiny_recipe")
CORPUS = sorted(
    path for path in (Path(__file__).parent / "corpus").iterdir() if path.suffix not in (".py", "")
)


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


def test_json_lines_of_odd_values(tmp_path: Path) -> None:
    odd = [None, 1e400, "\ud800", [1, {"a": None}], True, "x" * 1000, -0.0, 2**70]
    lines = [
        json.dumps({"odd": odd[i % len(odd)], "x": i * 7 % 11, "y": i * i % 3 % 2})
        for i in range(64)
    ]
    path = tmp_path / "odd.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert end_of(path) == "model"
