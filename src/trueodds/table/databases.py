"""A table or a query of a SQLite, DuckDB or PostgreSQL database as a Frame."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import polars as pl

from trueodds.errors import TableError
from trueodds.table.extras import missing_extra
from trueodds.table.forked import require_threads
from trueodds.table.formats import (
    DUCKDB,
    SQLITE,
    TableFile,
    listed,
    open_path,
    several_held,
)
from trueodds.table.frame import Frame, unique_names
from trueodds.table.objects import column_of
from trueodds.table.sources import Source
from trueodds.text import first_line

_TABLES = """
select case when table_schema in ('main', 'public') then table_name
            else table_schema || '.' || table_name end
from information_schema.tables
where table_schema not in ('pg_catalog', 'information_schema')
order by 1
"""


def read_database_file(file: TableFile, query: str) -> Frame:
    """Read the chosen table of a SQLite or DuckDB file, its only one, or the rows of a query.

    The file is opened for reading only.

    Raises
    ------
    TableError
        If the file is no such database, the table is missing, the query fails or gives no rows, or
        the extra ``duckdb`` is not there.
    """
    require_threads()
    with open_path(file.path) as handle:
        head = handle.read(16)
    if head == SQLITE:
        return _read_sqlite(file, query)
    if head[8:12] == DUCKDB:
        return _read_duckdb(file, query)
    raise TableError(f"{file.name} is no SQLite or DuckDB file: its first bytes say otherwise.")


def read_server(source: Source) -> Frame:
    """Read a table or a query of a PostgreSQL server, as `read_database_file` does.

    Raises
    ------
    TableError
        As there, or if there is no connection; messages hide the secrets of the URL. The extra
        ``sql`` is needed.
    """
    require_threads()
    connection = connect(source)
    with closing(connection), closing(connection.cursor()) as cursor:
        try:
            query = source.query
            if not query:
                cursor.execute(_TABLES)
                held = [str(row[0]) for row in pl.DataFrame(cursor.fetch_arrow()).rows()]
                query = _whole_table(cursor, _chosen(source.part, held, source.name))
            cursor.execute(query)
            data = pl.DataFrame(cursor.fetch_arrow())
        except TableError:
            raise
        except pl.exceptions.DuplicateError:
            raise _same_name(source.name) from None
        except (Exception, pl.exceptions.PanicException) as error:
            text = source.hide(str(error))
            if "interval" in text and isinstance(error, pl.exceptions.PanicException):
                text = "a column is an interval: ask for it as text, such as lasted::text as lasted"
            raise _failed(source.name, text) from None
    return _framed(data, list(data.columns), _shown(source.name, source.part))


def _whole_table(cursor: Any, table: str) -> str:
    """Query of a PostgreSQL table, intervals as text, which DuckDB's are too."""
    schema, _, name = table.rpartition(".")
    literals = [text.replace("'", "''") for text in (schema or "public", name)]
    cursor.execute(
        "select column_name, data_type from information_schema.columns where table_schema = "
        f"'{literals[0]}' and table_name = '{literals[1]}' order by ordinal_position"
    )
    columns = [
        f"{identifier(name)}::text as {identifier(name)}"
        if kind == "interval"
        else identifier(name)
        for name, kind in pl.DataFrame(cursor.fetch_arrow()).rows()
    ]
    return f"select {', '.join(columns)} from {quoted(table)}"


def connect(source: Source) -> Any:
    """Connect to a PostgreSQL server; raises TableError as `read_server`."""
    try:
        from adbc_driver_postgresql import dbapi
    except ImportError:
        raise missing_extra(source.name, "adbc-driver-postgresql", "sql") from None
    try:
        return dbapi.connect(source.where)
    except Exception as error:  # the driver's errors have no common base with others of the system
        text = first_line(source.hide(str(error)))
        raise TableError(f"{source.name} cannot be connected to: {text}") from None


def identifier(name: str) -> str:
    """Name of a column or table as a query has it."""
    return '"' + name.replace('"', '""') + '"'


