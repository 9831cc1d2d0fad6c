"""Scored rows as Parquet or Arrow, part by part."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import polars as pl

from trueodds.errors import TableError
from trueodds.table.frame import Frame

Parts = Iterator[tuple[Frame, pl.DataFrame]]
"""Rows, and the columns that are added to them."""


def sink_typed(parts: Parts, ending: str, file: BinaryIO) -> None:
    """Write the parts with the columns added, with no more than a few parts in memory.

    Raises
    ------
    TableError
        If the file cannot be written; else whatever the parts raise.
    """
    first = _scored(*next(parts))
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
    second: tuple[Frame, pl.DataFrame],
    rest: Parts,
    ending: str,
    file: BinaryIO,
) -> None:
    from polars.io.plugins import register_io_source

    failed: list[BaseException] = []
    waiting = [first, _scored(*second)]

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
            for frame, added in rest:
                yield _scored(frame, added)
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
    return TableError(f"{path} cannot be written: {str(error).splitlines()[0]}.")


def _scored(frame: Frame, added: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame([*frame.data, *added])
