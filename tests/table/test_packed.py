"""Damaged, locked and odd archives: a table, or one sentence."""

import io
import zipfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cases.places import OLD_EXCEL
from table.made_files import PACK, in_duckdb, in_ods, in_sqlite, in_xlsx, zipped
from trueodds.errors import TableError
from trueodds.table import read_table, stream_table
from trueodds.table.packed import PACKINGS, packing_of, require_packing

TABLE = pl.DataFrame({"a": range(40), "b": [f"x{i % 7}" for i in range(40)]})
CSV = TABLE.write_csv().encode()


def made(kind: str, path: Path) -> Path:
    if kind in PACK:
        path.write_bytes(PACK[kind](CSV))
    elif kind == ".zip":
        zipped(path, {"t.csv": CSV})
    elif kind == ".xls":
        path.write_bytes(OLD_EXCEL.read_bytes())
    elif kind in (".xlsx", ".ods"):
        {".xlsx": in_xlsx, ".ods": in_ods}[kind](path, {"t": TABLE})
    else:
        {".sqlite": in_sqlite, ".duckdb": in_duckdb}[kind](path, {"t": TABLE})
    return path


KINDS = [*PACKINGS, ".xlsx", ".xls", ".ods", ".sqlite", ".duckdb"]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """One whole file of each kind."""
    folder = tmp_path_factory.mktemp("good")
    return {kind: made(kind, folder / f"t{kind}").read_bytes() for kind in KINDS}


changes = st.lists(
    st.tuples(
        st.sampled_from(["set", "cut", "insert", "delete"]),
        st.floats(0, 1, exclude_max=True),
        st.binary(min_size=1, max_size=8),
    ),
    min_size=1,
    max_size=6,
)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=changes)
@example(drawn=[("delete", 0.5, b"..."), ("set", 0.5, b"\x80")])  # SQLite quotes bytes, not text
def test_any_damage_is_one_sentence(
    kind: str,
    good: dict[str, bytes],
    tmp_path_factory: pytest.TempPathFactory,
    drawn: list[tuple[str, float, bytes]],
) -> None:
    raw = bytearray(good[kind])
    for what, at, new in drawn:
        place = int(at * len(raw))
        if what == "set":
            raw[place : place + len(new)] = new
        elif what == "cut":
            del raw[place:]
        elif what == "insert":
            raw[place:place] = new
        else:
            del raw[place : place + len(new)]
    path = tmp_path_factory.getbasetemp() / f"t{'.csv' if kind in PACK else ''}{kind}"
    path.write_bytes(bytes(raw))
    for read in (read_table, lambda at: list(stream_table(at, small=0, piece=50).frames)):
        try:
            read(path)
        except TableError as error:
            assert "\n" not in str(error)  # noqa: PT017
            assert path.name in str(error)  # noqa: PT017


def test_a_locked_member_and_a_rare_packing_are_sentences(tmp_path: Path) -> None:
    path = zipped(tmp_path / "t.zip", {"t.csv": CSV})
    raw = bytearray(path.read_bytes())
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(signature) + place] |= 1
    path.write_bytes(bytes(raw))
    with pytest.raises(TableError, match=r"^t\.zip#t\.csv is locked with a password: unpack it"):
        read_table(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("t.csv", CSV)
    with pytest.raises(TableError, match=r"^t\.zip#t\.csv is compressed in a rare way"):
        read_table(path)


def test_a_file_compressed_twice_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(PACK[".gz"](PACK[".xz"](CSV)))
    with pytest.raises(TableError, match=r"t\.csv\.gz is compressed more than once: unpack it"):
        read_table(path)


@pytest.mark.parametrize("kind", PACK)
def test_first_bytes(kind: str) -> None:
    for raw in (PACK[kind](CSV), PACK[kind](b"")):
        assert packing_of(raw) == kind
        assert require_packing(raw, "", "t") == kind
    assert packing_of(b"BZh,column\n1,2\n") == ""
    assert packing_of(b"") == ""
    with pytest.raises(TableError, match=f"t is not compressed with .*: drop the {kind}"):
        require_packing(b"a,b\n", kind, "t")


def test_compressed_text_from_a_pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be sought is read whole."""
    from trueodds.table import read
    from trueodds.table.formats import TableFile

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: object) -> int:
            raise OSError("Illegal seek")

    monkeypatch.setattr(read, "open_path", lambda path: Pipe(PACK[".xz"](CSV)))
    frame = read.read_file(TableFile(tmp_path, "pipe", ".csv"))
    assert frame.rows == 40


def test_a_panic_of_the_workbooks_reader_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fastexcel

    class PanicException(BaseException):
        """As fastexcel's own, which is not that of polars."""

    for problem, expected in ((PanicException, TableError), (KeyboardInterrupt, KeyboardInterrupt)):

        def give_up(raw: bytes, problem: type[BaseException] = problem) -> None:
            raise problem("out of range")

        monkeypatch.setattr(fastexcel, "read_excel", give_up)
        (tmp_path / "t.xls").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
        with pytest.raises(expected, match="out of range"):
            read_table(tmp_path / "t.xls")
