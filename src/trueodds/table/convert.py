"""The door for tables already in memory: frames of any library, arrays, dicts, lists.

narwhals is imported only for tables that are neither polars nor dicts nor lists.
"""

import io
import os
from array import array as typed_array
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from trueodds.errors import TableError
from trueodds.table.cells import from_halves, text_of, whole
from trueodds.table.containers import in_memory
from trueodds.table.forked import require_threads
from trueodds.table.frame import Frame, unique_names
from trueodds.table.objects import column_of, from_records, interval_text
from trueodds.table.pandas_index import index_columns

_NOT_OF_POLARS = (
    *("decimal256", "run_end_encoded", "sparse_union", "dense_union", "extension<arrow.uuid"),
)
"""Types of Arrow, as it prints them."""


def as_frame(X: Any, names: Sequence[str] | None = None) -> Frame:
    """Make a Frame of a table in memory.

    Parameters
    ----------
    X : Frame, polars, pandas, Arrow or other frame that narwhals knows, 2-d array (numbers,
        booleans, text or objects; columns are called x0, x1, …) or structured array, dict of
        columns, list of dicts or other rows that name their cells, list of rows, or what
        `trueodds.table.containers.in_memory` reads. A pandas index is ignored.
    names : sequence of str, optional
        Column names to use instead of the table's own, one a column.

    Raises
    ------
    TableError
        For anything else, 1-d, 3-d, complex and sparse arrays included.
    """
    require_threads()
    if isinstance(X, Frame):
        return X if names is None else _framed(X.data, names, X.source)
    if isinstance(X, str | os.PathLike | io.IOBase):
        raise TableError(
            f"{type(X).__name__} is no table in memory: give what trueodds.table.read_table(path) "
            "reads."
        )
    X = in_memory(X)
    if isinstance(X, pl.DataFrame):
        return _framed(X, names, "DataFrame")
    if isinstance(X, Mapping):
        columns = [_listed(cells, str(key)) for key, cells in X.items()]
        if len({len(column) for column in columns}) > 1:
            lengths = ", ".join(f'"{c.name}" {len(c)}' for c in columns[:10])
            raise TableError(f"the columns of a table need one length, found {lengths}.")
        headers = names or [column.name for column in columns]
        return _framed(_glued(columns), headers, "DataFrame")
    if isinstance(X, list | tuple) and X and all(isinstance(row, Mapping) for row in X):
        headers, data = from_records(X)
        return replace(_framed(data, names or headers, "DataFrame"), keyed=True)
    if not isinstance(X, list | tuple | np.ndarray):
        import narwhals as nw

        if nw.dependencies.is_pandas_dataframe(X):
            return _framed(_from_pandas(X), names or [_header(c) for c in X.columns], "DataFrame")
        if nw.dependencies.is_pyarrow_table(X):
            pandas = (X.schema.metadata or {}).get(b"pandas", b"")
            return _framed(_from_arrow(X), names or X.column_names, "DataFrame", pandas)
    if hasattr(X, "toarray"):
        raise TableError(
            f"sparse input ({type(X).__name__}) is not read: pass a dense array, X.toarray()."
        )
    if not hasattr(X, "__array__") and not isinstance(X, list | tuple):
        return _from_narwhals(X, names)
    array = _as_array(X)
    if array.dtype.names is not None and array.ndim == 1:
        fields = {name: array[name] for name in array.dtype.names}
        return as_frame(fields, names)
    return _from_array(array, names)


def as_column(values: Any, name: str = "y") -> pl.Series:
    """Make one column, such as the target, of a 1-d array, series, Arrow array or list.

    Raises
    ------
    TableError
        When it is not one-dimensional; an array of shape (rows, 1) is let through.
    """
    require_threads()
    if isinstance(values, pl.Series):
        return values.alias(name)
    if not isinstance(values, list | tuple | np.ndarray):
        import narwhals as nw

        if nw.dependencies.is_pandas_series(values):
            return _pandas_column(values).alias(name)
        if nw.dependencies.is_pyarrow_chunked_array(values):
            return _arrow_column(values).alias(name)
    if isinstance(values, list | tuple) and not any(np.ndim(cell) for cell in values):
        return column_of(values, name)
    array = _as_array(values)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise TableError(
            f"y should be a 1d array, got an array of shape {array.shape} instead: one label a row."
        )
    return _array_column(array).alias(name)


