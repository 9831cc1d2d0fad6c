"""Scored rows as Parquet or Arrow, part by part."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import polars as pl

from trueodds.errors import TableError
from trueodds.text import first_line


def sink_typed(parts: Iterator[pl.DataFrame], ending: str, file: BinaryIO) -> None:
    """Write the parts of a table, with no more than a few in memory.

    Raises
    ------
    TableError
        If the file cannot be written; else whatever the parts raise.
    """
    first = next(parts)
    second = next(parts, None)
    if second is None:
        try:
            if ending == ".parquet":
                first.write_parquet(file)
            else:
                first.write_ipc(file)
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
            raise _unwritten(file, error) from None
        return
    _sink(first, second, parts, ending, file)


def _sink(
    first: pl.DataFrame,
    second: pl.DataFrame,
    rest: Iterator[pl.DataFrame],
    ending: str,
    file: BinaryIO,
) -> None:
    from polars.io.plugins import register_io_source

    failed: list[BaseException] = []
    waiting = [first, second]

    def pulled(
        with_columns: list[str] | None,
        predicate: pl.Expr | None,
        n_rows: int | None,
        batch_size: int | None,
    ) -> Iterator[pl.DataFrame]:
        # polars would hand on its own words for what went wrong here.
        try:
            while waiting:
                yield waiting.pop(0)
            yield from rest
        except BaseException as error:
            failed.append(error)
            raise

    table = register_io_source(pulled, schema=first.schema)
    try:
        if ending == ".parquet":
            table.sink_parquet(file)
        else:
            table.sink_ipc(file)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        if failed:
            raise failed[0] from None
        raise _unwritten(file, error) from None


def _unwritten(file: BinaryIO, error: Exception) -> TableError:
    # The file still has its temporary name: .NAME.xxxxxxxx.part
    path = Path(file.name)
    path = path.with_name(path.name[1:].rsplit(".", 2)[0])
    return TableError(f"{path} cannot be written: {first_line(str(error))}.")
