"""Short lists of rows given as dicts: where the rows can be read one by one, without a table."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from trueodds.table.cells import whole
from trueodds.table.frame import unique_names

MOST_ROWS = 16
"""Longer lists are read as tables, which takes less time from about here on."""
_PLAIN = frozenset({str, float, bool, type(None)})
_NUMPY = (np.integer, np.floating, np.bool_, np.str_)


def short_list(X: Any) -> list[Mapping[str, Any]] | None:
    """The rows of a short list of dicts; None where the reader of tables may have more to say.

    All rows name the same cells, under names that a table keeps as they are, and hold plain cells.
    """
    if not isinstance(X, list | tuple) or not 0 < len(X) <= MOST_ROWS:
        return None
    if not all(isinstance(row, Mapping) for row in X):
        return None
    names = X[0].keys()
    if any(row.keys() != names for row in X) or not all(type(name) is str for name in names):
        return None
    if unique_names([whole(name) for name in names])[1]:
        return None
    return list(X) if all(_plain(cell) for row in X for cell in row.values()) else None


def _plain(cell: Any) -> bool:
    kind = type(cell)
    return kind in _PLAIN or (kind is int and abs(cell) < 2**63) or isinstance(cell, _NUMPY)
