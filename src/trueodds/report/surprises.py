"""The rows whose answers surprise most, as their forecast had not seen them; only on demand."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds import functions
from trueodds.errors import UsageError
from trueodds.functions.portable import sigmoid
from trueodds.model import Model
from trueodds.model.explanation import cells_of
from trueodds.table.frame import Frame

MOST_ROWS = 200
"""Most rows that can be asked for: a page has little room."""
MOST_COLUMNS = 12
"""Columns whose cells are told, the most important ones."""


@dataclass(frozen=True)
class SurprisingRow:
    """A row with a large log-loss, with its most important cells."""

    place: str
    """Where it stands, such as ``train.csv, line 17``."""
    answer: str
    """Its label."""
    probability: float
    """The forecast of "yes", by networks that had not seen the row."""
    log_loss: float
    """Of the forecast, nats: −log of the probability of the answer."""
    cells: dict[str, str | None]
    """Cells by column, the most important column first; None is missing."""


def require_few(show_rows: int) -> None:
    """Refuse a number of rows that cannot be shown.

    Raises
    ------
    UsageError
        If it is no whole number from 0 to `MOST_ROWS`.
    """
    if not isinstance(show_rows, int | np.integer) or not 0 <= show_rows <= MOST_ROWS:
        raise UsageError(
            f"show_rows must be a whole number from 0 to {MOST_ROWS}, not {show_rows!r}"
        )


def surprising_rows(
    model: Model,
    frame: Frame,
    places: NDArray[np.int64],
    y: NDArray[np.uint8],
    log_odds: NDArray[np.float64],
    columns: Iterable[str],
    most: int,
) -> tuple[SurprisingRow, ...]:
    """The rows with the largest log-loss, the largest first.

    Parameters
    ----------
    model
        The model, by whose columns the cells are read.
    frame
        The table.
    places
        Shape (rows,): positions in the table of the rows that count.
    y, log_odds
        Shape (rows,): 1 for "yes"; calibrated log-odds in nats, NaN for rows without a forecast.
    columns
        Names of columns, the most important first; other used columns come after them.
    most
        How many rows, fewer if there are fewer.
    """
    if not most:
        return ()
    loss = functions.log_loss_from_logits(log_odds, y.astype(np.float64))
    known = np.flatnonzero(np.isfinite(loss))
    order = known[np.argsort(-loss[known], kind="stable")[:most]]
    if not len(order):
        return ()
    chosen = frame.take(places[order])
    data = cells_of(*model.read_frame(chosen), model.schema)
    used = [column.name for column in model.schema.used]
    named = list(dict.fromkeys([*(name for name in columns if name in used), *used]))
    at = [(name, used.index(name)) for name in named[:MOST_COLUMNS]]
    return tuple(
        SurprisingRow(
            chosen.place(row),
            (model.target_no, model.target_yes)[y[which]],
            float(sigmoid(log_odds[which : which + 1])[0]),
            float(loss[which]),
            {name: _text(data[row, column]) for name, column in at},
        )
        for row, which in enumerate(order.tolist())
    )


def _text(cell: float | str | None) -> str | None:
    return f"{cell:.6g}" if isinstance(cell, float) else cell
