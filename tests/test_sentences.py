"""Sentences about input say what is wrong, where, and what to do: those that no other test shows.

`test_every_sentence.py` walks over the sources, so that a new sentence needs a test that shows it.
"""

import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_matrix

from spelled import column_of
from trueodds import TrueOddsClassifier
from trueodds.columns import Column, Schema, infer_schema, read_target
from trueodds.columns.labels import guess_yes
from trueodds.columns.leak import Leak
from trueodds.columns.leaks import rare_auc
from trueodds.errors import ModelFileError, TableError, UsageError
from trueodds.estimator_inputs import binary_labels, row_weights
from trueodds.model.effects import require_column
from trueodds.model.file import read_bytes
from trueodds.table import as_frame, read_table
from trueodds.table.anywhere import fingerprint
from trueodds.table.delimited import Dialect, number_records
from trueodds.table.formats import require_file
from trueodds.table.frame import missing_column, unique_names
from trueodds.table.sources import as_source


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.csv", b"", "t.csv is empty: a table needs a header line and rows."),
        ("t.csv", b"\n \n", "t.csv is empty: a table needs a header line and rows."),
        ("t.jsonl", b"\n", "t.jsonl is empty: expected one JSON object a line."),
        ("t.json", b"[" * 9999, "t.json is not valid JSON: lists or objects within each other"),
        ("t.json", b"[1" + b"0" * 5000 + b"]", "is not valid JSON: a number of too many digits"),
        ("t.csv", b"ARROW1\0\0", "t.csv looks like an Arrow file: name it .arrow."),
        ("t.csv", b"SQLite format 3\0", "t.csv looks like a SQLite file: name it .sqlite."),
        ("t.csv", b"<!doctype html>\n<p>404", "looks like a web page: download the table itself"),
        ("t.csv", b"a,b\n1,2,3\n ,2,3\n", "t.csv, line 2: 3 cells where the header has 2"),
        ("t.csv", b"a,b\n1,2,3\n ,2,3\n", 'does not hold row names ("" is no name): quote cells'),
        ("t.csv", b"a,b\n7,2,3\n7,2,3\n", '"7" stands in lines 2 and 3): quote cells that hold a'),
        ("t.csv", b'a,b\n1,"2\n3,4\n', "line 2: a quote is opened and never closed"),
    ],
)
def test_files(name: str, content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TableError, match=re.escape(said)):
        read_table(tmp_path / name)


def test_folders_are_no_files(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="is a folder: name a table file inside it"):
        require_file(tmp_path)


def test_files_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n")

    def refused(*_: Any, **__: Any) -> None:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(Path, "open", refused)
    for read in (read_table, lambda p: fingerprint(as_source(p))):
        with pytest.raises(TableError, match=r"t\.csv cannot be read: Permission denied\."):
            read(path)


def test_notes_on_files(tmp_path: Path) -> None:
    (tmp_path / "wide.csv").write_bytes("a,b\n1,x\n2,y\n".encode("utf-16"))
    assert read_table(tmp_path / "wide.csv").notes == ("read as UTF-16",)
    (tmp_path / "ends.csv").write_text("a,b\n1,x,\n2,y,\n")
    said = "every row ends with a delimiter, the header does not: one empty column"
    assert said in read_table(tmp_path / "ends.csv").notes
    notes = unique_names([""] * 9)[1]
    assert notes[0] == 'column 1 has an empty header: now "Unnamed: 0"'
    assert notes[-1] == "5 more headers were empty or repeated and renamed"


def test_many_remarks_on_a_folder_are_cut(tmp_path: Path) -> None:
    for number in range(9):
        (tmp_path / f"{number}.csv").write_text("a,\n1,x\n2,y\n")
    said = "4 more remarks of this kind about other files"
    assert read_table(tmp_path).notes[-1] == said