def _framed(
    data: pl.DataFrame, headers: Sequence[str] | None, source: str, metadata: bytes = b""
) -> Frame:
    headers = tuple(data.columns) if headers is None else tuple(whole(str(h)) for h in headers)
    if len(headers) != data.width:
        raise TableError(f"{len(headers)} names for {data.width} columns: give one a column.")
    unique, notes = unique_names(headers)
    data = data.clone()
    data.columns = unique
    objects = [c for c in data.columns if data.get_column(c).dtype == pl.Object]
    data = data.with_columns(column_of(data.get_column(c).to_list(), c) for c in objects)
    index = index_columns(unique, metadata)
    return Frame(data, headers, source, 0, tuple(notes), index=index)


def _glued(columns: list[pl.Series]) -> pl.DataFrame:
    """Frame of columns whose names may repeat."""
    return pl.DataFrame([column.alias(str(i)) for i, column in enumerate(columns)])


def _header(label: Any) -> str:
    """Name of a pandas column, whose labels may be numbers or tuples."""
    return "_".join(str(part) for part in label) if isinstance(label, tuple) else str(label)


def _listed(cells: Any, name: str) -> pl.Series:
    """One column of a dict of columns."""
    if isinstance(cells, str | bytes) or not hasattr(cells, "__iter__"):
        raise TableError(
            f'the column "{name}" of a dict of columns is one cell, and a dict of columns needs a '
            "list of cells for each column."
        )
    if getattr(cells, "ndim", 1) != 1:
        raise TableError(
            f'the column "{name}" of a dict of columns has shape {cells.shape}: one cell a row.'
        )
    if isinstance(cells, typed_array | memoryview):
        cells = np.asarray(cells)  # keeps the width of floats, which decides on their text
    return as_column(cells if hasattr(cells, "dtype") else list(cells), whole(name))


def _from_pandas(X: Any) -> pl.DataFrame:
    """Take a pandas frame over column by column, with or without pyarrow installed."""
    return _glued([_pandas_column(X.iloc[:, i]) for i in range(X.shape[1])])


def _pandas_column(column: Any) -> pl.Series:
    dtype = column.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "fiub":
        return _array_column(column.to_numpy())
    if isinstance(dtype, np.dtype) and dtype.kind == "c":
        raise TableError("Complex data not supported: pass real and imaginary part as columns.")
    if type(dtype).__name__ == "CategoricalDtype":
        names = np.asarray(dtype.categories)
        labels = _array_column(names) if names.dtype.kind == "f" else column_of(list(names))
        codes = pl.Series(np.asarray(column.cat.codes).astype(np.int64))
        index = pl.select(pl.when(codes >= 0).then(codes)).to_series()
        if labels.dtype == pl.Boolean or labels.dtype.is_temporal():
            return labels.gather(index)
        return text_of(labels).gather(index).cast(pl.Categorical)
    if isinstance(dtype, np.dtype) and dtype.kind in "mM":
        unit = "datetime64[us]" if dtype.kind == "M" else "timedelta64[us]"
        return pl.Series(column.to_numpy().astype(unit))
    if getattr(dtype, "tz", None) is not None:
        return pl.Series(column.to_numpy(dtype="datetime64[us]"))
    narrow = _narrow_float(dtype)
    if narrow is not None:
        return _array_column(column.to_numpy(dtype=narrow, na_value=np.nan))
    cells = column.to_numpy(dtype=object).copy()
    cells[np.asarray(column.isna())] = None
    return column_of(cells.tolist())


def _narrow_float(dtype: Any) -> np.dtype[Any] | None:
    """NumPy's type of a pandas extension of float16 or float32, nullable, sparse or on Arrow."""
    sparse = type(dtype).__name__ == "SparseDtype"
    narrow = getattr(dtype, "subtype" if sparse else "numpy_dtype", None)
    if not isinstance(narrow, np.dtype) or narrow.kind != "f" or narrow.itemsize > 4:
        return None
    return narrow


