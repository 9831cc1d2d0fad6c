"""What the page needs besides the model: forecasts of labelled rows, and what they show."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from trueodds.evaluation.baseline import Baseline
from trueodds.evaluation.costs import Costs
from trueodds.evaluation.decisions import Decision
from trueodds.evaluation.scores import Scores
from trueodds.evaluation.slices import Slices
from trueodds.model import Model
from trueodds.model.check import Check
from trueodds.model.effect import Effects
from trueodds.report.surprises import SurprisingRow


@dataclass(frozen=True)
class ColumnImportance:
    """Rise of the out-of-fold log-loss, in nats, if the column's cells are shuffled among rows.

    ``name`` is the column's; ``low`` and ``high`` are the ends of the 95 % interval of ``mean``.

    Examples
    --------
    >>> most = max(evidence.importance, key=lambda each: each.mean)
    >>> most.low <= most.mean <= most.high
    True
    """

    name: str
    mean: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Evidence:
    """Forecasts of labelled rows by networks that had not seen them, one entry for each row.

    `trueodds.report.OutOfFold` is that of training rows, `trueodds.report.HeldOut` of other rows.
    """

    forecasts: ClassVar[str]
    """What the forecasts are called within a sentence."""
    where: ClassVar[str]
    """Where costs were counted, within a sentence."""
    kicker: ClassVar[str]
    """What the page is, above its title."""
    by_folds: ClassVar[bool]
    """Whether folds made the forecasts: then AUC compares rows of one fold, and a logistic
    regression stands beside the networks."""

    y: NDArray[np.uint8]
    """Shape (rows,), 1 for "yes"."""
    log_odds: NDArray[np.float64]
    """Shape (rows,), calibrated, nats; NaN for rows without a forecast."""
    weight: NDArray[np.float64] | None
    """Shape (rows,), sample weights ≥ 0; None if all are 1."""
    importance: tuple[ColumnImportance, ...]
    """Most important column first; empty if none was measured."""
    decision: Decision | None = None
    """The decision by the costs; None if there are no costs."""
    logistic_regression: Baseline | None = None
    """A logistic regression on the same inputs and folds; None if there is none."""
    effects: Effects | None = None
    """How the most important columns act, on some of the rows; None if it was not measured."""
    slices: Slices | None = None
    """Scores by group of rows; None if none were made."""
    unseen: Scores | None = None
    """Scores of the finished model on rows that no member saw; None if there are none."""
    surprises: tuple[SurprisingRow, ...] = ()
    """Rows with the largest log-loss, the largest first; empty unless they are asked for."""

    @property
    def told(self) -> str:
        """One or two sentences that say which rows and forecasts are judged."""
        raise NotImplementedError

    def costs_of(self, model: Model) -> Costs | None:
        """Costs that the rows are decided by, numbers for all rows; None for none."""
        raise NotImplementedError

    def scores_of(self, model: Model) -> Scores:
        """Scores of the rows."""
        raise NotImplementedError

    def training_scores(self) -> Scores | None:
        """The model's out-of-fold scores, where the rows are others; else None."""
        raise NotImplementedError

    def checks_of(self, model: Model) -> tuple[Check, ...]:
        """Numbered checks that fired."""
        raise NotImplementedError