def quoted(name: str) -> str:
    """Name of a table for a query; a dot divides it from its schema."""
    return ".".join(map(identifier, name.split(".", 1)))


def _read_sqlite(file: TableFile, query: str) -> Frame:
    uri = f"{file.path.resolve().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as base:
            base.text_factory = lambda raw: raw.decode("utf-8", "replace")
            if not query:
                held = [
                    str(row[0])
                    for row in base.execute(
                        "select name from sqlite_master where type in ('table', 'view') "
                        "and name not like 'sqlite!_%' escape '!' order by name"
                    )
                ]
                query = f"select * from {identifier(_chosen(file.part, held, file.name))}"
            cursor = base.execute(query)
            headers = [str(column[0]) for column in cursor.description or ()]
            rows = cursor.fetchall()
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise _failed(file.name, str(error)) from None
    except UnicodeDecodeError:  # of the words of an error, which quote the damaged file
        raise _failed(file.name, "the file is damaged") from None
    cells: Sequence[Any] = list(zip(*rows, strict=True)) or [()] * len(headers)
    data = pl.DataFrame([column_of(column, str(i)) for i, column in enumerate(cells)])
    return _framed(data, headers, _shown(file.name, file.part))


def _read_duckdb(file: TableFile, query: str) -> Frame:
    duckdb = duckdb_module(file.name)
    try:
        with closing(duckdb.connect(str(file.path), read_only=True)) as base:
            if not query:
                held = [str(row[0]) for row in base.execute(_TABLES).fetchall()]
                query = f"select * from {quoted(_chosen(file.part, held, file.name))}"
            relation = base.sql(query)
            if relation is None:
                raise _no_rows(file.name)
            data = pl.DataFrame(relation.select(*readable(duckdb, relation)))
    except duckdb.Error as error:
        raise _failed(file.name, str(error)) from None
    except pl.exceptions.PolarsError:
        raise _same_name(file.name) from None
    return _framed(data, list(data.columns), _shown(file.name, file.part))


def duckdb_module(name: str) -> Any:
    """The module duckdb; raises TableError if it is not installed."""
    try:
        import duckdb
    except ImportError:
        raise missing_extra(name, "duckdb", "duckdb") from None
    return duckdb


def readable(duckdb: Any, relation: Any) -> list[Any]:
    """All columns, intervals as text: they have months, which no other type here has."""
    if len(set(relation.columns)) < len(relation.columns):
        raise pl.exceptions.DuplicateError
    return [
        duckdb.ColumnExpression(name).cast("VARCHAR").alias(name)
        if str(dtype) == "INTERVAL"
        else duckdb.ColumnExpression(name)
        for name, dtype in zip(relation.columns, relation.types, strict=True)
    ]


def _chosen(part: str, held: list[str], name: str) -> str:
    """The table of that name, or the only one."""
    if part:
        if part not in held:
            what = f"it holds {listed(held)}" if held else "it holds none"
            raise TableError(f'{name} has no table "{part}"; {what}.')
        return part
    if len(held) == 1:
        return held[0]
    if not held:
        raise TableError(f"{name} holds no table: nothing to read.")
    raise several_held(name, held)


def _shown(name: str, part: str) -> str:
    return f"{name}#{part}" if part else name


def _framed(data: pl.DataFrame, headers: list[str], name: str) -> Frame:
    if not headers:
        raise _no_rows(name)
    if not data.height:
        raise TableError(f"{name} has columns but no rows: nothing to read.")
    unique, renamed = unique_names(headers)
    data.columns = unique
    return Frame(data, tuple(headers), name, 1, tuple(renamed))


def _no_rows(name: str) -> TableError:
    return TableError(f"{name}: the query gives no table; ask for rows with select.")


def _same_name(name: str) -> TableError:
    return TableError(f"{name}: two columns of the query have one name; rename one with as.")


def _failed(name: str, text: str) -> TableError:
    return TableError(f"{name} cannot be queried: {first_line(text)}")
