"""What a model says of single rows beside their forecasts: bounds, decisions, reasons."""

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueodds.columns.values import Values
from trueodds.ensemble.bounds import LEAST_LABELS
from trueodds.errors import TrueOddsError
from trueodds.model.align import as_rows
from trueodds.model.background import Background, same_cells
from trueodds.model.calls import CostGiven, called, costs_for, require_costs
from trueodds.model.coalitions import Coalitions
from trueodds.model.data import ModelData
from trueodds.model.explain import Mixed, explain_row
from trueodds.model.explanation import Explanation, cells_of
from trueodds.table.convert import as_frame
from trueodds.table.frame import Frame


class PerRow(ModelData):
    """Bounds, decisions and reasons around the forecasts of `trueodds.model.Model`."""

    def log_odds(self, X: Any) -> NDArray[np.float64]:
        """Calibrated log-odds of "yes" in nats, float64 of shape (rows,)."""
        raise NotImplementedError

    def log_odds_of(self, values: Values) -> NDArray[np.float64]:
        """The same of rows that are read."""
        raise NotImplementedError

    def _calibrated(self, total: Any) -> Any:
        """Calibrated log-odds from the exact sum of the members' outputs."""
        raise NotImplementedError

    def read_frame(self, X: Any) -> tuple[Frame, Values]:
        """The model's columns of a table, and what they read as."""
        raise NotImplementedError

    def interval(self, X: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Lower and upper bounds of the share of yes among rows with the forecast of each row.

        Each is an exact 97.5 % limit (`trueodds.ensemble.bounds`), if the share does not fall when
        the forecast rises and new rows are like the training rows. Both have shape (rows,). The
        forecast of `predict` may lie outside, where calibration is off.

        Parameters
        ----------
        X
            As for `log_odds`.

        Raises
        ------
        TableError
            If a needed column is missing.
        TrueOddsError
            If the model has no bounds.
        """
        return self.bounds_of(self.log_odds(X))

    def bounds_of(
        self, log_odds: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What `interval` gives, for calibrated ``log_odds`` of shape (rows,).

        Raises
        ------
        TrueOddsError
            If the model has no bounds.
        """
        if self.bounds is None:
            raise TrueOddsError(
                "the model has no intervals: it is older than intervals, or was fitted with fewer "
                f"than {LEAST_LABELS} scored rows of a label; fit it again, with enough rows"
            )
        return self.bounds.of(log_odds)

    def explain(self, X: Any, *, seed: int = 0) -> Explanation:
        """Why rows have their forecasts: what each column adds to the log-odds.

        The values are Shapley values against the model's background (`trueodds.model.explain`):
        orders of the columns are drawn until no standard error exceeds 5 % of a row's largest
        value, or at most 8 pairs of orders for each row of the background.

        Parameters
        ----------
        X
            As for `log_odds`.
        seed
            Of the orders. One seed gives a row the same values whatever rows are beside it.

        Raises
        ------
        TableError
            If a needed column is missing.
        TrueOddsError
            If the model has no background.
        """
        self.require_background()
        return self.explain_rows(*self.read_frame(X), seed=seed)

    def explain_rows(self, frame: Frame, values: Values, *, seed: int = 0) -> Explanation:
        """What `explain` gives by ``seed``, for the frame and values that `read_frame` gives."""
        background, theirs = self._compared
        own = self.log_odds_of(values)
        names = [*values.numbers, *values.codes]
        order = [names.index(column.name) for column in self.schema.used]
        found = []
        for row, z in enumerate(own.tolist()):
            differ = ~same_cells(values, row, background)
            found.append(explain_row(self._mixer(values, row), differ, (z, theirs), seed))
        each = np.array([[one.values, one.errors] for one in found]).reshape(-1, 2, len(names))
        return Explanation(
            values=each[:, 0, order],
            base_values=np.full(values.rows, theirs.mean()),
            data=cells_of(frame, values, self.schema),
            feature_names=[column.name for column in self.schema.used],
            standard_errors=each[:, 1, order],
        )

    def require_background(self) -> Background:
        """The background.

        Raises
        ------
        TrueOddsError
            If the model has none.
        """
        if self.background is None:
            raise TrueOddsError(
                "the model has no training rows to compare with: it is older than explanations, or "
                "was fitted with --no-background; fit it again, without that option"
            )
        return self.background

    def _mixer(self, values: Values, row: int) -> Mixed:
        """Calibrated log-odds of background rows with some cells of a row."""
        total = self._coalitions.mixer(values, row)
        return lambda at, own: np.asarray(self._calibrated(total(at, own)))

    @cached_property
    def _coalitions(self) -> Coalitions:
        return Coalitions(self.networks, self.encoder, self.target_encodings, self._compared[0])

    @cached_property
    def _compared(self) -> tuple[Values, NDArray[np.float64]]:
        """The background and its calibrated log-odds."""
        rows = self.require_background().values()
        return rows, self.log_odds_of(rows)

    def calls(
        self,
        X: Any,
        *,
        cost_fp: CostGiven | None = None,
        cost_fn: CostGiven | None = None,
        benefit: CostGiven | None = None,
    ) -> NDArray[np.bool_]:
        """Whether each row is called, shape (rows,); the threshold and the costs are `decide`'s.

        Parameters
        ----------
        X
            As for `log_odds`.
        cost_fp, cost_fn, benefit
            As for `decide`.

        Raises
        ------
        TableError
            If a column is missing, or a cost is no number.
        UsageError
            If neither costs are given nor the model has any, or one is out of range.
        """
        costs = (cost_fp, cost_fn, benefit)
        require_costs(costs, self.costs)
        frame = X if isinstance(X, Frame) else as_frame(as_rows(X))
        return called(self.log_odds(frame), costs_for(costs, self.costs, frame))
