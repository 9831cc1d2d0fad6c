"""Parquet files without rows, which programs that write in parallel leave among others."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from trueodds.text import printable


def with_rows(paths: Sequence[Path]) -> tuple[list[Path], list[str]]:
    """The files that have rows, and a note about those that have none.

    Files of other formats are not looked into. All files stay where none has rows, and where one
    cannot be read: its reader says why.
    """
    empty = [path for path in paths if path.suffix.lower() == ".parquet" and _is_empty(path)]
    if not empty or len(empty) == len(paths):
        return list(paths), []
    few = len(empty) == 1
    shown = ", ".join(printable(path.name) for path in empty[:3])
    note = (
        f"{len(empty):,} file{' has' if few else 's have'} no rows and {'is' if few else 'are'} "
        f"left out: {shown}{', …' if len(empty) > 3 else ''}"
    )
    return [path for path in paths if path not in set(empty)], [note]


def _is_empty(path: Path) -> bool:
    """Whether a Parquet file has no rows; only its end is read."""
    try:
        return not int(pl.scan_parquet(path).select(pl.len()).collect().item())
    except (Exception, pl.exceptions.PanicException):  # damage, or a file that is gone
        return False
