"""Columns that are no inputs: which of them a model was fitted with, and how they are read."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.errors import TableError
from trueodds.table.cells import is_missing, text_of
from trueodds.table.frame import Frame
from trueodds.table.schema import Column
from trueodds.table.values import read_numbers


@dataclass(frozen=True)
class RoleColumns:
    """Names of the columns with a role in training; they are no inputs of the network.

    None where there was no such role; empty where it was given as an array without a name.
    """

    weight: str | None = None
    group: str | None = None
    time: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values for the model file's header."""
        return asdict(self)


def read_weights(frame: Frame, name: str, needed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Weights ≥ 0 of all rows, shape (rows,); rows not needed may be without one and get 0."""
    weights, _ = read_numbers(frame.column(name).alias("cells"), Column(name, "number"))
    with np.errstate(invalid="ignore"):
        good = np.isfinite(weights) & (weights >= 0.0)
    wrong = np.flatnonzero(~good & needed)
    if wrong.size:
        cell = frame.column(name)[int(wrong[0])]
        found = "missing" if cell is None or cell == "" else f'"{cell}"'
        more = f" (and {wrong.size - 1:,} more rows)" if wrong.size > 1 else ""
        raise TableError(
            f'{frame.place(int(wrong[0]))}: the weight "{name}" is {found}{more}; weights must be '
            "finite numbers ≥ 0 in every row"
        )
    return np.where(good, weights, 0.0)


def read_groups(frame: Frame, name: str, notes: list[str]) -> NDArray[np.int64]:
    """Numbers of the groups, shape (rows,); every row without a group gets a number of its own."""
    text = text_of(frame.column(name).alias("cells"))
    gone = np.array(is_missing(text), dtype=np.bool_)
    _, numbers = np.unique(text.fill_null("").to_numpy().astype(str), return_inverse=True)
    groups = numbers.astype(np.int64)
    groups[gone] = groups.max(initial=0) + 1 + np.arange(int(gone.sum()))
    if gone.any():
        notes.append(
            f'group column "{name}": {gone.sum():,} rows have none and each stand alone, '
            f"such as {frame.place(int(np.argmax(gone)))}"
        )
    return groups
