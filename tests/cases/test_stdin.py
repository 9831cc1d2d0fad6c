"""Tables that come through stdin."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from cases.places import CSV, PACK, ROWS, TABLE, Make, parquet
from table.made_files import in_ods, in_sqlite, in_xlsx, zipped
from trueodds import Model
from trueodds.table import read_table

STDIN: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "CSV": (CSV, ()),
    "CSV, told": (CSV, ("--format", "csv")),
    "TSV": (TABLE.write_csv(separator="\t").encode(), ()),
    "Parquet": (parquet(), ()),
    "JSON lines": (TABLE.write_ndjson().encode(), ()),
    "JSON": (TABLE.write_json().encode(), ()),
    **{f"CSV and {ending}": (pack(CSV), ()) for ending, pack in PACK.items()},
}


@pytest.fixture(scope="module")
def model_file(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "m.odds"
    model.save(path)
    return path


def command(*words: object, stdin: bytes, cwd: Path) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "trueodds", *map(str, words)],
        input=stdin,
        capture_output=True,
        cwd=cwd,
        check=False,
    )


@pytest.mark.parametrize("name", STDIN)
def test_stdin(name: str, tmp_path: Path, model_file: Path, expected: "np.ndarray") -> None:
    raw, options = STDIN[name]
    done = command("predict", model_file, "-", *options, stdin=raw, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    scored = pl.read_csv(io.BytesIO(done.stdout), infer_schema_length=None)
    assert scored["probability"].to_list() == expected.tolist()


@pytest.mark.parametrize(
    ("make", "part"),
    [
        (lambda d: zipped(d / "t", {"t.csv": CSV}), ""),
        (lambda d: in_xlsx(d / "t", {"one": TABLE}), ""),
        (lambda d: in_ods(d / "t", {"one": TABLE}), ""),
        (lambda d: in_sqlite(d / "t", {"one": TABLE}), ""),
    ],
)
def test_stdin_of_files_with_several_parts(
    make: Make, part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = Path(str(make(tmp_path))).read_bytes()
    monkeypatch.setattr("trueodds.table.fetch._stdin", lambda: io.BytesIO(raw))
    frame = read_table(f"-{part}")
    assert frame.source.startswith("stdin")
    assert frame.rows == ROWS


def test_an_empty_stdin_is_one_sentence(tmp_path: Path, model_file: Path) -> None:
    done = command("predict", model_file, "-", stdin=b"", cwd=tmp_path)
    assert done.returncode == 1
    assert b"stdin is empty" in done.stderr
