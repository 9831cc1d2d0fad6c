"""Scored rows as a new table of a SQLite, DuckDB or PostgreSQL database."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import chain
from pathlib import Path

import polars as pl

from trueodds.errors import TableError
from trueodds.table.cells import decimal_floats, text_of
from trueodds.table.columnar import sink_typed
from trueodds.table.databases import connect, duckdb_module, identifier, quoted
from trueodds.table.formats import DUCKDB
from trueodds.table.sources import Source
from trueodds.text import first_line


def sink_database(parts: Iterator[pl.DataFrame], target: Source) -> None:
    """Write the parts of a table to a new table; a database file that is missing is made.

    Everything is one transaction: the table is there whole, or not at all.

    Raises
    ------
    TableError
        If the table is already there, or the database cannot be written; whatever the parts raise.
    """
    if target.kind == "postgresql":
        _to_postgresql(parts, target)
        return
    new = not target.path.exists()
    try:
        if _is_duckdb(target.path):
            _to_duckdb(parts, target)
        else:
            _to_sqlite(parts, target)
    except BaseException:
        if new:
            for path in (target.path, target.path.with_name(f"{target.path.name}.wal")):
                with suppress(OSError):
                    path.unlink()
        raise


def _is_duckdb(path: Path) -> bool:
    """By the first bytes of a file that is there, else by the ending."""
    if path.is_file():
        with path.open("rb") as file:
            return file.read(12)[8:] == DUCKDB
    return path.suffix.lower() == ".duckdb"


def _to_sqlite(parts: Iterator[pl.DataFrame], target: Source) -> None:
    name = identifier(target.part)
    try:
        with closing(sqlite3.connect(target.where, isolation_level=None)) as base:
            base.execute("begin immediate")
            held = "select 1 from sqlite_master where lower(name) = lower(?)"
            if base.execute(held, (target.part,)).fetchone():
                raise _taken(target)
            marks = ""
            for part in parts:
                if not marks:
                    columns = ", ".join(
                        f"{identifier(column)} {_sqlite_type(dtype)}"
                        for column, dtype in part.schema.items()
                    )
                    base.execute(f"create table {name} ({columns})")
                    marks = ", ".join("?" * part.width)
                plain = pl.DataFrame([_plain(column) for column in part])
                base.executemany(f"insert into {name} values ({marks})", plain.iter_rows())
            base.execute("commit")
    except (sqlite3.Error, OverflowError) as error:
        raise TableError(f"{target.shown} cannot be written: {error}.") from None


def _sqlite_type(dtype: pl.DataType) -> str:
    if dtype.is_integer() or dtype == pl.Boolean:
        return "integer"
    return "real" if dtype.is_float() else "text"


def _plain(column: pl.Series) -> pl.Series:
    """Numbers and text, which SQLite has."""
    dtype = column.dtype
    if dtype.is_float():
        return decimal_floats(column).fill_nan(None)
    return column if dtype.is_integer() or dtype in (pl.Boolean, pl.String) else text_of(column)


def _to_duckdb(parts: Iterator[pl.DataFrame], target: Source) -> None:
    duckdb = duckdb_module(target.shown)
    first = next(parts)
    # Parquet has no durations: polars writes whole microseconds.
    lasting = _durations(first)
    parts = map(_in_microseconds, chain([first], parts))
    changed = ", ".join(f"to_microseconds({name}) as {name}" for name in lasting)
    columns = f"* replace ({changed})" if changed else "*"
    with tempfile.TemporaryDirectory(prefix="trueodds-") as folder:
        path = Path(folder) / "scored.parquet"
        with path.open("xb") as file:
            sink_typed(parts, ".parquet", file)
        try:
            with closing(duckdb.connect(target.where)) as base:
                base.execute(
                    f"create table {quoted(target.part)} as select {columns} from read_parquet(?)",
                    [str(path)],
                )
        except duckdb.CatalogException:
            raise _taken(target) from None
        except duckdb.Error as error:
            reason = first_line(str(error))
            raise TableError(f"{target.shown} cannot be written: {reason}") from None


def _durations(part: pl.DataFrame) -> list[str]:
    """Names of the columns of durations, in quotes."""
    return [identifier(name) for name, dtype in part.schema.items() if dtype == pl.Duration]


def _in_microseconds(part: pl.DataFrame) -> pl.DataFrame:
    return part.with_columns(pl.selectors.duration().dt.total_microseconds())


def _to_postgresql(parts: Iterator[pl.DataFrame], target: Source) -> None:
    schema, _, table = target.part.rpartition(".")
    with closing(connect(target)) as base, closing(base.cursor()) as cursor:
        mode = "create"
        for part in parts:
            try:
                cursor.adbc_ingest(table, part, mode=mode, db_schema_name=schema or None)
            except Exception as error:  # the driver's errors are those of its package
                text = target.hide(str(error))
                if "already exists" in text:
                    raise _taken(target) from None
                raise TableError(f"{target.shown} cannot be written: {first_line(text)}") from None
            mode = "append"
        base.commit()


def _taken(target: Source) -> TableError:
    return TableError(
        f"{target.shown}: there is a table of that name already; choose another name or drop it."
    )
