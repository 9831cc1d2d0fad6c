"""What right and wrong decisions cost, and the threshold that makes the expected cost least.

A decision calls a row (treats it as "yes") or does not. With the probability p, calling costs
(1 − p)·false_positive − p·benefit and not calling costs p·false_negative. Both are equal at
p = false_positive / (false_positive + false_negative + benefit) (Elkan 2001, "The foundations of
cost-sensitive learning").
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from trueodds.errors import UsageError

Cost = float | NDArray[np.float64]
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Costs:
    """Costs of a row in one unit, such as euros; numbers, or arrays of shape (n,).

    Raises
    ------
    UsageError
        If a cost is not a finite number ≥ 0, or all are 0.
    """

    false_positive: Cost = 1.0
    """A row is called and its label is no."""
    false_negative: Cost = 1.0
    """A row is not called and its label is yes."""
    benefit: Cost = 0.0
    """Gain of a row that is called and whose label is yes."""

    def __post_init__(self) -> None:
        for name in ("false_positive", "false_negative", "benefit"):
            cost = np.asarray(getattr(self, name), dtype=np.float64)
            wrong = ~(np.isfinite(cost) & (cost >= 0.0))
            if wrong.any():
                where = f" (row {int(np.argmax(wrong)) + 1:,})" if cost.ndim else ""
                raise UsageError(
                    f"the cost {name}{where} is {cost.flat[int(np.argmax(wrong))]:g}: "
                    "give a finite number ≥ 0"
                )
        if np.any(np.asarray(self.false_positive + self.false_negative + self.benefit) <= 0.0):
            raise UsageError("all costs of a row are 0: then every decision costs the same")

    @classmethod
    def given(cls, costs: tuple[float | None, float | None, float | None]) -> "Costs | None":
        """These costs, with the usual ones for those that are None; None if all are."""
        return None if costs == (None, None, None) else cls(*cls().filled(costs))

    def filled(self, given: tuple[T | None, T | None, T | None]) -> tuple[T | Cost, ...]:
        """What is given, in the order of the fields, with these costs where that is None."""
        own = (self.false_positive, self.false_negative, self.benefit)
        return tuple(mine if cost is None else cost for mine, cost in zip(own, given, strict=True))

    @property
    def by_row(self) -> bool:
        """Whether rows have costs of their own."""
        return any(np.ndim(c) for c in (self.false_positive, self.false_negative, self.benefit))

    def numbers(self) -> tuple[float, float, float]:
        """Costs of a wrong call and of a missed yes, and the benefit; not for costs by row."""
        return float(self.false_positive), float(self.false_negative), float(self.benefit)

    @property
    def threshold(self) -> Cost:
        """The probability from which a call costs no more than no call, 0 to 1."""
        return self.false_positive / (self.false_positive + self.false_negative + self.benefit)

    def of_rows(self, rows: NDArray[np.bool_]) -> "Costs":
        """The costs of some rows, by a mask of shape (n,)."""
        costs = (self.false_positive, self.false_negative, self.benefit)
        return Costs(*(cost[rows] if isinstance(cost, np.ndarray) else cost for cost in costs))

    def of_calls(self, called: NDArray[np.bool_], y: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Cost of every row, shape (n,), when some rows are called."""
        yes = y == 1
        right = np.where(called & yes, -np.asarray(self.benefit), 0.0)
        wrong = np.where(called & ~yes, self.false_positive, 0.0)
        return np.asarray(right + wrong + np.where(~called & yes, self.false_negative, 0.0))
