"""A table whose cells stay on disk: read in parts, each mapped from an Arrow file."""

from dataclasses import replace
from os import PathLike
from pathlib import Path

import numpy as np
import polars as pl

from trueodds.errors import TableError
from trueodds.files import new_file
from trueodds.table.anywhere import stream_table
from trueodds.table.folder import joined_files
from trueodds.table.frame import Frame
from trueodds.table.sources import Source
from trueodds.text import first_line


def read_mapped(path: str | PathLike[str] | Source, folder: Path) -> Frame:
    """Read a table as `read_table` does, its cells mapped from files in a folder.

    The system drops their pages when it needs the room; the folder must stay while the frame is
    used.

    Raises
    ------
    TableError
        As `read_table`, or if the folder cannot be written.
    """
    table = stream_table(path, small=0)
    parts: list[pl.DataFrame] = []
    places: list[np.ndarray] = []
    files: list[np.ndarray | None] = []
    rows = 0
    for frame in table.frames:
        file = folder / f"table{len(parts)}.arrow"
        try:
            with new_file(file) as opened:
                frame.data.write_ipc(opened, compression="uncompressed")
            parts.append(pl.read_ipc(file, memory_map=True, rechunk=False))
        except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
            reason = getattr(error, "strerror", None) or first_line(str(error))
            raise TableError(f"{file} cannot be written: {reason}.") from None
        counted = np.arange(rows, rows + frame.rows) + frame.first_line
        places.append(counted if frame.lines is None else frame.lines)
        files.append(frame.file_of)
        rows += frame.rows
    lines = np.concatenate(places).astype(np.int64)
    first = table.first
    plain = lines[0] == first.first_line and lines[-1] == first.first_line + rows - 1
    return replace(
        first,
        data=pl.concat(parts, rechunk=False),
        lines=None if plain and not first.files else lines,
        bare_rows=rows,
        file_of=joined_files(files),
    )
