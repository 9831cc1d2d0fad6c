"""Which rows to call: costs given in words or by column, those of the model, and the calls.

It imports only what forecasting needs.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trueodds.columns.roles import read_amounts
from trueodds.errors import TableError, UsageError
from trueodds.evaluation.costs import Cost, Costs
from trueodds.functions.portable import sigmoid
from trueodds.table.frame import Frame, missing_column

CostGiven = float | str | ArrayLike
"""A number, the name of a column, or an array with an entry for every row of the table."""
Given = tuple[CostGiven | None, CostGiven | None, CostGiven | None]
"""Costs of a wrong call and of a missed yes, and the benefit; None takes the model's."""
PLAIN = Costs()
"""Costs where neither the user nor the model has any."""


def costs_for(
    given: Given, stored: Costs | None, frame: Frame, kept: NDArray[np.bool_] | None = None
) -> Costs:
    """Costs of the rows of a table; what is not given is the model's, else 1, 1 and 0.

    Parameters
    ----------
    given
        What the user gives.
    stored
        The model's costs, or None.
    frame
        The whole table.
    kept
        Shape (rows,): the rows that count; None for all.

    Raises
    ------
    TableError, UsageError
        If a column is missing, a cell is no number, or a cost is out of range.
    """
    costs: tuple[CostGiven, ...] = (stored or PLAIN).filled(given)
    return Costs(*(_cost(cost, frame, kept) for cost in costs))


def require_costs(
    given: Given,
    stored: Costs | None,
    remedy: str = "give --cost-fp and --cost-fn, or fit with them",
) -> None:
    """Raise UsageError, with what to do, if neither the user nor the model has costs."""
    if stored is None and all(cost is None for cost in given):
        raise UsageError(f"the model has no costs to decide by: {remedy}")


def called(log_odds: NDArray[np.float64], costs: Costs) -> NDArray[np.bool_]:
    """Whether each row is called, shape (rows,): its probability is at least the threshold."""
    return np.asarray(sigmoid(log_odds) >= costs.threshold)


def _cost(given: CostGiven, frame: Frame, kept: NDArray[np.bool_] | None) -> Cost:
    every = np.ones(frame.rows, np.bool_) if kept is None else kept
    if isinstance(given, str):
        if given not in frame:
            raise TableError(missing_column(given, frame.names, frame.source))
        return read_amounts(frame, given, "cost", every)[every]
    cost = np.asarray(given, dtype=np.float64)
    if cost.ndim == 0:
        return float(cost)
    if cost.shape != (frame.rows,):
        raise TableError(f"X has {frame.rows:,} rows but the costs have shape {cost.shape}")
    return cost[every]
