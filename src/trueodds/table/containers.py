"""Tables that are not yet in memory, or hand their rows over once, as tables that are."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from trueodds.errors import TableError


def in_memory(X: Any) -> Any:
    """Return a lazy table, a reader or an iterator as a table in memory; others as they are.

    A polars LazyFrame, an Arrow dataset, scanner, record batch or reader, whatever hands over an
    Arrow stream (a DuckDB relation), and the result of a query (a cursor) are read whole. Rows that
    name their cells (named tuples, dataclasses, rows of SQLite) become dicts.

    Raises
    ------
    TableError
        If two columns have one name, or the source cannot be read.
    """
    try:
        return _in_memory(X)
    except pl.exceptions.DuplicateError as error:
        raise TableError(
            f"two columns of the table have one name: give each a name of its own ({error})."
        ) from None


def _in_memory(X: Any) -> Any:
    if isinstance(X, pl.LazyFrame):
        return X.collect()
    module = type(X).__module__.partition(".")[0]
    if module == "pyarrow" and type(X).__name__ == "RecordBatch":
        import pyarrow

        return pyarrow.Table.from_batches([X])
    if module == "pyarrow" and not hasattr(X, "column_names"):
        for read in ("to_table", "read_all", "read"):  # datasets and scanners; readers; files
            if hasattr(X, read):
                return getattr(X, read)()
    if hasattr(X, "fetchall") and hasattr(X, "description"):
        return _fetched(X, module in ("duckdb", "_duckdb"))
    if isinstance(X, Iterator):
        X = list(X)
    if isinstance(X, list | tuple) and X and not isinstance(X[0], Mapping):
        return _named(X)
    if hasattr(X, "__arrow_c_stream__") and not hasattr(X, "__array__"):
        return pl.DataFrame(X)
    return X


def _fetched(X: Any, of_duckdb: bool) -> Any:
    """Result of a query, such as a cursor: by its Arrow stream, else by its rows."""
    if of_duckdb and hasattr(X, "types"):
        from trueodds.table.databases import duckdb_module, readable

        X = X.select(*readable(duckdb_module("the relation"), X))
    if X.description is None:
        raise TableError(f"the {type(X).__name__} has no result to read: execute a query first.")
    if of_duckdb and hasattr(X, "__arrow_c_stream__"):
        return pl.DataFrame(X)
    names = [column[0] for column in X.description or ()]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise TableError(f'two columns of the table are called "{twice}": rename one of them.')
    rows = X.fetchall()
    return {name: [row[i] for row in rows] for i, name in enumerate(names)}


def _named(rows: Any) -> Any:
    """Rows that name their cells as dicts; other rows as they are."""
    first = rows[0]
    if hasattr(first, "_asdict"):
        return [row._asdict() for row in rows]
    if dataclasses.is_dataclass(first) and not isinstance(first, type):
        names = [field.name for field in dataclasses.fields(first)]
        return [{name: getattr(row, name) for name in names} for row in rows]
    if hasattr(first, "keys") and hasattr(first, "__getitem__"):
        return [{name: row[name] for name in row.keys()} for row in rows]  # noqa: SIM118
    return rows
