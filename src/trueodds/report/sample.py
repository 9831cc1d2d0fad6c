"""The forecasts as the figures use it, highest log-odds first."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueodds.errors import TrueOddsError
from trueodds.functions.portable import sigmoid
from trueodds.report.evidence import Evidence

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sample:
    """Rows with a forecast, by falling log-odds. All arrays are float64 of shape (rows,)."""

    log_odds: Floats
    probability: Floats
    yes: Floats
    """The weight of a row whose label is "yes", 0 for other rows."""
    no: Floats
    """The weight of a row whose label is "no", 0 for other rows."""
    left_out: int
    """Number of rows without a forecast (early rows of a fit by time) or with weight 0."""

    @property
    def rows(self) -> int:
        """Number of rows in the figures."""
        return self.log_odds.size

    @property
    def weight(self) -> Floats:
        """Each row's weight."""
        return self.yes + self.no

    @property
    def two_classes(self) -> bool:
        """Whether both labels occur, as a ranking needs."""
        return bool(self.yes.sum() > 0 and self.no.sum() > 0)


def sample_of(evidence: Evidence) -> Sample:
    """Sort the rows and leave out those whose log-odds are NaN or whose weight is 0.

    Raises
    ------
    TrueOddsError
        If the arrays differ in length, or if a weight is negative or not finite.
    """
    y = np.asarray(evidence.y)
    log_odds = np.asarray(evidence.log_odds, dtype=np.float64)
    given = evidence.weight
    weight = np.ones(y.shape) if given is None else np.asarray(given, dtype=np.float64)
    if y.ndim != 1 or not y.shape == log_odds.shape == weight.shape:
        raise TrueOddsError(
            f"The report has {y.size} labels, {log_odds.size} log-odds and "
            f"{weight.size} weights; pass one of each for every training row."
        )
    if not np.all(np.isfinite(weight) & (weight >= 0)):
        raise TrueOddsError("The report has weights that are below 0 or not finite; correct them.")
    kept = np.flatnonzero(~np.isnan(log_odds) & (weight > 0))
    # A stable sort keeps the order of equal forecasts, and so the bytes of the page.
    order = kept[np.argsort(-log_odds[kept], kind="stable")]
    positive = y[order] != 0
    return Sample(
        log_odds=log_odds[order],
        probability=sigmoid(log_odds[order]),
        yes=np.where(positive, weight[order], 0.0),
        no=np.where(positive, 0.0, weight[order]),
        left_out=int(y.size - order.size),
    )
