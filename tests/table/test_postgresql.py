"""Tables of a real PostgreSQL server, read and written."""

import datetime
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from table.scored_rows import ODDS, TABLE, as_parts
from trueodds.errors import TableError
from trueodds.table import as_frame, read_table, stream_table, write_scored, write_stream

USER, PASSWORD = "ann", "s@cret/pw"


def binaries() -> Path | None:
    """Folder of PostgreSQL's programs, if they are installed."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((f for f in folders if (f / "initdb").exists() and (f / "postgres").exists()), None)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """URL of a server with one database, whose user has a password."""
    programs = binaries()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: its tables are not tested")
    pytest.importorskip("adbc_driver_postgresql")
    # Not in pytest's folder, which other users may not enter: the server refuses to run as root.
    with tempfile.TemporaryDirectory(prefix="trueodds-postgresql-") as folder:
        yield from running_server(programs, Path(folder))


def running_server(programs: Path, folder: Path) -> Iterator[str]:
    as_user: dict[str, Any] = {}
    if os.getuid() == 0:
        as_user = {"user": 65534, "group": 65534, "extra_groups": []}
    secret, data = folder / "password", folder / "data"
    secret.write_text(PASSWORD)
    for path in (folder, secret):
        os.chown(path, as_user.get("user", -1), as_user.get("group", -1))
    words = ["-D", data, "-U", USER, f"--pwfile={secret}", "-A", "scram-sha-256", "-E", "UTF8"]
    made = subprocess.run(
        [programs / "initdb", *words, "--locale=C", "--no-sync"],
        capture_output=True,
        text=True,
        cwd=folder,
        **as_user,
    )
    assert made.returncode == 0, made.stderr
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    settings = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off")
    running = subprocess.Popen(
        [programs / "postgres", "-D", data, "-p", str(port)]
        + [word for setting in settings for word in ("-c", setting)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        **as_user,
    )
    url = f"postgresql://{USER}:s%40cret%2Fpw@127.0.0.1:{port}/postgres"
    try:
        wait_for(url, running)
        yield url
    finally:
        running.terminate()
        running.wait(30)


def wait_for(url: str, running: "subprocess.Popen[bytes]") -> None:
    from adbc_driver_postgresql import dbapi

    for _ in range(150):
        try:
            dbapi.connect(url).close()
            return
        except Exception:
            assert running.poll() is None, "the server ended"
            time.sleep(0.2)
    raise AssertionError("the server does not answer")


def execute(url: str, *statements: str) -> None:
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(url) as base, base.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        base.commit()


@pytest.fixture
def loans(server: str) -> Iterator[str]:
    """URL of the server with a table ``loans`` and an empty one in a schema."""
    execute(
        server,
        "create table loans (id text, n bigint, x double precision, day date, yes boolean)",
        "insert into loans values ('a', 1, 0.5, '2024-01-02', true), ('b', 2, null, null, false), "
        "(null, 3, -2.25, '2023-05-06', null)",
        "create schema other",
        'create table other."No rows" (a int)',
    )
    yield server
    execute(server, "drop table loans", "drop schema other cascade")


def test_a_table_and_a_query_of_postgresql(loans: str) -> None:
    frame = read_table(f"{loans}#loans")
    assert frame.data.equals(TABLE)
    assert frame.source.endswith("/postgres#loans")
    assert PASSWORD not in frame.source
    assert "cret" not in frame.place(0)
    asked = read_table(loans, query="select n, x * 2 as x from loans order by n desc")
    assert asked.data.rows() == [(3, -4.5), (2, None), (1, 1.0)]
    assert stream_table(f"{loans}#loans").first.data.equals(TABLE)


def test_types_of_postgresql(loans: str) -> None:
    frame = read_table(
        loans,
        query="select 12.50::numeric(10,2) as price, 3::smallint as s, 1.5::real as r, "
        "timestamp '2024-01-02 03:04:05' as t, timestamptz '2024-01-02 03:04:05+00' as z, "
        "time '03:04:05' as c, 'x'::varchar(3) as v, uuid_nil_text as u "
        "from (select '00000000-0000-0000-0000-000000000000'::uuid as uuid_nil_text) q",
    )
    row = dict(zip(frame.names, frame.data.row(0), strict=True))
    assert row["price"] == "12.50"
    assert (row["s"], row["r"], row["v"]) == (3, 1.5, "x")
    assert row["t"] == datetime.datetime(2024, 1, 2, 3, 4, 5)
    assert row["z"] == datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)
    assert row["c"] == datetime.time(3, 4, 5)


def test_what_postgresql_does_not_give_is_one_sentence(loans: str) -> None:
    said = [
        (f"{loans}#lones", "", 'has no table "lones"; it holds "loans", "other.No rows"'),
        (loans, "", "holds 2 tables: choose one"),
        (f"{loans}#other.No rows", "", "has columns but no rows"),
        (
            loans,
            "select nothing from loans",
            'cannot be queried: .*column "nothing" does not exist',
        ),
        (loans.replace("s%40cret", "wrong"), "select 1", "cannot be connected to: .*password"),
        ("postgresql://ann:s%40cret%2Fpw@127.0.0.1:1/x#t", "", "cannot be connected to: .*refused"),
    ]
    for place, query, message in said:
        with pytest.raises(TableError, match=message) as error:
            read_table(place, query=query)
        text = str(error.value)
        assert "\n" not in text
        assert "cret" not in text
        assert "wrong" not in text


def test_intervals_of_postgresql(loans: str) -> None:
    table = pl.DataFrame({"a": [1, 2], "lasted": [datetime.timedelta(hours=36), None]})
    place = f"{loans}#timed"
    write_scored(as_frame(table), ODDS[:2], place)
    try:
        assert read_table(place).data["lasted"].to_list() == ["36:00:00", None]
        with pytest.raises(TableError, match="a column is an interval: ask for it as text"):
            read_table(loans, query="select lasted from timed")
    finally:
        execute(loans, "drop table timed")


@pytest.mark.usefixtures("loans")
def test_scored_rows_go_to_postgresql(loans: str) -> None:
    frame = read_table(f"{loans}#loans")
    place = f"{loans}#scored"
    write_scored(frame, ODDS, place)
    try:
        assert read_table(place).data.equals(TABLE.with_columns(pl.Series("probability", ODDS)))
        with pytest.raises(TableError, match="there is a table of that name already") as error:
            write_scored(frame, ODDS, place)
        assert "cret" not in str(error.value)
        failing = as_parts(fails=True)
        with pytest.raises(RuntimeError, match="the scoring failed"):
            write_stream(as_frame(TABLE), failing, f"{loans}#half")
        with pytest.raises(TableError, match='has no table "half"'):
            read_table(f"{loans}#half")
    finally:
        execute(loans, "drop table if exists scored")


def test_libpq_finds_the_password(loans: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A URL needs no password where the environment has it."""
    place = loans.replace(":s%40cret%2Fpw@", "@")
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    assert read_table(f"{place}#loans").rows == 3


@pytest.mark.usefixtures("loans")
def test_no_pyarrow_is_needed_for_postgresql(loans: str) -> None:
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "import numpy as np\nfrom trueodds.table import read_table, write_scored\n"
        f"frame = read_table({loans + '#loans'!r})\n"
        f"write_scored(frame, np.full(frame.rows, 0.5), {loans + '#bare'!r})\n"
        "print(frame.rows)\n"
    )
    try:
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.stdout == "3\n", done.stderr
    finally:
        execute(loans, "drop table if exists bare")


def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql", None)
    with pytest.raises(TableError, match=r"pip install 'trueodds\[sql\]'") as error:
        read_table("postgresql://ann:secret@host/shop#t")
    assert "secret" not in str(error.value)
