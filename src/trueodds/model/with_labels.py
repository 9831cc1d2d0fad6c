"""What a model shows on labelled rows: its scores, and what decisions cost."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trueodds.columns.values import Values
from trueodds.errors import TableWarning, UsageError, warn
from trueodds.model.data import ModelData

if TYPE_CHECKING:
    from trueodds.model.calls import CostGiven
    from trueodds.model.decide import Decisions
    from trueodds.model.evaluate import Evaluation


class WithLabels(ModelData):
    """Scores and decisions around the forecasts of `trueodds.model.Model`."""

    def read(self, X: Any) -> Values:
        """Read the model's columns from a table."""
        raise NotImplementedError

    def log_odds_of(self, values: Values) -> NDArray[np.float64]:
        """Calibrated log-odds of "yes" in nats of rows that are read, shape (rows,)."""
        raise NotImplementedError

    def evaluate(
        self,
        X: Any,
        y: ArrayLike | None = None,
        *,
        by: Sequence[str] | str = (),
        cost_fp: "CostGiven | None" = None,
        cost_fn: "CostGiven | None" = None,
        benefit: "CostGiven | None" = None,
        sample_weight: ArrayLike | str | bool = True,
    ) -> "Evaluation":
        """Score the forecasts of labelled rows, as ``trueodds evaluate`` does.

        Warns (TableWarning) of ``Evaluation.notes``, of how ``by`` was cut, if rows were in the
        training table, because their scores are too good, and if the model was trained with weights
        and ``X`` has none.

        Parameters
        ----------
        X
            A table as for `log_odds`, or where it lies, as `trueodds.table.read_table` takes it.
        y
            Labels, one for each row; None takes the column ``target_name`` of ``X``. Rows whose
            label is missing are left out.
        by
            Names of columns of ``X``, of the model or not. ``Evaluation.slices`` then has the
            scores of each of their groups, and differences from the other rows beyond chance. The
            groups are levels, or numbers cut at the quartiles of the rows; missing cells are a
            group, and rare levels are one group.
        cost_fp, cost_fn, benefit
            As `decide` takes them; the groups then have the cost of decisions. They need ``by``.
        sample_weight
            Weights ≥ 0, one for each row; or the name of their column in ``X``; or True for the
            column of weights of training, if ``X`` has it; or False for none.

        Raises
        ------
        TableError, TargetError
            If a column is missing, no row has a label and a weight above 0, or a label or a weight
            cannot be read.
        UsageError
            If ``by`` names the target, or a cost is out of range or given without ``by``.
        """
        # Forecasting starts faster without the modules that only evaluation needs.
        from trueodds.model.evaluate import evaluate

        costs = (cost_fp, cost_fn, benefit)
        columns = (by,) if isinstance(by, str) else tuple(by)
        if not columns and any(cost is not None for cost in costs):
            raise UsageError("costs without a column to slice by: give by (--by), or use decide")
        found = evaluate(self, self.read, self.log_odds_of, X, y, sample_weight, columns, costs)
        cut = found.slices.notes if found.slices is not None else ()
        for remark in (*found.notes, *cut, *found.remarks):
            warn(TableWarning(remark))
        return found

    def decide(
        self,
        X: Any,
        y: ArrayLike | None = None,
        *,
        cost_fp: "CostGiven | None" = None,
        cost_fn: "CostGiven | None" = None,
        benefit: "CostGiven | None" = None,
        capacity: int | None = None,
        sample_weight: ArrayLike | str | bool = True,
        seed: int = 0,
    ) -> "Decisions":
        """Decide which labelled rows to call, and give the cost; warns as `evaluate` does.

        Rows are called from the threshold cost_fp / (cost_fp + cost_fn + benefit) on (Elkan 2001).

        Parameters
        ----------
        X, y, sample_weight
            As `evaluate` takes them.
        cost_fp, cost_fn, benefit
            Cost of a call where the label is no, of no call where it is yes, and gain of a call
            where it is yes: numbers ≥ 0, the names of their columns in ``X``, or arrays of shape
            (rows,). None takes the model's ``costs``, else 1, 1 and 0.
        capacity
            Call this many rows, the likeliest, whatever the costs.
        seed
            Of the bootstrap of the tuned threshold.

        Raises
        ------
        TableError, TargetError, UsageError
            As `evaluate` does; or if a cost or the capacity is out of range.
        """
        from trueodds.model.decide import decide_rows

        costs = (cost_fp, cost_fn, benefit)
        found = decide_rows(
            self, self.read, self.log_odds_of, X, y, sample_weight, costs, capacity, seed
        )
        for remark in (*found.notes, *found.remarks):
            warn(TableWarning(remark))
        return found