def _from_arrow(X: Any) -> pl.DataFrame:
    return _glued([_arrow_column(array) for array in X.columns])


def _arrow_column(array: Any) -> pl.Series:
    """One Arrow column; types that polars does not have go by their Python objects."""
    if str(array.type).startswith("month_day_nano"):
        return column_of([interval_text(cell) for cell in array.to_pylist()])
    if str(array.type).startswith(_NOT_OF_POLARS):
        return column_of(array.to_pylist())
    try:
        made = pl.from_arrow(array)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):  # such as views of lists
        return column_of(array.to_pylist())
    assert isinstance(made, pl.Series)
    return made


def _from_narwhals(X: Any, names: Sequence[str] | None) -> Frame:
    import narwhals as nw

    try:
        frame: Any = nw.from_native(X)
        if isinstance(frame, nw.LazyFrame):
            frame = frame.collect()
    except (TypeError, ValueError):
        raise TableError(
            f"{type(X).__name__} is not a table that is read: pass a frame (polars, pandas, "
            f"Arrow), a 2-d array, a dict of columns or a list of dicts."
        ) from None
    columns = [column_of(frame[name].to_list(), name) for name in frame.columns]
    return _framed(_glued(columns), names or list(frame.columns), "DataFrame")


def _as_array(X: Any) -> NDArray[Any]:
    if isinstance(X, list | tuple):
        lists = [row for row in X if isinstance(row, list | tuple)]
        if len({len(row) for row in lists}) > 1:
            raise TableError("the rows of a table need one length; these lists have several.")
        # Cells of several types must not become text by NumPy's rule.
        kinds = {type(cell) for row in lists for cell in row}
        if kinds and not kinds <= {int, float, bool} and not kinds <= {str}:
            return np.array(X, dtype=object)
    if np.ma.isMaskedArray(X):
        cells = np.array(X.data, dtype=object)
        cells[np.ma.getmaskarray(X)] = None
        return cells
    try:
        return np.asarray(X)
    except ValueError as error:
        raise TableError(f"the rows of a table need one length: {error}") from None
    except (TypeError, RuntimeError) as error:  # such as a tensor on another device
        raise TableError(f"{type(X).__name__} does not give an array: {error}") from None


def _from_array(array: NDArray[Any], names: Sequence[str] | None) -> Frame:
    # The wording of these messages is what scikit-learn's users and its estimator checks know.
    if array.ndim != 2:
        raise TableError(
            f"Expected 2D array, got {array.ndim}D array instead: one row a case, one column a "
            f"feature. Reshape your data with X.reshape(-1, 1) or X.reshape(1, -1)."
        )
    for size, what in zip(array.shape, ("sample", "feature"), strict=True):
        if not size:
            raise TableError(
                f"Found array with 0 {what}(s) (shape={array.shape}) while a minimum of 1 is "
                f"required."
            )
    if array.dtype.kind == "c":
        raise TableError("Complex data not supported: pass real and imaginary part as columns.")
    if array.dtype.kind not in "fiubUSTOmM":
        raise TableError(f"an array of {array.dtype} is not read: pass numbers, text or objects.")
    headers = list(names) if names is not None else [f"x{i}" for i in range(array.shape[1])]
    return _framed(
        _glued([_array_column(array[:, i]) for i in range(array.shape[1])]), headers, "array"
    )


def _array_column(column: NDArray[Any]) -> pl.Series:
    kind = column.dtype.kind
    if kind == "c":
        raise TableError("Complex data not supported: pass real and imaginary part as columns.")
    if kind == "f" and column.dtype.itemsize == 2:
        return pl.Series(from_halves(column))
    if kind == "f":
        wide = np.float64 if column.dtype.itemsize > 4 else np.float32
        return pl.Series(np.ascontiguousarray(column, dtype=wide))
    if kind in "iub":
        # Another byte order than this machine's becomes its own.
        return pl.Series(np.ascontiguousarray(column, dtype=column.dtype.newbyteorder("=")))
    if kind == "m" or kind == "M":
        return pl.Series(column.astype(f"{'timedelta' if kind == 'm' else 'datetime'}64[us]"))
    return column_of(column.tolist())
