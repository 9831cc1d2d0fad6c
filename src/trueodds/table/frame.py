"""A table as it came: unique column names for work, the source's own headers for writing back."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from trueodds.errors import TableError


@dataclass(frozen=True, eq=False)
class Frame:
    """One table in memory, its cells untouched.

    Columns that came from a CSV file are all text, cell by cell as in the file; columns of typed
    sources (Parquet, Arrow, JSON, frames, arrays) keep their types.
    """

    data: pl.DataFrame
    """The cells, under unique names without outer blanks."""
    headers: tuple[str, ...]
    """One header a column as in the source: duplicates, blanks and empty ones kept."""
    source: str
    """File name, ``"DataFrame"`` or ``"array"``: what a message calls the table."""
    first_line: int
    """Number of the first row of data: 2 for CSV (line 1 holds the headers), 1 for other files
    (rows, or lines of JSON, from 1), 0 for frames and arrays in memory (positions)."""
    notes: tuple[str, ...] = ()
    """Remarks for the user: another encoding than UTF-8, renamed headers, …"""
    lines: NDArray[np.int64] | None = None
    """Shape (rows,), each row's line or row number, where they do not just count upwards."""
    delimiter: str = ""
    """What divides the cells of delimited text: evidence of the decimal mark."""
    bare_rows: int = 0
    """How many rows a frame without any column has, which polars cannot say."""
    index: tuple[str, ...] = ()
    """Columns that hold the index of a pandas frame: no features."""
    keyed: bool = False
    """Whether every row names its own cells (JSON, dicts), so that a column may be absent because
    all its cells are missing."""
    files: tuple[str, ...] = ()
    """Names of the files of a folder, if the rows come from one."""
    file_of: NDArray[np.int64] | None = None
    """Shape (rows,): position in ``files`` of each row's file."""

    @property
    def rows(self) -> int:
        """How many rows of data."""
        return self.data.height if self.data.width else self.bare_rows

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Unique column names, in order."""
        return tuple(self.data.columns)

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.names)

    def __contains__(self, name: str) -> bool:
        """Whether there is a column of this name; as quick for ten thousand columns as for ten."""
        return name in self._known

    def column(self, name: str) -> pl.Series:
        """Return one column; raises TableError with near names when there is none called so."""
        if name not in self:
            name = name.strip()
        if name not in self:
            raise TableError(missing_column(name, self.names, self.source))
        return self.data.get_column(name)

    def without(self, names: Iterable[str]) -> "Frame":
        """Return the frame less the named columns; a name that is not there is no error."""
        gone = set(names)
        pairs = list(zip(self.names, self.headers, strict=True))
        kept = [column for column in self.data if column.name not in gone]
        return replace(
            self,
            data=pl.DataFrame(kept),
            headers=tuple(header for name, header in pairs if name not in gone),
            bare_rows=self.rows,
        )

    def take(self, rows: NDArray[np.bool_] | NDArray[np.integer]) -> "Frame":
        """Return some rows, by a mask of shape (rows,) or by positions; they keep their lines."""
        index = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows.astype(np.int64)
        lines = index + self.first_line if self.lines is None else self.lines[index]
        data = self.data[index] if self.data.width else self.data
        file_of = None if self.file_of is None else self.file_of[index]
        return replace(
            self, data=data, lines=lines.astype(np.int64), bare_rows=index.size, file_of=file_of
        )

    def place(self, row: int) -> str:
        """Name a row of data (position from 0) for a message, such as ``train.csv, line 17``."""
        number = self.first_line + row if self.lines is None else int(self.lines[row])
        source = self.source if self.file_of is None else self.files[self.file_of[row]]
        return f"{source}, {'line' if self.first_line == 2 else 'row'} {number}"


def missing_column(name: str, names: Iterable[str], source: str) -> str:
    """Sentence for a column that is not there, with the names that look most like it."""
    names = list(names)
    lowered = {n.casefold(): n for n in names}
    near = [lowered[n] for n in difflib.get_close_matches(name.casefold(), lowered, n=3)]
    if near:
        hint = "did you mean " + " or ".join(f'"{n}"' for n in near) + "?"
    elif names:
        shown = ", ".join(f'"{n}"' for n in names[:12]) + (", …" if len(names) > 12 else "")
        hint = f"its columns are {shown}."
    else:
        hint = "it has no columns at all."
    return f'{source} has no column "{name}": {hint}'


def unique_names(headers: Iterable[str]) -> tuple[list[str], list[str]]:
    """Turn headers into unique names and say what was renamed.

    Outer blanks go; an empty header becomes ``Unnamed: 0`` (its position) and a repeated one
    ``a.1``, ``a.2``, as in pandas.

    Returns
    -------
    names : list of str
    notes : list of str
    """
    names: list[str] = []
    taken: set[str] = set()
    notes: list[str] = []
    cleaned = [header.strip() for header in headers]
    reserved = set(cleaned)
    for position, header in enumerate(cleaned):
        name = header or f"Unnamed: {position}"
        if name in taken or (not header and name in reserved):
            count = 1
            while f"{name}.{count}" in taken or f"{name}.{count}" in reserved:
                count += 1
            notes.append(f'column {position + 1} repeats the header "{name}": now "{name}.{count}"')
            name = f"{name}.{count}"
        elif not header:
            notes.append(f'column {position + 1} has an empty header: now "{name}"')
        taken.add(name)
        names.append(name)
    if len(notes) > 5:
        notes = [*notes[:4], f"{len(notes) - 4} more headers were empty or repeated and renamed"]
    return names, notes
