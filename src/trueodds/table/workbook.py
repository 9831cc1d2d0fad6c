"""A sheet of an Excel or OpenDocument workbook as a Frame."""

import datetime
import logging

import polars as pl

from trueodds.errors import TableError
from trueodds.table.extras import missing_extra
from trueodds.table.forked import require_threads
from trueodds.table.formats import TableFile, listed, open_path, several_held
from trueodds.table.frame import Frame, unique_names
from trueodds.table.old_workbook import require_harmless
from trueodds.table.packed import require_modest
from trueodds.text import first_line

_DAY_ZERO = (datetime.date(1899, 12, 30), datetime.date(1899, 12, 31), datetime.date(1904, 1, 1))
"""Days on which a cell that holds a time of day alone is said to be."""


def read_sheet(file: TableFile) -> Frame:
    """Read the chosen sheet of a workbook, or the only one that is not empty.

    The first row that is not blank holds the headers. A column of numbers, dates, times, durations
    or yes/no keeps its type; a column of mixed cells is text. The value that the workbook keeps of
    a formula counts, and an error such as #DIV/0! is a missing cell.

    Raises
    ------
    TableError
        If the file is damaged, the sheet is missing or empty, or the extra ``excel`` is not there.
    """
    require_threads()
    try:
        import fastexcel
    except ImportError:
        raise missing_extra(file.name, "fastexcel", "excel") from None
    with open_path(file.path) as handle:
        if file.ending != ".xls":  # which is not compressed
            require_modest(handle, file.name)
            handle.seek(0)
        raw = handle.read()
    if file.ending == ".xls":
        require_harmless(raw, file.name)
    logging.getLogger("fastexcel").setLevel(logging.ERROR)  # it says what becomes text
    try:
        names = list(fastexcel.read_excel(raw).sheet_names)
    except BaseException as error:  # whatever damage leads fastexcel to
        if not _of_damage(error):
            raise
        raise _unreadable(file, error) from None
    if file.part and file.part not in names:
        raise TableError(f'{file.name} has no sheet "{file.part}"; it holds {listed(names)}.')
    sheets = {name: _sheet(raw, name, file) for name in ([file.part] if file.part else names)}
    filled = [name for name, (headers, _) in sheets.items() if headers]
    if len(filled) > 1:
        raise several_held(file.name, filled, "sheets")
    if not filled:
        what = f'the sheet "{file.part}" of {file.name}' if file.part else file.name
        raise TableError(f"{what} is empty: nothing to read.")
    headers, data = sheets[filled[0]]
    shown = file.name if len(names) == 1 else f"{file.name}#{filled[0]}"
    if not data.height:
        raise TableError(f"{shown} has a header row but no rows: nothing to read.")
    unique, renamed = unique_names(headers)
    data.columns = unique
    return Frame(data, tuple(headers), shown, 1, tuple(renamed))


def _sheet(raw: bytes, name: str, file: TableFile) -> tuple[list[str], pl.DataFrame]:
    """Headers of a sheet and its rows that are not blank; no headers if it is empty."""
    import fastexcel

    try:
        book = fastexcel.read_excel(raw)
        head = book.load_sheet(name, header_row=None, n_rows=1, dtypes="string").to_polars()
        if not head.width:
            return [], head
        data = book.load_sheet(name, header_row=0, schema_sample_rows=None).to_polars()
    except BaseException as error:  # whatever damage leads there
        if not _of_damage(error):
            raise
        raise _unreadable(file, error) from None
    headers = ["" if cell is None else cell for cell in head.row(0)]
    columns = [_typed(column).alias(str(i)) for i, column in enumerate(data)]
    return headers, pl.DataFrame(columns).filter(~pl.all_horizontal(pl.all().is_null()))


def _typed(column: pl.Series) -> pl.Series:
    """A column of times of day as such: a workbook holds them as moments of its day zero."""
    if isinstance(column.dtype, pl.Datetime):
        days = column.dt.date().drop_nulls()
        if len(days) and days.is_in(_DAY_ZERO).all():
            return column.dt.time()
    return column


def _of_damage(error: BaseException) -> bool:
    """Whether a reader gave up; each of those in Rust has a PanicException of its own."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def _unreadable(file: TableFile, error: BaseException) -> TableError:
    reason = first_line(str(error), type(error).__name__)[:120]
    return TableError(f"{file.name} is not a workbook that can be read: {reason}.")
