"""Shapley values of rows, as arrays that plots take and as reasons in words."""

from dataclasses import dataclass, field
from math import exp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.schema import Schema
from trueodds.columns.values import MISSING, Values
from trueodds.table.frame import Frame
from trueodds.text import printable

LONGEST = 40
"""Most characters of a name or a cell in a reason."""


@dataclass(frozen=True, eq=False)
class Explanation:
    """What each column adds to the log-odds of each row, compared with the background.

    ``base_values[i] + values[i].sum()`` is the log-odds of row i, up to rounding. The names are
    those that the plots of the package shap take:
    ``shap.Explanation(e.values, e.base_values, e.data, feature_names=e.feature_names)``.

    Examples
    --------
    >>> found = model.explain(labelled[:3])
    >>> sums = found.base_values + found.values.sum(axis=1)
    >>> bool(np.allclose(sums, model.log_odds(labelled[:3])))
    True
    """

    values: NDArray[np.float64] = field(repr=False)
    """Shape (rows, columns), nats."""
    base_values: NDArray[np.float64] = field(repr=False)
    """Shape (rows,): the mean log-odds of the background."""
    data: NDArray[np.object_] = field(repr=False)
    """Shape (rows, columns): numbers as floats, other cells as text, None for a missing cell."""
    feature_names: list[str]
    standard_errors: NDArray[np.float64] = field(repr=False)
    """Shape (rows, columns), nats: how far the values are from those of all orders of columns."""

    def reasons(self, row: int, most: int = 3) -> tuple[str, ...]:
        """The columns that change the odds of a row most, in words, the largest change first.

        Columns that change the odds by less than 5 % are left out.
        """
        order = np.argsort(-np.abs(self.values[row]), kind="stable")[:most]
        return tuple(self._reason(row, i) for i in order if abs(self.values[row, i]) >= 0.05)

    def _reason(self, row: int, column: int) -> str:
        cell = self.data[row, column]
        text = f"{cell:.6g}" if isinstance(cell, float) else cell
        name = printable(self.feature_names[column], LONGEST)
        shown = "missing" if text is None else printable(text, LONGEST)
        # Beyond e^±700 a factor leaves the floating-point numbers.
        factor = exp(min(max(self.values[row, column], -700.0), 700.0))
        return f"{name} is {shown}: odds × {factor_text(factor)}"


def factor_text(factor: float) -> str:
    """A factor with two significant digits."""
    if 0.01 <= factor < 99.5:
        return f"{factor:.2g}"
    return f"{factor:,.0f}" if 99.5 <= factor < 1e6 else f"{factor:.0e}"


def cells_of(frame: Frame, values: Values, schema: Schema) -> NDArray[np.object_]:
    """The used columns' cells, shape (rows, columns), as `Explanation.data` has them."""
    out = np.empty((values.rows, len(schema.used)), dtype=object)
    for at, column in enumerate(schema.used):
        cells: list[Any] = frame.column(column.name).to_list()
        if column.name in values.codes:
            missing = values.codes[column.name] == MISSING
        else:
            numbers = values.numbers[column.name]
            missing = np.isnan(numbers)
            if column.kind == "number" and not (column.number_style or column.unit):
                cells = numbers.tolist()
        out[:, at] = [
            None if gone else cell if isinstance(cell, float) else str(cell).strip()
            for cell, gone in zip(cells, missing.tolist(), strict=True)
        ]
    return out