def test_files_of_two_kinds(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,x\n")
    (tmp_path / "b.parquet").write_bytes(b"")
    said = "holds files of Parquet or Arrow and delimited text: choose those of one kind with a"
    with pytest.raises(TableError, match=said):
        read_table(tmp_path)


def test_archives_in_archives(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.writestr("t.csv.gz", b"")
    with pytest.raises(TableError, match="is compressed within an archive: unpack the archive"):
        read_table(tmp_path / "t.zip")


@pytest.mark.parametrize(
    ("format_", "said"),
    [
        (10**6, "from before the first release of trueodds: fit the model again"),
        (-1, "this trueodds reads format -1 with .*: update trueodds"),
    ],
)
def test_formats_of_models(format_: int, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trueodds.model.file.FORMAT", format_)
    data = sorted((Path(__file__).parent / "golden").glob("*.odds"))[0].read_bytes()
    with pytest.raises(ModelFileError, match=said):
        read_bytes(data)


class NoArray:
    def __array__(self, *_: Any, **__: Any) -> None:
        raise RuntimeError("it lies on another device")


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: as_frame([[1, 2]], ["a"]), TableError, "1 names for 2 columns: give one a column"),
        (lambda: as_frame(NoArray()), TableError, "NoArray does not give an array: it lies on an"),
        (
            lambda: as_frame({"a": [1], "b": 2}),
            TableError,
            'the column "b" of a dict of columns is one cell, and a dict of columns needs a list',
        ),
        (
            lambda: TrueOddsClassifier()._frame(csr_matrix((2, 2))),
            TypeError,
            r"Sparse input is not supported: give a dense array, X\.toarray\(\)",
        ),
        (
            lambda: list(number_records(['"a"b,c\n'], "t.csv", ",", Dialect(strict=True))),
            TableError,
            r"t\.csv, line 1: .*; check the quotes there\.",
        ),
        (
            lambda: require_column("t", Schema((Column("t", "text", words=("a",)),), 5)),
            UsageError,
            'columns: "t" is text, whose single words act; predict --explain tells how much',
        ),
        (
            lambda: binary_labels(["a"] * 3, 3),
            ValueError,
            "y has one class only: two classes are needed, found .*'a'.* 3 times",
        ),
        (
            lambda: row_weights(["1", "2", "x"], 3),
            ValueError,
            'sample_weight of row 2 is "x": weights must be numbers; mend or drop those rows',
        ),
        (
            lambda: row_weights(np.ones((2, 2)), 2),
            ValueError,
            "Sample weights must be 1D array or scalar: give one number a row",
        ),
        (
            lambda: row_weights([1.0], 2),
            ValueError,
            "X has 2 rows but sample_weight has 1: one weight a row",
        ),
        (
            lambda: read_target(pl.Series("y", ["a", "b", "c"])),
            ValueError,
            "has 3 different labels .* a yes/no target needs two: leave out rows of the others",
        ),
        (
            lambda: read_target(pl.Series("y", ["a", "a"])),
            ValueError,
            "has one label only .* a yes/no target needs two: add rows of the other",
        ),
        (
            lambda: read_target(pl.Series("y", [None, None])),
            ValueError,
            "is missing in all 2 rows; a yes/no target needs two labels: check the column's name",
        ),
    ],
)
def test_refusals_in_python(call: Callable[[], Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        call()


@pytest.mark.parametrize(
    ("counts", "rule"),
    [
        ({"3": 1, "7": 1}, "the larger number"),
        ({"member": 1, "non-member": 1}, '"non-member" is its negation'),
        ({">50K": 1, "<=50K": 1}, "the greater side"),
        ({"red": 1, "blue": 1}, "both are equally frequent, this is the later in text order"),
    ],
)
def test_why_a_label_is_yes(counts: dict[str, int], rule: str) -> None:
    assert guess_yes(counts)[2] == rule


def test_remarks_on_columns() -> None:
    index = infer_schema(as_frame(pl.DataFrame({"": [5, 3, 9], "x": [1.5, 2.5, 3.5]}))).columns[0]
    assert index.reason == "identifier: 3 different integers under no name, as an index has"
    said = "differ in case, blanks or Unicode form only and are two levels"
    assert said in column_of(["a  b", "a b", "c"])[0].remarks[0]
    leak = rare_auc(0.99999, ["a", "b"])
    assert leak is not None
    said = "the model's AUC of 1.0000 is one that honest tables rarely show; the most important"
    assert leak.finding() == f'{said} columns are "a" and "b"'
    assert (
        Leak(tuple("abcdefghijklmnop"), "leak", "together", 1.0, "").remedy().endswith(" and so on")
    )
    assert missing_column("a", [], "t.csv") == 't.csv has no column "a": it has no columns at all.'


def test_a_long_list_of_notes_is_cut() -> None:
    estimator = TrueOddsClassifier()
    estimator.notes_ = tuple(f"note {i}" for i in range(11))
    assert repr(estimator).endswith("… and 3 more: see notes_")


def test_the_yes_of_the_estimator() -> None:
    labels = np.array(["b", "a"] * 4)
    assert TrueOddsClassifier()._target(labels, 8)[0].rule == "the second of the sorted labels"
